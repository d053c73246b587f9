"""CreateTransaction: one Payme id, one transaction, one answer; one live transaction an order."""

from __future__ import annotations

from typing import Any

import pytest

from tests.backend.conftest import Make
from tests.backend.merchant import Merchant, new_id

HOURS_12 = 43_200_000


def test_the_answer_and_the_order(merchant: Merchant) -> None:
    number = merchant.order()
    params = merchant.creation(number, time=merchant.clock.now - 5000)
    result = merchant.result("CreateTransaction", **params)
    assert result == {"create_time": merchant.clock.now, "transaction": "1", "state": 1}
    order = merchant.status(number)
    assert (order["status"], order["state"]) == ("pending", 1)
    assert order["transaction_id"] == params["id"]


def test_a_repeat_gets_the_first_answer(merchant: Merchant) -> None:
    params = merchant.creation(merchant.order())
    first = merchant.result("CreateTransaction", **params)
    merchant.clock.move(1100)
    assert merchant.result("CreateTransaction", **params) == first
    assert len(merchant.result("GetStatement", **{"from": 0, "to": 2**50})["transactions"]) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": 100_001}, -31001),
        ({"account": {"order_id": "none"}}, -31050),
        ({"account": {}}, -31050),
    ],
)
def test_a_repeat_with_other_params_changes_nothing(
    merchant: Merchant, change: dict[str, Any], code: int
) -> None:
    params = merchant.creation(merchant.order())
    first = merchant.result("CreateTransaction", **params)
    assert merchant.code("CreateTransaction", **(params | change)) == code
    assert merchant.result("CreateTransaction", **params) == first


def test_a_known_id_on_another_order_is_refused_and_that_order_stays_free(
    merchant: Merchant,
) -> None:
    params = merchant.creation(merchant.order())
    merchant.result("CreateTransaction", **params)
    other = merchant.order()
    moved = params | {"account": {"order_id": other}}
    assert merchant.code("CreateTransaction", **moved) == -31050
    assert merchant.status(other)["transaction_id"] is None


def test_the_account_may_come_as_number_or_text(merchant: Merchant) -> None:
    merchant.make_order("17", 1000)
    params = merchant.creation("17")
    first = merchant.result("CreateTransaction", **params)
    again = params | {"account": {"order_id": 17}}
    assert merchant.result("CreateTransaction", **again) == first


@pytest.mark.parametrize(("profile", "code"), [("default", -31052), ("sandbox", -31052)])
def test_a_second_transaction_is_refused_in_the_account_range(
    make: Make, profile: str, code: int
) -> None:
    merchant = make(profile=profile)
    number = merchant.order()
    merchant.created(number)
    error = merchant.error("CreateTransaction", **merchant.creation(number))
    assert (error["code"], error["data"]) == (code, "order_id")
    assert set(error["message"]) == {"ru", "uz", "en"}


def test_a_second_transaction_is_impossible_to_the_documents(make: Make) -> None:
    merchant = make(profile="docs")
    number = merchant.order()
    merchant.created(number)
    error = merchant.error("CreateTransaction", **merchant.creation(number))
    assert (error["code"], set(error)) == (-31008, {"code", "message"})


def test_a_refused_creation_leaves_nothing(merchant: Merchant) -> None:
    number = merchant.order()
    merchant.created(number)
    before = merchant.status(number)
    params = merchant.creation(number)
    merchant.error("CreateTransaction", **params)
    assert merchant.code("CheckTransaction", id=params["id"]) == -31003
    assert merchant.status(number) == before


def test_a_paid_and_a_refunded_order_take_no_other(merchant: Merchant) -> None:
    number = merchant.order()
    payme_id = merchant.performed(number)
    assert merchant.code("CreateTransaction", **merchant.creation(number)) == -31051
    merchant.result("CancelTransaction", id=payme_id, reason=5)
    assert merchant.code("CreateTransaction", **merchant.creation(number)) == -31053


def test_a_cancelled_order_can_be_paid_by_another(merchant: Merchant) -> None:
    number = merchant.order()
    first = merchant.created(number)
    merchant.result("CancelTransaction", id=first, reason=3)
    second = merchant.performed(number)
    assert merchant.check(first)["state"] == -1
    assert merchant.status(number)["transaction_id"] == second
    assert merchant.status(number)["status"] == "success"


@pytest.mark.parametrize("ending", ["perform", "cancel", "refund"])
def test_a_repeat_after_the_end_is_impossible(merchant: Merchant, ending: str) -> None:
    params = merchant.creation(merchant.order())
    merchant.result("CreateTransaction", **params)
    if ending != "cancel":
        merchant.result("PerformTransaction", id=params["id"])
    if ending != "perform":
        merchant.result("CancelTransaction", id=params["id"], reason=3)
    before = merchant.check(params["id"])
    assert merchant.code("CreateTransaction", **params) == -31008
    assert merchant.check(params["id"]) == before


def test_a_repeat_after_twelve_hours_cancels(merchant: Merchant) -> None:
    number = merchant.order()
    params = merchant.creation(number)
    merchant.result("CreateTransaction", **params)
    merchant.clock.move(HOURS_12 + 60_000)
    assert merchant.code("CreateTransaction", **params) == -31008
    timed_out(merchant, params["id"])
    assert merchant.status(number)["status"] == "pending"


def test_another_transaction_replaces_one_that_timed_out(merchant: Merchant) -> None:
    number = merchant.order()
    old = merchant.created(number)
    merchant.clock.move(HOURS_12 + 60_000)
    new = merchant.performed(number)
    timed_out(merchant, old)
    assert merchant.status(number)["transaction_id"] == new


def timed_out(merchant: Merchant, payme_id: str) -> None:
    found = merchant.check(payme_id)
    assert (found["state"], found["reason"]) == (-1, 4)
    assert found["cancel_time"] == merchant.clock.now


def test_a_new_transaction_that_is_too_old_is_refused(merchant: Merchant) -> None:
    number = merchant.order()
    params = merchant.creation(number, time=merchant.clock.now - HOURS_12 - 60_000)
    assert merchant.code("CreateTransaction", **params) == -31008
    assert merchant.code("CheckTransaction", id=params["id"]) == -31003
    assert merchant.performed(number)


@pytest.mark.parametrize(("more", "state"), [(0, 2), (1, -1)])
def test_twelve_hours_to_the_millisecond(merchant: Merchant, more: int, state: int) -> None:
    payme_id = merchant.created(merchant.order())
    merchant.clock.move(HOURS_12 + more)
    merchant.call("PerformTransaction", {"id": payme_id})
    assert merchant.check(payme_id)["state"] == state


def test_age_counts_from_paymes_time(merchant: Merchant) -> None:
    young = merchant.creation(merchant.order(), time=merchant.clock.now - HOURS_12 + 600_000)
    merchant.result("CreateTransaction", **young)
    assert merchant.result("PerformTransaction", id=young["id"])["state"] == 2


@pytest.mark.parametrize("amount", [1000, 99_999, 100_001, 10_000_000, 0, -1, 2**64])
def test_another_amount_is_wrong(merchant: Merchant, amount: int) -> None:
    params = merchant.creation(merchant.order(), amount=amount)
    assert merchant.code("CreateTransaction", **params) == -31001
    assert merchant.code("CheckTransaction", id=params["id"]) == -31003


def test_an_unknown_account_is_refused(merchant: Merchant) -> None:
    error = merchant.error("CreateTransaction", **merchant.creation("none"))
    assert (error["code"], error["data"]) == (-31050, "order_id")


@pytest.mark.parametrize("missing", ["id", "time", "amount", "account"])
def test_members_are_needed(merchant: Merchant, missing: str) -> None:
    params = merchant.creation(merchant.order())
    del params[missing]
    assert merchant.code("CreateTransaction", **params) == -32600


WRONG: list[dict[str, Any]] = [
    {"id": 17},
    {"id": None},
    {"id": ""},
    {"id": "x" * 65},
    {"id": "a\x00b"},
    {"id": "\ud800"},
    {"time": "1800000000000"},
    {"time": 1.8e12},
    {"time": True},
    {"time": 0},
    {"time": -1},
    {"time": 10**13},
    {"time": 2**70},
    {"amount": "100000"},
    {"amount": 100000.0},
    {"amount": True},
    {"account": None},
    {"account": "17"},
]


@pytest.mark.parametrize("change", WRONG, ids=repr)
def test_members_of_another_type_are_no_request(merchant: Merchant, change: dict[str, Any]) -> None:
    number = merchant.order()
    assert merchant.code("CreateTransaction", **merchant.creation(number, **change)) == -32600
    assert merchant.status(number)["transaction_id"] is None


def test_the_account_is_kept_as_sent(merchant: Merchant) -> None:
    merchant.make_order("17", 1000)
    account = {"phone": "9", "order_id": 17, "a": [1.5, None, "\ud800", "\x00", {"б": True}]}
    merchant.result("CreateTransaction", **merchant.creation("17", account=account))
    (item,) = merchant.result("GetStatement", **{"from": 0, "to": 2**50})["transactions"]
    assert item["account"] == account


def test_ids_differ_by_case_and_length(merchant: Merchant) -> None:
    payme_id = merchant.created(merchant.order(), id="a" + new_id()[1:])
    assert merchant.code("CheckTransaction", id=payme_id.upper()) == -31003
    assert merchant.code("CheckTransaction", id=payme_id[:-1]) == -31003
