"""The run's first transactions, asked for again once many others have come."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.conformance.events import ScenarioFinished
from tests.simulator.conformance import bends
from tests.simulator.conformance.merchant import Reply, Stage, stage
from tests.simulator.conformance.runs import CREATE, Seen, run, scenario

FIRST = scenario(CREATE + "  repeat: 1\n", name="a.first")
MANY = scenario(
    CREATE.replace("$order", "$many.$loop") + "  repeat: 1\n  loop: 60\n",
    "given: {many: {count: 60}}",
    name="a.many",
)


def _forgetting(on: Stage, most: int) -> Any:
    """CheckTransaction knows the latest so many alone."""

    def bent(call: dict[str, Any], reply: Reply) -> Reply | None:
        latest = list(on.merchant.transactions)[-most:]
        forgotten = call["params"]["id"] not in latest
        return {"id": call["id"], "error": {"code": -31003}} if forgotten else None

    return bent


def _last(seen: Seen) -> str:
    return [event.name for event in seen.events if isinstance(event, ScenarioFinished)][-1]


def test_a_merchant_that_forgets_is_told_of() -> None:
    on = stage()
    on.merchant.bends["CheckTransaction"] = _forgetting(on, 60)
    seen = run(FIRST, MANY, on=on)
    assert seen.failed == [("check.kept", "check")]
    assert _last(seen) == "at-the-end"
    assert "57 others later" in seen.one("check.kept").message


@pytest.mark.parametrize(
    ("name", "value"), [("transaction", "99"), ("create_time", 1_763_881_200_999)]
)
def test_a_merchant_that_changes_them_is_told_of(name: str, value: object) -> None:
    on = stage()
    first: list[str] = []

    def bent(call: dict[str, Any], reply: Reply) -> Reply | None:
        first.append(call["params"]["id"])
        late = first.count(first[0]) > 1 and call["params"]["id"] == first[0]
        return bends.member(name, value)(call, reply) if late else None

    on.merchant.bends["CheckTransaction"] = bent
    assert run(FIRST, MANY, on=on).failed == [("check.kept", "check")]


def test_a_right_merchant_is_not_spoken_of() -> None:
    on = stage()
    seen = run(FIRST, MANY, on=on)
    assert (seen.failed, seen.of("check.kept"), _last(seen)) == ([], [], "a.many")
    assert [call["method"] for call in on.merchant.calls[-4:]] == ["CheckTransaction"] * 4


def test_after_few_transactions_nobody_asks() -> None:
    on = stage()
    on.merchant.bends["CheckTransaction"] = _forgetting(on, 1)
    seen = run(FIRST, scenario(CREATE, name="a.second"), on=on)
    assert seen.of("check.kept") == []
