"""One call of a scenario as it looks on the wire: an invented order, a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from simulator.caller.client import JSON_TYPE, Call, body_of
from simulator.conformance import format as fmt
from simulator.conformance.calls import build_call, times_to_send
from simulator.conformance.load import PlacedScenario, PlacedStep
from simulator.conformance.values import Fresh, NotApplicable, Scope, Unresolved
from simulator.protocol.vocabulary import Method

NOW = 1_735_689_600_000
"""2025-01-01 00:00 UTC, in ms: when all examples happen."""

_RESULTS: dict[str, dict[str, object]] = {
    Method.CREATE: {"create_time": NOW, "transaction": "5123", "state": 1},
    Method.PERFORM: {"perform_time": NOW + 5000, "transaction": "5123", "state": 2},
    Method.CANCEL: {"cancel_time": NOW + 9000, "transaction": "5123", "state": -1},
    Method.CHECK: {"create_time": NOW, "transaction": "5123", "state": 1},
}


@dataclass(frozen=True, slots=True)
class Example:
    """A call and how often it goes out; `request` is text with one line a header."""

    step: str
    request: str
    sent: str


@dataclass(frozen=True, slots=True)
class _Order:
    """An order that stands for those of a run."""

    number: str
    amount: int = 100_000
    amount_sum: int = 1000
    account: Mapping[str, object] = field(default_factory=dict)
    member: str = "order_id"


def _order(number: str, others: Mapping[str, object]) -> _Order:
    return _Order(number, account={"order_id": number, **others})


_OTHERS = {"branch": "tashkent"}
_PREFIXES = ("Psb-", "")  # some rows want letters in a number, some want none


def example(scenario: PlacedScenario, wanted: PlacedStep) -> Example | None:
    """The call of a step. None if this order has no such value, as for some rows of a matrix."""
    inner = scenario.scenario
    rows = [{**row, **own} for row in inner.matrix or [{}] for own in wanted.step.matrix or [{}]]
    for prefix in _PREFIXES:
        for row in rows:
            try:
                return _example(scenario, wanted, row, prefix)
            except (NotApplicable, Unresolved):
                continue
    return None


def _example(
    scenario: PlacedScenario, wanted: PlacedStep, row: Mapping[str, object], prefix: str
) -> Example | None:
    others = _OTHERS if "other-members" in scenario.scenario.requires else {}
    fresh = Fresh(0, lambda: _order(f"{prefix}1000000999", others), clock=lambda: NOW, _salt=0)
    config = {"refunds": True, "min": 100_000, "max": 100_000_000, "wrong_amount": 7}
    orders = _orders(scenario.scenario.given, prefix, others)
    scope = Scope(fresh, NOW, config, orders=orders, others=tuple(others))
    for placed in scenario.steps:
        scope.arguments = placed.arguments
        scope.matrix = row if placed is wanted else _first_row(scenario.scenario, placed.step)
        call = build_call(placed.step, scope)
        if placed is wanted:
            label = f"[{row['label']}]" if "label" in row else ""
            return Example(placed.id + label, _request(call), _sent(placed.step, call))
        params = call.params if isinstance(call.params, Mapping) else {}
        result = _RESULTS.get(str(call.method), {})
        scope.steps[placed.id] = {"params": params, "result": result}
    return None


def _first_row(scenario: fmt.Scenario, step: fmt.Step) -> Mapping[str, object]:
    rows: Sequence[Mapping[str, object]] = scenario.matrix or [{}]
    own: Sequence[Mapping[str, object]] = step.matrix or [{}]
    return {**rows[0], **own[0]}


def _orders(
    given: Mapping[str, fmt.Given], prefix: str, others: Mapping[str, object]
) -> dict[str, object]:
    """An order for each name, numbered from 1000000001 on."""
    made: dict[str, object] = {}
    number = 1_000_000_000
    for name, one in given.items():
        count = one.count or 1
        group = [_order(f"{prefix}{number + index + 1}", others) for index in range(count)]
        number += count
        made[name] = group if one.count else group[0]
    return made


def _request(call: Call) -> str:
    _, body = body_of(call, 1)
    shown = body.decode("utf-8", "backslashreplace").replace("\ufeff", "\\ufeff")
    if len(shown) > 600:
        shown = f"{shown[:600]}… ({len(body)} bytes)"
    return "\n".join([*_head(call), *(["", shown] if shown else [])])


def _head(call: Call) -> Iterator[str]:
    yield f"{call.http_method} /payme"
    if call.auth != "right":
        yield f"Authorization: ({call.auth})"
    if call.content_type != JSON_TYPE:
        yield f"Content-Type: {call.content_type}"
    yield from (f"{name}: {value}" for name, value in call.headers.items())


def _sent(step: fmt.Step, call: Call) -> str:
    if step.burst is not None:
        others = [f"{one.count} × {one.call}" for one in step.burst.against]
        against = f", against {' and '.join(others)}" if others else ""
        return f"{step.burst.count} times at the same instant{against}"
    times = times_to_send(step, call) * (step.loop or 1)
    return "once" if times == 1 else f"{times} times"
