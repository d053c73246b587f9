"""Calls while the database is in trouble: what may be answered, what is left, who recovers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simulator.caller.wire import FailureKind, WireFailure
from simulator.conformance.events import Outcome, ScenarioStarted, Verdict
from simulator.conformance.ports import DatabaseError, TroubleKind
from simulator.conformance.troubles import RECOVERS, WHOLE
from simulator.conformance.yamlfile import ScenarioError
from tests.simulator.conformance.merchant import KEY, Merchant, Reply, Stage, rules_of, stage
from tests.simulator.conformance.runs import Seen, placed, run, scenario

HEAD = "given: {order: {}, paid: {}}\nrequires: [trouble]"
STEPS = """
- {use: created, as: paid, with: {order: $paid}}
- id: calls
  call: CreateTransaction
  params: {id: $new.transaction_id, time: $now, amount: $order.amount, account: $order.account}
  burst:
    count: 1
    against: [{call: PerformTransaction, params: {id: $paid-create.params.id}}]
  trouble: gone
  stop: never
  expect: {each: {any_of: [{result: any}, {error: -32400}]}}
"""
Change = Callable[[Merchant], None]


def nothing(merchant: Merchant) -> None:
    """Do nothing."""


def answered(code: int | None) -> Change:
    """During trouble every call is answered with this code; None: as at other times."""

    def change(merchant: Merchant) -> None:
        def bend(sent: dict[str, Any], reply: Reply) -> Reply:
            return {"id": sent["id"], "error": {"code": code, "message": "the database is gone"}}

        if code is not None:
            merchant.instead = bend

    return change


PUT_OFF = answered(-32400)


def troubled(begin: Change = PUT_OFF, end: Change = nothing, **more: Any) -> Stage:
    """A stage whose database can be troubled; begin and end change the merchant."""
    on = stage(rules=rules_of("create.works", "some.rule"), **more)

    def trouble(kind: TroubleKind) -> Callable[[], None]:
        begin(on.merchant)

        def ended() -> None:
            on.merchant.instead = None
            end(on.merchant)

        return ended

    on.merchant.database.troubling = trouble
    return on


def seen_of(on: Stage) -> Seen:
    return run(scenario(STEPS, HEAD), on=on)


def test_what_was_put_off_is_done_when_it_is_sent_again() -> None:
    on = troubled()
    seen = seen_of(on)
    assert seen.failed == []
    assert on.merchant.database.troubles == ["gone begins", "gone ends"]
    assert sorted(tx["state"] for tx in on.merchant.transactions.values()) == [1, 2]
    assert {c.outcome for c in (*seen.of(WHOLE), *seen.of(RECOVERS))} == {Outcome.PASSED}
    assert seen.one("some.rule").outcome is Outcome.PASSED


def test_a_merchant_that_does_not_need_its_database_at_that_moment() -> None:
    seen = seen_of(troubled(answered(None)))
    assert seen.failed == []
    assert {c.outcome for c in seen.of(WHOLE)} == {Outcome.PASSED}


def test_another_code_is_told_and_not_tried_again() -> None:
    on = troubled(answered(-31008))
    seen = seen_of(on)
    assert seen.failed == [("some.rule", "calls")]
    assert on.methods().count("PerformTransaction") == 1


def test_an_answer_for_what_was_not_stored_is_told() -> None:
    def pretend(merchant: Merchant) -> None:
        def bend(sent: dict[str, Any], reply: Reply) -> Reply:
            result = {"transaction": "1", "perform_time": merchant.clock.ms, "state": 2}
            done = {"id": sent["id"], "result": result}
            put_off = {"id": sent["id"], "error": {"code": -32400, "message": "no"}}
            return done if sent["method"] == "PerformTransaction" else put_off

        merchant.instead = bend

    seen = seen_of(troubled(pretend))
    assert WHOLE in {rule for rule, _ in seen.failed}
    assert RECOVERS not in {rule for rule, _ in seen.failed}


def test_half_of_a_call_is_told() -> None:
    def half(merchant: Merchant) -> None:
        tx = next(iter(merchant.transactions.values()))
        tx |= {"state": 2, "perform_time": merchant.clock.ms}
        merchant._store(tx, "wait")

    check = seen_of(troubled(end=half)).of(WHOLE, Verdict.DATABASE)
    assert Outcome.FAILED in {c.outcome for c in check}


def test_one_that_does_not_recover_ends_the_run() -> None:
    on = troubled(end=answered(-32400))
    seen = run(scenario(STEPS, HEAD), scenario(STEPS, HEAD, "second.one"), on=on)
    check = seen.one(RECOVERS)
    assert (check.outcome, check.actual) == (Outcome.FAILED, "-32400")
    assert "is well again, and the merchant is not" in check.message
    assert [e.name for e in seen.events if isinstance(e, ScenarioStarted)] == ["some.scenario"]


@pytest.mark.parametrize("calls", [1, 2], ids=["asked afterwards", "in the calls themselves"])
def test_one_that_hangs_from_then_on_ends_the_run(calls: int) -> None:
    def hang(merchant: Merchant) -> None:
        merchant.instead = lambda sent, reply: WireFailure(FailureKind.TIMEOUT, "no answer")

    on = troubled(hang, hang)
    seen = run(scenario(STEPS.replace("count: 1", f"count: {calls}"), HEAD), on=on)
    check = seen.one(RECOVERS)
    assert check.outcome is Outcome.FAILED
    assert check.actual.startswith("the merchant hangs: 3 calls in a row")


def test_one_that_needs_a_moment_recovers() -> None:
    def slow(merchant: Merchant) -> None:
        left = iter(range(3))

        def bend(sent: dict[str, Any], reply: Reply) -> Reply | None:
            if next(left, None) is None:
                return None
            return {"id": sent["id"], "error": {"code": -32400, "message": "soon"}}

        merchant.bends["CheckTransaction"] = bend

    on = troubled(end=slow)
    assert seen_of(on).failed == []
    assert len(on.pauses) == 3


def test_the_log_may_speak_of_trouble_but_not_of_the_key() -> None:
    def speak(merchant: Merchant) -> None:
        answered(-32400)(merchant)
        merchant.log.write("Traceback (most recent call last):", "IntegrityError", "ERROR in pay")

    assert seen_of(troubled(speak)).failed == []

    def shout(merchant: Merchant) -> None:
        speak(merchant)
        merchant.log.write(f"cannot connect with {KEY}")

    assert seen_of(troubled(shout)).failed == [("log.no-key", "calls")]


def test_trouble_that_cannot_be_made_is_not_testable() -> None:
    def refuse(kind: TroubleKind) -> Callable[[], None]:
        raise DatabaseError(f"the database cannot be made {kind}")

    on = troubled()
    on.merchant.database.troubling = refuse
    seen = seen_of(on)
    check = seen.one("some.rule")
    assert (check.outcome, check.reason) == (
        Outcome.NOT_TESTABLE,
        "the database cannot be made gone",
    )
    assert on.methods().count("PerformTransaction") == 0


def test_trouble_that_ends_by_itself_and_cannot_is_told() -> None:
    def stuck(merchant: Merchant) -> None:
        raise DatabaseError("still in trouble")

    seen = seen_of(troubled(end=stuck))
    assert seen.one("some.rule").outcome is Outcome.NOT_TESTABLE


@pytest.mark.parametrize(
    ("why", "words"), [("trouble = false", "trouble = false"), ("", "")], ids=["off", "on"]
)
def test_without_leave_it_is_skipped(why: str, words: str) -> None:
    on = troubled()
    on.merchant.database.why_no_trouble = why
    seen = seen_of(on)
    assert seen.one("some.rule").outcome is (Outcome.SKIPPED if why else Outcome.PASSED)
    assert bool(on.merchant.database.troubles) is not bool(words)


def test_a_run_without_a_database_skips_it() -> None:
    check = seen_of(troubled(eyes=False)).one("some.rule")
    assert check.outcome is Outcome.SKIPPED
    assert check.reason == "there is no database that could be troubled"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("requires: [trouble]", "requires: []", "needs `requires: [trouble]`"),
        ("  trouble: gone", "  trouble: gone\n    repeat: 2", "have no meaning while"),
        ("trouble: gone", "trouble: flooded", "'locked', 'read-only' or 'gone'"),
    ],
)
def test_slips_are_told(old: str, new: str, words: str) -> None:
    text = scenario(STEPS, HEAD).replace(old, new)
    with pytest.raises(ScenarioError, match=words.replace("[", r"\[").replace("]", r"\]")):
        placed(text, troubled())


def test_one_call_is_a_burst_too() -> None:
    text = scenario("- {id: a, call: GetStatement, trouble: gone}", HEAD)
    with pytest.raises(ScenarioError, match="calls during trouble are a `burst`"):
        placed(text, troubled())
