"""Steps with a fault: what is repeated, what is judged, what the books make of it."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.caller.retry import RetryPolicy
from simulator.caller.wire import FailureKind, WireFailure
from simulator.conformance.events import Verdict
from tests.simulator.conformance.files import Folder
from tests.simulator.conformance.merchant import KEY, stage
from tests.simulator.conformance.runs import run, scenario

CREATE = """
- id: create
  call: CreateTransaction
  params: {id: $new.transaction_id, time: $now, amount: $order.amount, account: $order.account}
  fault: {kind: drop-reply}
  retry: policy
  expect: {result: {state: 1}}
"""
PERFORM = """
- use: created
- id: perform
  call: PerformTransaction
  params: {id: $create.params.id}
  fault: {kind: drop-reply}
"""


def test_a_lost_call_is_repeated_after_the_pause_with_the_same_params() -> None:
    on = stage()
    seen = run(scenario(CREATE), on=on)
    first, second = on.merchant.calls[:2]
    assert first["params"] == second["params"]
    assert first["id"] != second["id"]
    assert on.pauses == [1000]
    assert seen.failed == []
    assert seen.one("some.rule").exchanges == (1, 2)
    assert len(seen.of("check.matches-answers")) == 1


def test_the_repetition_may_keep_its_id_and_be_made_at_once() -> None:
    on = stage()
    on.world.retry = RetryPolicy(new_id=False)
    run(scenario(CREATE.replace("policy", "at-once")), on=on)
    assert on.merchant.calls[0]["id"] == on.merchant.calls[1]["id"]
    assert on.pauses == []


def test_the_journal_tells_of_the_fault() -> None:
    on = stage()
    run(scenario(CREATE), on=on)
    assert on.journal[0].notes[0].startswith("fault: drop-reply: ")
    assert on.journal[1].notes == ()


def test_when_payme_gives_up_the_last_answer_is_judged() -> None:
    on = stage()
    broken = {"error": {"code": -32400, "message": "broken"}}
    on.merchant.bends["CreateTransaction"] = lambda call, reply: {**broken, "id": call["id"]}
    seen = run(scenario(CREATE), on=on)
    assert on.pauses == [1000, 5000]
    assert ("some.rule", "create") in seen.failed


def test_a_refused_repetition_is_a_failure() -> None:
    on = stage()
    turn = iter([None, -31099])

    def refuse(call: dict[str, Any], reply: Any) -> Any:
        code = next(turn, None)
        text = {"ru": "a", "uz": "b", "en": "c"}
        error = {"code": code, "message": text, "data": "order_id"}
        return {"id": call["id"], "error": error} if code else None

    on.merchant.bends["CreateTransaction"] = refuse
    assert ("some.rule", "create") in run(scenario(CREATE), on=on).failed


def test_without_a_repetition_nothing_is_held_against_the_merchant() -> None:
    on = stage()
    seen = run(scenario(CREATE.replace("  retry: policy\n", "").replace("  expect:", "  #")), on=on)
    assert [call["method"] for call in on.merchant.calls] == ["CreateTransaction"]
    assert seen.failed == []


def test_a_lost_change_is_no_longer_known_and_not_looked_into() -> None:
    on = stage()
    seen = run(scenario(PERFORM), on=on)
    assert seen.failed == []
    assert "CheckTransaction" not in on.methods()


def test_once_repeated_the_change_is_known_again() -> None:
    on = stage()
    steps = PERFORM + "  retry: policy\n  expect: {result: {state: 2}}\n"
    on.merchant.bends["CheckTransaction"] = lambda call, reply: (
        {**reply, "result": {**reply["result"], "state": 1}} if isinstance(reply, dict) else None
    )
    seen = run(scenario(steps), on=on)
    assert ("check.matches-answers", "audit") in seen.failed


HALF = """
- id: half
  call: CreateTransaction
  params: {id: $new.transaction_id, time: $now, amount: $order.amount, account: $order.account}
  fault: {kind: half-body}
  expect: {result: {$absent: true}}
"""


def test_silence_after_half_a_body_is_a_refusal_that_leaves_nothing() -> None:
    on = stage()
    seen = run(scenario(HALF), on=on)
    assert seen.failed == []
    assert seen.one("create.refused-leaves-nothing").outcome == "passed"
    assert "CheckTransaction" in on.methods()


def test_who_acts_on_half_a_body_is_told() -> None:
    on = stage()
    on.merchant.mends.add("half")
    assert ("some.rule", "half") in run(scenario(HALF), on=on).failed


STRANGE = HALF.replace("half-body", "oversized").replace(
    "{result: {$absent: true}}", "{error: any}"
)


@pytest.mark.parametrize("code", [-32700, -32400, 7])
def test_a_strange_call_may_be_refused_in_any_way(code: int) -> None:
    on = stage()

    def refuse(call: dict[str, Any], reply: Any) -> Any:
        on.merchant.transactions.clear()
        on.merchant.database.rows.clear()
        on.merchant.database.orders[0]["status"] = "new"
        return {"error": {"code": code}}

    on.merchant.bends["CreateTransaction"] = refuse
    assert run(scenario(STRANGE), on=on).failed == []


def test_silence_after_a_strange_call_is_told_and_leaves_the_outcome_open() -> None:
    on = stage()
    silence = WireFailure(FailureKind.TIMEOUT, "no whole answer within 1000 ms")
    on.merchant.bends["CreateTransaction"] = lambda call, reply: silence
    seen = run(scenario(STRANGE), on=on)
    assert seen.failed == [("transport.unsent-answer", "half")]
    assert on.methods() == ["CreateTransaction"]


def test_a_strange_call_is_no_way_to_the_key() -> None:
    on = stage()
    told = {"error": {"code": -32700, "message": f"not {KEY}"}}
    on.merchant.bends["CreateTransaction"] = lambda call, reply: told
    assert ("answer.no-key", "half") in run(scenario(STRANGE), on=on).failed


def test_what_the_merchant_says_of_our_hanging_up_is_not_held_against_it() -> None:
    on = stage()

    def traced(call: dict[str, Any], reply: Any) -> None:
        on.merchant.log.write("Traceback (most recent call last):")

    on.merchant.bends["CreateTransaction"] = traced
    assert (
        run(scenario(CREATE), on=on).of("log.nothing-forbidden", Verdict.LOG)[0].outcome == "passed"
    )


ONE = "- {id: one, call: X, params: {}, %s}"


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("fault: {kind: drop-repl}", 'did you mean "drop-reply"?'),
        ("fault: {kind: what}", '"what" is not one of drop-reply, hang-up, '),
        ("fault: {}", 'the key "kind" is missing'),
        ("fault: {kind: hang-up, depht: 5}", 'unknown key "depht"; did you mean "depth"?'),
        ("fault: {kind: hang-up, depth: 5}", "hang-up has no `depth`; it takes nothing"),
        (
            "fault: {kind: header-flood, pause: 5ms}",
            "header-flood has no `pause`; it takes count, ",
        ),
        ("fault: {kind: oversized, size: 4M}", '"4M" is not a length; write for example 20B'),
        ("fault: {kind: oversized, size: 0B}", '"0B" is not a length'),
        ("fault: {kind: slow-request, pause: 5}", 'it must be text in quotes, like "abc"'),
        ("fault: {kind: nested, depth: 0}", "depth is 0 (whole number); it must be 1 or more"),
        ("fault: {kind: hang-up}, expect: {error: any}", "hang-up loses the reply: give `retry: "),
        ("fault: {kind: hang-up}, burst: {count: 2}", "a burst has no `fault`"),
        ("retry: policy, burst: {count: 2}", "a burst has no `retry`"),
        ("retry: policy, restart: {after: answer}", "a restart loses answers by itself"),
        ("retry: now", "retry is \"now\" (text); it must be 'policy' or 'at-once'"),
        (
            "fault: {kind: $matrix.k}, matrix: [{label: a, k: hangup}]",
            'there is no fault "hangup"; did you mean "hang-up"?',
        ),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(folder: Folder, step: str, message: str) -> None:
    folder.scenario(ONE % step)
    refused = folder.refused()
    assert message in refused
    assert "^" in refused
    assert ":5:" in refused or ":6:" in refused or ":7:" in refused


def test_a_refusal_is_a_decision_and_not_repeated() -> None:
    on = stage()
    steps = CREATE.replace("  fault: {kind: drop-reply}\n", "").replace("$order.amount", "5")
    run(scenario(steps.replace("result: {state: 1}", "error: -31001")), on=on)
    assert on.methods() == ["CreateTransaction", "CheckTransaction"]
