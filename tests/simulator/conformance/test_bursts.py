"""Bursts: what all answers share, how many are what, and whether some order explains them."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from simulator.conformance.events import Outcome
from tests.simulator.conformance import bends
from tests.simulator.conformance.merchant import Stage, stage
from tests.simulator.conformance.runs import Seen, run, scenario

BURST = """
- id: burst
  call: CreateTransaction
  params: {{id: $new.transaction_id, time: $now, amount: $order.amount, account: $order.account}}
  burst: {{count: 4{fresh}}}
  stop: never
  expect: {expect}
"""
FRESH = ", fresh: [id, time]"


def burst(expect: str, on: Stage | None = None, fresh: str = "") -> Seen:
    return run(scenario(BURST.format(expect=expect, fresh=fresh)), on=on)


def verdict(seen: Seen) -> tuple[Outcome, list[str]]:
    check = seen.one("some.rule")
    return check.outcome, [difference.path for difference in check.differences]


def test_the_same_call_four_times() -> None:
    on = stage()
    seen = burst("{each: {result: {state: 1}}, same: [result.transaction]}", on)
    assert verdict(seen) == (Outcome.PASSED, [])
    sent = on.merchant.calls[:4]
    assert len({str(call["params"]) for call in sent}) == 1
    assert len({call["id"] for call in sent}) == 4
    assert len(seen.one("some.rule").exchanges) == 4


def test_each_answer_is_held_against_the_expectation() -> None:
    on = stage()
    on.merchant.bends["CreateTransaction"] = bends.nth(3, bends.member("state", 2))
    seen = burst("{each: {result: {state: 1}}}", on)
    assert verdict(seen) == (Outcome.FAILED, ["answer 3: result.state"])


def test_what_must_be_the_same_in_all() -> None:
    on = stage()
    on.merchant.bends["CreateTransaction"] = bends.nth(2, bends.member("transaction", "99"))
    seen = burst("{same: [result.transaction, result.state, result.create_time]}", on)
    assert verdict(seen) == (Outcome.FAILED, ["result.transaction"])
    assert seen.one("some.rule").actual == '2 different: "1", "99"'


def test_errors_have_no_part_in_what_is_the_same() -> None:
    on = stage()
    on.merchant.bends["CreateTransaction"] = bends.nth(2, bends.error(-31008))
    assert verdict(burst("{same: [result.transaction]}", on))[0] is Outcome.PASSED


def test_different_ids_for_one_order() -> None:
    on = stage()
    seen = burst("{exactly: {count: 1, of: {result: any}}, rest: {error: account}}", on, FRESH)
    assert verdict(seen) == (Outcome.PASSED, [])
    ids = {call["params"]["id"] for call in on.merchant.calls[:4]}
    assert len(ids) == 4
    assert len({call["params"]["account"]["order_id"] for call in on.merchant.calls[:4]}) == 1


@pytest.mark.parametrize(
    ("expect", "paths"),
    [
        ("{exactly: {count: 2, of: {result: any}}}", ["answers"]),
        (
            "{exactly: {count: 1, of: {result: any}}, rest: {error: -31008}}",
            ["answer 2: error.code", "answer 3: error.code", "answer 4: error.code"],
        ),
    ],
)
def test_how_many_and_the_rest(expect: str, paths: list[str]) -> None:
    assert verdict(burst(expect, fresh=FRESH)) == (Outcome.FAILED, paths)


RACE = """
- use: created
- id: race
  call: PerformTransaction
  params: {id: $create.params.id}
  burst:
    count: 2
    against: [{call: CancelTransaction, params: {id: $create.params.id, reason: 3}, count: 2}]
  stop: never
  expect: {serial: true}
"""


def test_two_sides_take_turns() -> None:
    on = stage()
    seen = run(scenario(RACE), on=on)
    assert verdict(seen) == (Outcome.PASSED, [])
    assert on.methods()[1:5] == ["PerformTransaction", "CancelTransaction"] * 2


def test_three_sides_take_turns() -> None:
    on = stage()
    more = RACE.replace(
        "count: 2}]", "count: 2}, {call: CheckTransaction, params: {id: $create.params.id}}]"
    )
    run(scenario(more.replace("expect: {serial: true}", "expect: {each: {answered: true}}")), on=on)
    turns = ["PerformTransaction", "CancelTransaction", "CheckTransaction"]
    assert on.methods()[1:6] == [*turns, *turns[:2]]


def test_twins_of_a_race_tell_one_time() -> None:
    on = stage()
    on.merchant.bends["CancelTransaction"] = bends.nth(2, bends.member("cancel_time", 17))
    check = run(scenario(RACE), on=on).one("some.rule")
    assert check.outcome is Outcome.FAILED
    assert check.actual.startswith("2 different: 17")
    assert check.expected == "the same in every answer"


def test_twins_that_are_answered_anew_each_time_say_nothing_of_the_race() -> None:
    on = stage()
    times = itertools.count(17)

    def anew(call: dict[str, Any], reply: Any) -> Any:
        return {**reply, "result": {**reply["result"], "cancel_time": next(times)}}

    on.merchant.bends["CancelTransaction"] = anew
    seen = run(scenario(RACE), on=on)
    check = seen.one("cancel.repeat-same-answer")
    assert (check.outcome, check.expected) == (Outcome.FAILED, "the same in every answer")
    assert seen.one("some.rule").outcome is Outcome.PASSED


def test_twins_of_a_race_tell_one_number() -> None:
    on = stage()
    on.merchant.bends["CancelTransaction"] = bends.nth(2, bends.member("transaction", "99"))
    check = run(scenario(RACE), on=on).one("some.rule")
    assert check.outcome is Outcome.FAILED
    assert check.actual.startswith('2 different: "')


def test_without_refunds_too() -> None:
    on = stage(refunds=False)
    on.merchant.bends["CancelTransaction"] = bends.error(-31007)

    def kept(tx: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
        return {}

    on.merchant._cancel = kept  # type: ignore[method-assign]
    assert verdict(run(scenario(RACE), on=on))[0] is Outcome.PASSED


def test_answers_that_no_order_explains() -> None:
    on = stage()
    on.merchant.bends["CancelTransaction"] = bends.member("state", -1)
    seen = run(scenario(RACE), on=on)
    check = seen.one("some.rule")
    assert check.outcome is Outcome.FAILED
    assert check.expected == "answers and a last state that some order of the calls gives"
    assert "2 x CancelTransaction -> result" in check.actual
    assert check.actual.endswith("; then state -2")


def test_a_last_state_that_no_order_explains() -> None:
    on = stage()
    on.merchant.bends["CheckTransaction"] = bends.member("state", 2)
    assert verdict(run(scenario(RACE), on=on))[0] is Outcome.FAILED


def test_the_books_follow_the_order_that_makes_sense() -> None:
    on = stage()
    seen = run(scenario(RACE), on=on)
    assert seen.failed == []
    assert seen.one("check.matches-answers").outcome is Outcome.PASSED


def test_no_winner_and_a_wrong_kind_end_the_scenario() -> None:
    on = stage()
    on.merchant.bends["CreateTransaction"] = bends.error(-31008)
    text = BURST.format(expect="{each: {result: any}}", fresh="").replace("  stop: never\n", "")
    steps = text + "- {id: last, call: CheckTransaction, params: {id: $new.transaction_id}}\n"
    seen = run(scenario(steps), on=on)
    assert ("some.rule", "last") in seen.by(Outcome.SKIPPED)
