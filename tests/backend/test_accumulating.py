"""An accumulating account: any number of payments of any allowed amount, several at a time."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.backend.conftest import Make
from tests.backend.merchant import Merchant

LOW, HIGH = 100_000, 50_000_000


@pytest.fixture
def merchant(make: Make) -> Merchant:
    return make(account_type="accumulating", min_amount=LOW, max_amount=HIGH)


def test_several_transactions_live_side_by_side(merchant: Merchant) -> None:
    number = merchant.order()
    first = merchant.created(number)
    second = merchant.created(number, amount=LOW + 1)
    assert merchant.result("PerformTransaction", id=first)["state"] == 2
    third = merchant.performed(number, amount=HIGH)
    assert merchant.result("PerformTransaction", id=second)["state"] == 2
    assert [merchant.check(one)["state"] for one in (first, second, third)] == [2, 2, 2]


@pytest.mark.parametrize("method", ["CheckPerformTransaction", "CreateTransaction"])
@pytest.mark.parametrize("amount", [LOW - 1, HIGH + 1, 1, 0, 2**64])
def test_amounts_beyond_the_limits_are_wrong(merchant: Merchant, method: str, amount: int) -> None:
    params = merchant.creation(merchant.order(), amount=amount)
    assert merchant.code(method, **params) == -31001


@pytest.mark.parametrize("amount", [LOW, LOW + 1, HIGH])
def test_amounts_within_the_limits_are_right(merchant: Merchant, amount: int) -> None:
    params = merchant.creation(merchant.order(), amount=amount)
    assert merchant.result("CheckPerformTransaction", **params) == {"allow": True}
    assert merchant.result("CreateTransaction", **params)["state"] == 1


def test_the_account_is_paid_while_any_payment_stands(merchant: Merchant) -> None:
    number = merchant.order()
    first, second = merchant.performed(number), merchant.performed(number)
    waiting = merchant.created(number)
    assert merchant.status(number)["status"] == "success"
    merchant.result("CancelTransaction", id=waiting, reason=3)
    merchant.result("CancelTransaction", id=first, reason=5)
    assert merchant.status(number)["status"] == "success"
    merchant.result("CancelTransaction", id=second, reason=5)
    assert merchant.status(number)["status"] == "cancelled"
    assert merchant.performed(number)
    assert merchant.status(number)["status"] == "success"


def _held(merchant: Merchant, number: str) -> int:
    with merchant.app.extensions["backend.database"].engine.connect() as connection:
        query = text("SELECT balance FROM payments WHERE order_id = :number")
        return int(connection.execute(query, {"number": number}).scalar_one())


def test_the_account_holds_what_was_performed_and_not_refunded(merchant: Merchant) -> None:
    number, other = merchant.order(), merchant.order()
    waiting = merchant.created(number)
    assert _held(merchant, number) == 0
    first = merchant.performed(number, amount=LOW)
    second = merchant.performed(number, amount=HIGH)
    merchant.result("PerformTransaction", id=first)
    assert _held(merchant, number) == LOW + HIGH
    for payme_id in (waiting, first, first):
        merchant.result("CancelTransaction", id=payme_id, reason=5)
    assert _held(merchant, number) == HIGH
    merchant.result("CancelTransaction", id=second, reason=5)
    assert (_held(merchant, number), _held(merchant, other)) == (0, 0)


def test_an_order_holds_nothing(make: Make) -> None:
    shop = make()
    number = shop.order()
    shop.performed(number)
    assert _held(shop, number) == 0


def test_an_unpaid_account_is_pending(merchant: Merchant) -> None:
    number = merchant.order()
    payme_id = merchant.created(number)
    assert merchant.status(number)["status"] == "pending"
    merchant.result("CancelTransaction", id=payme_id, reason=3)
    assert merchant.status(number)["status"] == "pending"


def test_an_unknown_account_is_refused(merchant: Merchant) -> None:
    assert merchant.code("CreateTransaction", **merchant.creation("none")) == -31050


def test_a_repeat_gets_the_first_answer(merchant: Merchant) -> None:
    params = merchant.creation(merchant.order())
    first = merchant.result("CreateTransaction", **params)
    merchant.clock.move(1100)
    assert merchant.result("CreateTransaction", **params) == first


def test_an_order_beyond_the_limits_is_not_made(merchant: Merchant) -> None:
    sent = {"order_id": "1", "paymentType": "payme", "amount": LOW // 100 - 1}
    answer = merchant.client.post("/api/generate-qr", json=sent)
    assert (answer.status_code, answer.get_json()["member"]) == (400, "amount")
