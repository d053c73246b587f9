"""Which scenarios can be run as load: those that call, expect and repeat, on orders as they come.

Under load many run at once over connections that are kept, so nothing is bent on the wire, no
clock is moved and nobody is stopped; what is in the database is compared after the load.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.conformance import format as fmt
from simulator.conformance.syntax import REFERENCE, is_reference, operator, walk
from simulator.conformance.yamlfile import Path_
from simulator.protocol.vocabulary import Method

_NOT_IN_STEPS = (
    *("auth", "envelope", "raw", "http", "loop", "burst"),
    *("fault", "clock", "restart", "trouble"),
)
_NOT_REQUIRED = ("age-rows", "process", "trouble")
_ADVICE = "leave it out, or leave out `load`"


def unfit_scenario(scenario: fmt.Scenario) -> Iterator[tuple[Path_, str]]:
    """What a scenario with a `load` asks for that there is not under load."""
    for index, need in enumerate(scenario.requires):
        if need in _NOT_REQUIRED:
            yield ("requires", index), f"there is no `{need}` under load: {_ADVICE}"
    for name, given in scenario.given.items():
        if given.sum is not None:
            text = f"under load all orders are of the price in [orders], so no `sum`: {_ADVICE}"
            yield ("given", name, "sum"), text


def unfit_step(step: fmt.Step) -> Iterator[tuple[Path_, str]]:
    """What a step of such a scenario asks for that there is not under load."""
    for key in _NOT_IN_STEPS:
        if key in step.model_fields_set:
            yield (key,), f"there is no `{key}` under load: {_ADVICE}"
    if step.retry == "at-once":
        yield ("retry",), f"under load retries keep to the policy: {_ADVICE}"
    if step.call is not None and step.call not in set(Method):
        known = ", ".join(Method)
        yield ("call",), f"under load only Payme's own methods are called: {known}"
    for path, value in walk(step.model_dump(by_alias=True, exclude_unset=True)):
        if text := _strange(value):
            yield path, f"under load there is no {text}: {_ADVICE}"


def _strange(value: object) -> str:
    """An order that was never made: only who makes orders could tell how it would look."""
    if operator(value) == "$account":
        return "`$account`"
    if not isinstance(value, str) or not is_reference(value):
        return ""
    match = REFERENCE.fullmatch(value)
    if match is None or match[1] not in ("unknown", "new"):
        return ""
    return "" if value == "$new.transaction_id" else f"`{value}`"
