"""PerformTransaction and CancelTransaction: the ends of a transaction, each reached once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.backend.conftest import Make
from tests.backend.merchant import Merchant, new_id

HOURS_12 = 43_200_000
REASONS = [1, 2, 3, 4, 5, 10]


def test_performing_pays_the_order(merchant: Merchant) -> None:
    number = merchant.order()
    payme_id = merchant.created(number)
    merchant.clock.move(700)
    result = merchant.result("PerformTransaction", id=payme_id)
    assert result == {"transaction": "1", "perform_time": merchant.clock.now, "state": 2}
    order = merchant.status(number)
    assert (order["status"], order["state"]) == ("success", 2)
    assert order["perform_time"] == merchant.clock.now


def test_performing_again_gets_the_first_answer(merchant: Merchant) -> None:
    payme_id = merchant.created(merchant.order())
    first = merchant.result("PerformTransaction", id=payme_id)
    merchant.clock.move(HOURS_12 * 2)
    assert merchant.result("PerformTransaction", id=payme_id) == first


@pytest.mark.parametrize("paid", [False, True])
def test_a_cancelled_transaction_cannot_be_performed(merchant: Merchant, paid: bool) -> None:
    number = merchant.order()
    payme_id = merchant.performed(number) if paid else merchant.created(number)
    merchant.result("CancelTransaction", id=payme_id, reason=3)
    before = merchant.check(payme_id), merchant.status(number)
    assert merchant.code("PerformTransaction", id=payme_id) == -31008
    assert (merchant.check(payme_id), merchant.status(number)) == before


def test_performing_after_twelve_hours_cancels(merchant: Merchant) -> None:
    number = merchant.order()
    payme_id = merchant.created(number)
    merchant.clock.move(HOURS_12 + 60_000)
    assert merchant.code("PerformTransaction", id=payme_id) == -31008
    found = merchant.check(payme_id)
    assert (found["state"], found["reason"]) == (-1, 4)
    assert found["cancel_time"] == merchant.clock.now
    order = merchant.status(number)
    assert (order["status"], order["state"]) == ("pending", -1)


def test_cancelling_before_payment_frees_the_order(merchant: Merchant) -> None:
    number = merchant.order()
    payme_id = merchant.created(number)
    merchant.clock.move(700)
    result = merchant.result("CancelTransaction", id=payme_id, reason=3)
    assert result == {"transaction": "1", "cancel_time": merchant.clock.now, "state": -1}
    order = merchant.status(number)
    assert (order["status"], order["cancel_time"]) == ("pending", merchant.clock.now)
    assert order["create_time"] == merchant.clock.now - 700


def test_cancelling_after_payment_refunds_and_keeps_the_time_of_payment(
    merchant: Merchant,
) -> None:
    number = merchant.order()
    payme_id = merchant.performed(number)
    performed = merchant.check(payme_id)["perform_time"]
    merchant.clock.move(700)
    assert merchant.result("CancelTransaction", id=payme_id, reason=5)["state"] == -2
    found = merchant.check(payme_id)
    assert (found["perform_time"], found["cancel_time"]) == (performed, merchant.clock.now)
    order = merchant.status(number)
    assert (order["status"], order["perform_time"]) == ("cancelled", performed)


@pytest.mark.parametrize("paid", [False, True])
def test_cancelling_again_keeps_the_first_answer_and_reason(merchant: Merchant, paid: bool) -> None:
    number = merchant.order()
    payme_id = merchant.performed(number) if paid else merchant.created(number)
    first = merchant.result("CancelTransaction", id=payme_id, reason=3)
    merchant.clock.move(1100)
    assert merchant.result("CancelTransaction", id=payme_id, reason=5) == first
    assert merchant.check(payme_id)["reason"] == 3


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_is_read_back(merchant: Merchant, reason: int) -> None:
    payme_id = merchant.created(merchant.order())
    merchant.result("CancelTransaction", id=payme_id, reason=reason)
    assert merchant.check(payme_id)["reason"] == reason


@pytest.mark.parametrize("reason", [0, 6, 7, 9, 11, -1, "3", 3.0, True, None, [3], 2**70])
def test_any_other_reason_is_no_request(merchant: Merchant, reason: object) -> None:
    payme_id = merchant.created(merchant.order())
    assert merchant.code("CancelTransaction", id=payme_id, reason=reason) == -32600
    assert merchant.check(payme_id)["state"] == 1


def test_an_expired_transaction_is_cancelled_with_the_reason_given(merchant: Merchant) -> None:
    payme_id = merchant.created(merchant.order())
    merchant.clock.move(HOURS_12 + 60_000)
    assert merchant.result("CancelTransaction", id=payme_id, reason=3)["state"] == -1
    assert merchant.check(payme_id)["reason"] == 3


def test_without_refunds_a_paid_transaction_stays(make: Make) -> None:
    merchant = make(refunds=False)
    number = merchant.order()
    payme_id = merchant.performed(number)
    before = merchant.check(payme_id), merchant.status(number)
    assert merchant.code("CancelTransaction", id=payme_id, reason=5) == -31007
    assert (merchant.check(payme_id), merchant.status(number)) == before


def test_without_refunds_an_unpaid_one_is_cancelled_and_repeated(make: Make) -> None:
    merchant = make(refunds=False)
    payme_id = merchant.created(merchant.order())
    first = merchant.result("CancelTransaction", id=payme_id, reason=3)
    assert first["state"] == -1
    assert merchant.result("CancelTransaction", id=payme_id, reason=3) == first


METHODS: list[tuple[str, dict[str, Any]]] = [
    ("PerformTransaction", {}),
    ("CancelTransaction", {"reason": 3}),
    ("CheckTransaction", {}),
]


@pytest.mark.parametrize(("method", "other"), METHODS)
def test_an_unknown_transaction(merchant: Merchant, method: str, other: dict[str, Any]) -> None:
    assert merchant.code(method, id=new_id(), **other) == -31003


@pytest.mark.parametrize(("method", "other"), METHODS)
@pytest.mark.parametrize("id", [None, 17, True, "", ["a"], {"$ne": 1}, "a\x00", "x" * 65])
def test_an_id_of_another_type(
    merchant: Merchant, method: str, other: dict[str, Any], id: object
) -> None:
    assert merchant.code(method, id=id, **other) == -32600


def test_an_order_after_an_expired_and_a_new_transaction_follows_the_new_one(
    merchant: Merchant,
) -> None:
    number = merchant.order()
    old = merchant.created(number)
    merchant.clock.move(HOURS_12 + 60_000)
    new = merchant.performed(number)
    first = merchant.check(old)
    merchant.clock.move(1000)
    assert merchant.result("CancelTransaction", id=old, reason=5)["state"] == -1
    assert merchant.check(old) == first
    assert merchant.status(number)["transaction_id"] == new
