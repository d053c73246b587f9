"""What Payme's side knows of transactions, and where a merchant's record departs from it."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.conformance.books import Books, Transaction, changes, differences
from simulator.protocol.answer import Answer
from simulator.protocol.vocabulary import Method
from tests.simulator.conformance.world import NOW

A = "a" * 24
HOURS = 3_600_000
PARAMS = {"id": A, "time": NOW, "amount": 100_000, "account": {"order_id": "17"}}
CREATED = {"create_time": NOW + 5, "transaction": "771", "state": 1}
PERFORMED = {"perform_time": NOW + 9, "transaction": "771", "state": 2}


def result(**members: Any) -> Answer:
    return Answer("result", 200, result=members)


def error(code: int) -> Answer:
    return Answer("error", 200, error={"code": code})


NOTHING = Answer("nothing")


def books(*calls: tuple[Method, dict[str, Any], Answer], now: int = NOW) -> Books:
    kept = Books()
    for method, params, answer in calls:
        kept.note(method, params, answer, now)
    return kept


def created(**changed: Any) -> tuple[Method, dict[str, Any], Answer]:
    return Method.CREATE, {**PARAMS, **changed}, result(**CREATED)


def performed() -> tuple[Method, dict[str, Any], Answer]:
    return Method.PERFORM, {"id": A}, result(**PERFORMED)


def cancelled(state: object = -1, reason: int = 3) -> tuple[Method, dict[str, Any], Answer]:
    return Method.CANCEL, {"id": A, "reason": reason}, result(cancel_time=NOW + 20, state=state)


def test_a_creation() -> None:
    kept = books(created())
    tx = kept.transactions[A]
    assert (tx.state, tx.time, tx.amount, tx.is_live) == (1, NOW, 100_000, True)
    assert tx.members == {"create_time": NOW + 5, "transaction": "771"}
    assert kept.ids == {A}
    assert kept.numbers == {"771": A}
    assert kept.of_account({"order_id": "17"}) == [tx]
    assert kept.of_account({"order_id": "18"}) == []


def test_a_refused_creation_is_remembered_until_it_is_accepted() -> None:
    kept = books((Method.CREATE, PARAMS, error(-31008)))
    assert (kept.ids, set(kept.refused), kept.transactions) == ({A}, {A}, {})
    kept.note(Method.CREATE, PARAMS, result(**CREATED), NOW)
    assert (kept.refused, set(kept.transactions)) == ({}, {A})


@pytest.mark.parametrize(
    ("calls", "state", "live"),
    [
        ([created(), performed()], 2, True),
        ([created(), cancelled()], -1, False),
        ([created(), performed(), cancelled(-2)], -2, False),
        ([created(), performed(), cancelled("odd")], -2, False),
        ([created(), cancelled(1)], -1, False),
        ([created(), cancelled(), performed()], -1, False),
        ([created(), performed(), performed()], 2, True),
        ([created(), created(amount=5)], 1, True),
    ],
)
def test_states(calls: list[tuple[Method, dict[str, Any], Answer]], state: int, live: bool) -> None:
    tx = books(*calls).transactions[A]
    assert (tx.state, tx.is_live, tx.amount) == (state, live, 100_000)


def test_the_first_times_are_kept() -> None:
    tx = books(created(), performed(), (Method.PERFORM, {"id": A}, result(perform_time=1, state=2)))
    assert tx.transactions[A].members["perform_time"] == NOW + 9


def test_no_answer_leaves_doubt() -> None:
    assert books(created()).transactions[A].sure
    for method in (Method.CREATE, Method.PERFORM, Method.CANCEL):
        assert not books(created(), (method, {"id": A}, NOTHING)).transactions[A].sure
    assert books(created(), (Method.CHECK, {"id": A}, NOTHING)).transactions[A].sure


def test_a_create_without_an_answer_may_be_known_to_the_merchant() -> None:
    kept = books((Method.CREATE, PARAMS, NOTHING))
    assert (kept.ids, kept.transactions) == ({A}, {})
    assert kept.account_of(A) == PARAMS["account"]
    kept = books((Method.CREATE, PARAMS, NOTHING), created())
    assert kept.transactions[A].sure
    assert kept.lost == {}


@pytest.mark.parametrize(("account", "seen"), [("17", False), ("18", True)])
def test_a_second_creation_makes_the_look_at_the_first_old(account: str, seen: bool) -> None:
    look = (Method.CHECK, {"id": A}, result(state=1))
    kept = books(created(), look, created(id="b" * 24, account={"order_id": account}))
    assert (kept.transactions[A].seen is not None) == seen


def test_a_repetition_that_is_answered_ends_the_doubt() -> None:
    lost = (Method.PERFORM, {"id": A}, NOTHING)
    assert books(created(), lost, performed()).transactions[A].sure
    assert not books(created(), lost, created()).transactions[A].sure
    gone = (Method.CANCEL, {"id": A, "reason": 3}, result(state=-2, cancel_time=NOW))
    kept = books(created(), lost, gone)
    assert kept.transactions[A].sure
    assert kept.transactions[A].state == -2


def test_what_payme_would_not_send_binds_nobody() -> None:
    kept = books(created())
    kept.doubt({"id": A})
    kept.doubt({"id": "unheard"})
    kept.doubt([A])
    assert not kept.transactions[A].sure


@pytest.mark.parametrize("params", [None, [], {}, {"id": 5}, {"id": [A]}, {"id": "b" * 24}])
def test_calls_about_nothing_known_change_nothing(params: Any) -> None:
    kept = books(created())
    kept.note(Method.PERFORM, params, result(**PERFORMED), NOW)
    assert kept.transactions[A].state == 1


def test_twelve_hours() -> None:
    tx = Transaction(A, {}, 5, NOW, 1)
    assert not tx.is_old(NOW + 12 * HOURS - 60_000)
    assert tx.is_old(NOW + 12 * HOURS)
    tx.age(13 * HOURS)
    assert tx.is_old(NOW)


def test_an_old_transaction_that_is_refused_has_lapsed() -> None:
    late = NOW + 13 * HOURS
    kept = books(created())
    kept.note(Method.PERFORM, {"id": A}, error(-31008), NOW)
    assert kept.transactions[A].state == 1
    kept.note(Method.PERFORM, {"id": A}, error(-31003), late)
    assert kept.transactions[A].state == 1
    kept.note(Method.PERFORM, {"id": A}, error(-31008), late)
    assert (kept.transactions[A].state, kept.transactions[A].reasons) == (-1, [4])


RECORD = {
    "create_time": NOW + 5,
    "perform_time": 0,
    "cancel_time": 0,
    "transaction": "771",
    "state": 1,
    "reason": None,
}


def found(tx: Transaction, now: int = NOW, **changed: Any) -> list[str]:
    """The members that differ."""
    shown = {k: v for k, v in {**RECORD, **changed}.items() if v is not ...}
    findings = differences(tx, shown, "check.matches-answers", now)
    assert {finding.rule for finding in findings} <= {"check.matches-answers"}
    return [finding.path.removeprefix("result.") for finding in findings]


def test_a_record_that_says_what_was_acknowledged() -> None:
    assert found(books(created()).transactions[A]) == []
    assert found(books(created()).transactions[A], transaction=771, create_time=str(NOW + 5)) == []


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"state": 2}, ["state"]),
        ({"state": ...}, ["state"]),
        ({"transaction": "772"}, ["transaction"]),
        ({"transaction": ...}, ["transaction"]),
        ({"create_time": NOW + 6}, ["create_time"]),
        ({"create_time": None, "state": True}, ["state", "create_time"]),
        ({"perform_time": 5, "reason": 3}, []),
    ],
)
def test_a_record_that_does_not(changed: dict[str, Any], wrong: list[str]) -> None:
    assert found(books(created()).transactions[A], **changed) == wrong


def test_a_cancelled_record() -> None:
    tx = books(created(), cancelled()).transactions[A]
    gone = {"state": -1, "cancel_time": NOW + 20}
    assert found(tx, **gone, reason=3) == []
    assert found(tx, **gone, reason="3") == []
    assert found(tx, **gone, reason=5) == ["reason"]
    assert found(tx, **gone, reason=...) == ["reason"]
    assert found(tx, **{**gone, "cancel_time": NOW + 21}, reason=3) == ["cancel_time"]


def test_of_several_reasons_any_will_do() -> None:
    tx = books(created(), cancelled(), cancelled(reason=5)).transactions[A]
    gone = {"state": -1, "cancel_time": NOW + 20}
    assert found(tx, **gone, reason=5) == []
    assert found(tx, **gone, reason=4) == ["reason"]


def test_a_merchant_may_let_an_old_transaction_lapse_by_itself() -> None:
    tx, late = books(created()).transactions[A], NOW + 13 * HOURS
    lapsed = {"state": -1, "cancel_time": late}
    assert found(tx, late, **lapsed, reason=4) == []
    assert found(tx, late, **lapsed, reason=3) == ["reason"]
    assert found(tx, NOW, **lapsed, reason=4) == ["state"]
    assert found(tx, late, state=1) == []


def test_aged_rows_have_no_times_to_compare() -> None:
    tx = books(created()).transactions[A]
    tx.age(5000)
    assert found(tx, create_time=NOW - 4995) == []
    assert found(tx, transaction="772") == ["transaction"]


def changed_by_refusal(before: dict[str, Any] | None, after: dict[str, Any]) -> list[str]:
    tx = books(created()).transactions[A]
    tx.seen = after
    return [f.path.removeprefix("result.") for f in changes(tx, before, NOW)]


def test_a_refused_call_is_held_against_the_look_before_it() -> None:
    assert changed_by_refusal(RECORD, RECORD) == []
    assert changed_by_refusal(RECORD, {**RECORD, "reason": 3, "cancel_time": 5}) == [
        "cancel_time",
        "reason",
    ]
    assert changed_by_refusal({**RECORD, "state": 2}, RECORD) == ["state"]


def test_without_a_look_before_only_the_state_can_be_compared() -> None:
    assert changed_by_refusal(None, {**RECORD, "create_time": 5}) == []
    assert changed_by_refusal(None, {**RECORD, "state": -1}) == ["state"]


def test_lapsing_is_no_change_made_by_a_refusal() -> None:
    tx = books(created()).transactions[A]
    tx.seen = {**RECORD, "state": -1, "reason": 4}
    assert changes(tx, RECORD, NOW + 13 * HOURS) == []
    assert changes(tx, RECORD, NOW) != []
