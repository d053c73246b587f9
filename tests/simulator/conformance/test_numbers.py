"""The merchant's own transaction numbers, compared over a whole run."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.conformance.events import ScenarioFinished, Verdict
from simulator.conformance.runner import Job
from tests.simulator.conformance.merchant import Reply, Stage, stage
from tests.simulator.conformance.runs import CREATE, Seen, run, scenario

ONE = scenario(CREATE, name="a.one")
TWO = scenario(CREATE, name="a.two")
THREE = scenario(CREATE, name="a.three")
RULE = "create.number-distinct"


def _numbering(on: Stage, numbers: dict[int, object]) -> Any:
    """The numbers of the transactions, by their places, from 1; in all answers."""

    def bent(call: dict[str, Any], reply: Reply) -> Reply | None:
        assert isinstance(reply, dict)
        payme_id = call["params"].get("id")
        place = [*on.merchant.transactions].index(payme_id) + 1
        members = reply["result"] | {"transaction": numbers.get(place, str(place))}
        return reply | {"result": members}

    return bent


def _run(numbers: dict[int, object], *texts: str) -> Seen:
    on = stage()
    for method in ("CreateTransaction", "CheckTransaction"):
        on.merchant.bends[method] = _numbering(on, numbers)
    return run(*texts, on=on)


def _at_the_end(seen: Seen) -> bool:
    return any(isinstance(e, ScenarioFinished) and e.name == "whole-run" for e in seen.events)


def test_a_number_that_comes_back_in_another_scenario_is_told_of() -> None:
    seen = _run({3: "1"}, ONE, TWO, THREE)

    check = seen.one(RULE)
    assert (check.rule, check.step) in seen.failed
    assert (check.scenario, check.step) == ("whole-run", "numbers")
    assert "(a.one)" in check.actual
    assert "(a.three)" in check.actual
    assert "a.two" not in check.actual


def test_a_text_and_a_number_that_read_alike_are_one_number() -> None:
    assert _run({2: 1}, ONE, TWO).one(RULE).scenario == "whole-run"


def test_many_owners_are_counted() -> None:
    five = [scenario(CREATE, name=f"a.n{n}") for n in range(5)]
    seen = _run(dict.fromkeys(range(1, 6), "7"), *five)

    assert "and 2 more" in seen.one(RULE).actual
    assert seen.one(RULE).message.startswith("A number was given")


@pytest.mark.parametrize("odd", ["", "0", 0, None, True, 1.5, ["1"]])
def test_what_is_no_number_is_judged_elsewhere(odd: object) -> None:
    seen = _run({1: odd, 2: odd}, ONE, TWO)
    assert seen.of(RULE) == []


def test_numbers_of_their_own_are_not_spoken_of() -> None:
    seen = _run({}, ONE, TWO, THREE)
    assert (seen.of(RULE), seen.of(RULE, Verdict.INVARIANT), _at_the_end(seen)) == ([], [], False)


def test_numbers_are_judged_after_what_runs_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Job, "alone", property(lambda job: job.name == "a.three"))
    assert "(a.three)" in _run({3: "1"}, ONE, TWO, THREE).one(RULE).actual
