"""What the schema cannot say of a step's `fault` and `retry`: whether they fit together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from simulator.caller.faults import LOSES_REPLY, TAKES, FaultKind
from simulator.conformance import format as fmt
from simulator.conformance.arguments import choices, did_you_mean
from simulator.conformance.yamlfile import Path_

Complaint = tuple[Path_, str]


def fault_complaints(step: fmt.Step, rows: Sequence[Mapping[str, object]]) -> Iterator[Complaint]:
    """Everything that is wrong, with its place in the step."""
    if step.burst is not None and (step.fault is not None or step.retry is not None):
        name = "fault" if step.fault is not None else "retry"
        yield (name,), f"a burst has no `{name}`: it is sent once, whole"
        return
    if step.restart is not None and (step.fault is not None or step.retry is not None):
        yield ("restart",), "a restart loses answers by itself: it goes without `fault` and `retry`"
    fault = step.fault
    if fault is None:
        return
    names = [str(name) for name in choices(fault.kind, rows)]
    for name in names:
        if name not in set(FaultKind):
            hint = did_you_mean(name, FaultKind) or f"; there are {', '.join(FaultKind)}"
            yield ("fault", "kind"), f'there is no fault "{name}"{hint}'
            return
    kinds = [FaultKind(name) for name in names]
    for given in sorted(fault.model_fields_set - {"kind"}):
        without = [kind for kind in kinds if given not in TAKES[kind]]
        if without:
            yield ("fault", given), f"{without[0]} has no `{given}`{_takes(without[0])}"
    lost = [kind for kind in kinds if kind in LOSES_REPLY]
    if lost and step.retry is None and _expects(step):
        yield (
            ("expect",),
            f"{lost[0]} loses the reply: give `retry: policy`, and the last attempt is judged",
        )


def _takes(kind: FaultKind) -> str:
    return f"; it takes {', '.join(sorted(TAKES[kind]))}" if TAKES[kind] else "; it takes nothing"


def _expects(step: fmt.Step) -> bool:
    if step.expect is not None or any(also.expect is not None for also in step.also):
        return True
    return any(change.expect is not None for change in step.profiles.values())
