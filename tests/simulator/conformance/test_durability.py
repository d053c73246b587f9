"""A merchant that is killed: what was answered stays, what was not is whole or absent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from simulator.conformance.durability import RETRY, STAYS, WHOLE
from simulator.conformance.events import Outcome, ScenarioStarted, Verdict
from simulator.conformance.kills import STARTS_AGAIN
from simulator.conformance.ports import ProcessError
from tests.simulator.conformance.merchant import Merchant, Stage, rules_of, stage
from tests.simulator.conformance.runs import CREATE, Seen, run, scenario

HEAD = "given: {order: {}}\nrequires: [process]"
ANSWERED = CREATE + "  restart: {after: answer}\n  expect: {result: {state: 1}}\n"
MANY = "given: {order: {}, other: {}, third: {}}\nrequires: [process]"
TWO = """
- use: created
- {use: created, as: dropped, with: {order: $other}}
- id: load
  call: PerformTransaction
  params: {id: $create.params.id}
  burst:
    count: 1
    against:
      - {call: CancelTransaction, params: {id: $dropped-create.params.id, reason: 3}}
      - call: CreateTransaction
        params:
          {id: aaaaaaaaaaaaaaaaaaaaaaaa, time: $now, amount: $third.amount, account: $third.account}
  restart: {during: calls}
  expect: {each: {result: any}}
"""


@dataclass
class FakeProcess:
    """Takes the scripted merchant down; `meanwhile` is what a crash does to it."""

    merchant: Merchant
    meanwhile: Callable[[Merchant], None] = lambda merchant: None
    comes_back: bool = True
    kills: list[int] = field(default_factory=list)

    def kill(self) -> None:
        self.kills.append(len(self.merchant.calls))
        self.merchant.down = True

    def start_again(self) -> None:
        if not self.comes_back:
            raise ProcessError("[process] shop: ended\nwith words")
        self.merchant.down = False
        self.meanwhile(self.merchant)


def stage_of(
    meanwhile: Callable[[Merchant], None] = lambda merchant: None, **more: Any
) -> tuple[Stage, FakeProcess]:
    on = stage(process=True, rules=rules_of("create.works", "some.rule"))
    process = FakeProcess(on.merchant, meanwhile, **more)
    on.world.process = process
    return on, process


def seen_of(steps: str, head: str, meanwhile: Callable[[Merchant], None]) -> Seen:
    on, _ = stage_of(meanwhile)
    return run(scenario(steps, head), on=on)


def tx_of(merchant: Merchant, **wanted: Any) -> dict[str, Any]:
    """The transaction with these members."""
    found = [t for t in merchant.transactions.values() if wanted.items() <= t.items()]
    return found[0]


def test_a_merchant_that_keeps_all_passes() -> None:
    on, process = stage_of()
    seen = run(scenario(ANSWERED, HEAD), on=on)
    assert seen.failed == []
    assert process.kills == [1]
    assert {c.outcome for c in seen.of(STAYS)} == {Outcome.PASSED}
    assert seen.one(STAYS, Verdict.DATABASE).outcome is Outcome.PASSED
    assert seen.one(STARTS_AGAIN).outcome is Outcome.PASSED
    # a Create is sent twice elsewhere, but the first answer is what the crash is about
    assert on.methods().count("CreateTransaction") == 1


def test_what_was_answered_is_gone() -> None:
    seen = seen_of(ANSWERED, HEAD, lambda merchant: merchant.transactions.clear())
    check = seen.of(STAYS)[0]
    assert check.outcome is Outcome.FAILED
    assert "does not know a transaction that was answered" in check.message


def test_what_was_answered_has_another_time() -> None:
    def shift(merchant: Merchant) -> None:
        tx_of(merchant, state=1)["create_time"] += 1

    seen = seen_of(ANSWERED, HEAD, shift)
    assert (STAYS, "create") in seen.failed
    assert seen.of(STAYS)[-1].message.startswith("After a restart: The merchant's record is not")


def test_the_row_of_what_was_answered_is_gone() -> None:
    seen = seen_of(ANSWERED, HEAD, lambda merchant: merchant.database.rows.clear())
    assert seen.one(STAYS, Verdict.DATABASE).outcome is Outcome.FAILED
    assert seen.one(STAYS, Verdict.ANSWER).outcome is Outcome.PASSED


def test_the_order_of_what_was_answered_is_free_again() -> None:
    def free(merchant: Merchant) -> None:
        merchant.database.orders[0]["status"] = "new"

    assert seen_of(ANSWERED, HEAD, free).one(STAYS, Verdict.DATABASE).outcome is Outcome.FAILED


def test_one_that_does_not_come_back_ends_the_run() -> None:
    on, _ = stage_of(comes_back=False)
    seen = run(scenario(ANSWERED, HEAD), scenario(ANSWERED, HEAD, "second.one"), on=on)
    check = seen.one(STARTS_AGAIN)
    assert (check.outcome, check.actual) == (Outcome.FAILED, "[process] shop: ended")
    assert [e.name for e in seen.events if isinstance(e, ScenarioStarted)] == ["some.scenario"]


def test_calls_that_were_cut_off_are_no_failures_and_are_sent_again() -> None:
    for seed in range(6):
        on, process = stage_of()
        on.world.fresh._random.seed(seed)
        seen = run(scenario(TWO, MANY), on=on)
        assert seen.failed == []
        assert len(process.kills) == 1
        states = sorted(tx["state"] for tx in on.merchant.transactions.values())
        assert states == [-1, 1, 2]
        assert {c.outcome for c in seen.of(RETRY)} == {Outcome.PASSED}


def _half(merchant: Merchant) -> None:
    """The transaction is paid, its order is not."""
    tx = tx_of(merchant, state=1)
    tx |= {"state": 2, "perform_time": merchant.clock.ms}
    merchant._store(tx, "wait")


def test_a_call_that_is_half_done_is_told() -> None:
    seen = seen_of(TWO, MANY, _half)
    assert seen.one(WHOLE, Verdict.DATABASE).outcome is Outcome.FAILED
    assert seen.one(WHOLE, Verdict.ANSWER).outcome is Outcome.PASSED


def test_a_state_that_the_call_does_not_lead_to_is_told() -> None:
    def cancel(merchant: Merchant) -> None:
        tx = tx_of(merchant, state=1)
        tx |= {"state": -1, "cancel_time": merchant.clock.ms, "reason": 3}
        merchant._store(tx, "new")

    check = seen_of(TWO, MANY, cancel).one(WHOLE)
    assert (check.outcome, check.expected, check.actual) == (Outcome.FAILED, "1 or 2", "-1")


def test_a_row_without_a_transaction_is_told() -> None:
    def row(merchant: Merchant) -> None:
        tx = {**tx_of(merchant, state=1), "id": "a" * 24}
        merchant._store(tx, "wait")

    seen = seen_of(TWO, MANY, row)
    assert seen.one(WHOLE, Verdict.DATABASE).actual == "1 rows"


@pytest.mark.parametrize("code", [-31008, -32400])
def test_a_retry_that_is_refused_is_told(code: int) -> None:
    def refuse(merchant: Merchant) -> None:
        error = {"error": {"code": code, "message": {"ru": "н", "uz": "n", "en": "n"}}, "id": 1}
        merchant.bends["PerformTransaction"] = lambda sent, reply: {**error, "id": sent["id"]}

    on, _ = stage_of(refuse)
    seen = run(scenario(TWO, MANY), on=on)
    assert (RETRY, "load") in seen.failed
    assert on.methods().count("PerformTransaction") == (3 if code == -32400 else 1)


def test_a_retry_is_tried_again_after_a_system_error() -> None:
    def shy(merchant: Merchant) -> None:
        errors = iter([{"error": {"code": -32400, "message": {"ru": "н", "uz": "n", "en": "n"}}}])

        def bend(sent: dict[str, Any], reply: Any) -> Any:
            error = next(errors, None)
            return {**error, "id": sent["id"]} if error else None

        merchant.bends["PerformTransaction"] = bend

    on, _ = stage_of(shy)
    assert run(scenario(TWO, MANY), on=on).failed == []
    assert on.pauses == [300]


def test_what_was_done_before_the_crash_is_not_done_anew() -> None:
    def anew(merchant: Merchant) -> None:
        tx = tx_of(merchant, state=1)
        tx |= {"state": 2, "perform_time": merchant.clock.ms}
        merchant._store(tx, "paid")

        def bend(sent: dict[str, Any], reply: Any) -> Any:
            return {**reply, "result": {**reply["result"], "perform_time": merchant.clock.ms}}

        merchant.bends["PerformTransaction"] = bend

    seen = seen_of(TWO, MANY, anew)
    assert "done anew" in seen.one(RETRY).message


def test_scenarios_that_kill_come_last_and_alone() -> None:
    on, _ = stage_of()
    look = "- {id: one, call: CheckTransaction, params: {id: $new.transaction_id}}"
    texts = [scenario(ANSWERED, HEAD, "a.kills"), scenario(look, "given: {}", "b.looks")]
    seen = run(*texts, on=on)
    assert [e.name for e in seen.events if isinstance(e, ScenarioStarted)] == ["b.looks", "a.kills"]


@pytest.mark.parametrize(
    ("terms", "outcome", "words"),
    [
        ({}, Outcome.SKIPPED, "there is no [process]"),
        ({"process": False}, Outcome.SKIPPED, "process = false"),
        ({"everything": True}, Outcome.NOT_TESTABLE, "there is no [process]"),
        ({"everything": True, "process": False}, Outcome.SKIPPED, "process = false"),
    ],
)
def test_without_a_process_the_reason_is_told(
    terms: dict[str, Any], outcome: Outcome, words: str
) -> None:
    (check,) = run(scenario(ANSWERED, HEAD), on=stage(**terms)).checks
    assert (check.outcome, check.reason[: len(words)]) == (outcome, words)
