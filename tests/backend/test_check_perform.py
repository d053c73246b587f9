"""CheckPerformTransaction: who may be paid, with how much, and that asking changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.backend.conftest import Make
from tests.backend.merchant import Merchant

HOURS_12 = 43_200_000

WRONG_AMOUNTS = [1000, 99_999, 100_001, 10_000_000, 1, 0, -100_000, 2**64, 10**1000]
WRONG_TYPES = ["100000", 100000.0, True, None, [100_000], {}]

BAD_NUMBERS: dict[str, Any] = {
    "null": None,
    "true": True,
    "float": 17.0,
    "list": ["17"],
    "object": {"id": 17},
    "empty": "",
    "NUL": "17\x00",
    "half a surrogate pair": "\ud800",
    "like": "%",
    "sql": "17' OR '1'='1",
    "long": "x" * 10_000,
    "huge": 10**1000,
}


@pytest.fixture
def number(merchant: Merchant) -> str:
    merchant.make_order("Order-17", 1000)
    return "Order-17"


def asked(number: Any, amount: Any = 100_000) -> dict[str, Any]:
    return {"amount": amount, "account": {"order_id": number}}


def test_a_payable_order_is_allowed(merchant: Merchant, number: str) -> None:
    assert merchant.result("CheckPerformTransaction", **asked(number)) == {"allow": True}


def test_asking_changes_nothing(merchant: Merchant, number: str) -> None:
    before = merchant.status(number)
    merchant.result("CheckPerformTransaction", **asked(number))
    assert merchant.status(number) == before


@pytest.mark.parametrize("amount", WRONG_AMOUNTS, ids=lambda a: str(a)[:12])
def test_another_amount_is_wrong(merchant: Merchant, number: str, amount: int) -> None:
    error = merchant.error("CheckPerformTransaction", **asked(number, amount))
    assert error["code"] == -31001
    assert set(error["message"]) == {"ru", "uz", "en"}


@pytest.mark.parametrize("amount", WRONG_TYPES, ids=repr)
def test_an_amount_of_another_type_is_no_request(
    merchant: Merchant, number: str, amount: object
) -> None:
    assert merchant.code("CheckPerformTransaction", **asked(number, amount)) == -32600


@pytest.mark.parametrize("bad", BAD_NUMBERS.values(), ids=BAD_NUMBERS)
def test_an_account_without_an_order_is_refused(merchant: Merchant, number: str, bad: Any) -> None:
    refused_account(merchant, {"order_id": bad})


@pytest.mark.parametrize("bad", ["order-17", " Order-17", "Order-17 ", "Order-1_", "Order%"])
def test_an_order_is_found_by_its_exact_number(merchant: Merchant, number: str, bad: str) -> None:
    refused_account(merchant, {"order_id": bad})


@pytest.mark.parametrize("account", [{}, {"order": "Order-17"}])
def test_an_account_must_have_the_member(
    merchant: Merchant, number: str, account: dict[str, Any]
) -> None:
    refused_account(merchant, account)


def refused_account(merchant: Merchant, account: dict[str, Any]) -> None:
    error = merchant.error("CheckPerformTransaction", amount=100_000, account=account)
    assert error["code"] == -31050
    assert error["data"] == "order_id"
    assert all(error["message"][language] for language in ("ru", "uz", "en"))


def test_a_whole_number_is_read_as_its_digits(merchant: Merchant) -> None:
    merchant.make_order("17", 1000)
    assert merchant.result("CheckPerformTransaction", **asked(17)) == {"allow": True}
    assert merchant.code("CheckPerformTransaction", **asked("٣")) == -31050


@pytest.mark.parametrize("account", [None, "17", 17, ["17"]])
def test_an_account_of_another_type_is_no_request(merchant: Merchant, account: object) -> None:
    assert merchant.code("CheckPerformTransaction", amount=1, account=account) == -32600


@pytest.mark.parametrize("missing", ["amount", "account"])
def test_members_are_needed(merchant: Merchant, number: str, missing: str) -> None:
    params = asked(number)
    del params[missing]
    assert merchant.code("CheckPerformTransaction", **params) == -32600


@pytest.mark.parametrize("profile", ["default", "docs", "sandbox"])
def test_a_busy_paid_or_refunded_order_is_refused_in_the_account_range(
    make: Make, profile: str
) -> None:
    merchant = make(profile=profile)
    number = merchant.order()
    payme_id = merchant.created(number)
    assert merchant.code("CheckPerformTransaction", **asked(number)) == -31052
    merchant.result("PerformTransaction", id=payme_id)
    assert merchant.code("CheckPerformTransaction", **asked(number)) == -31051
    merchant.result("CancelTransaction", id=payme_id, reason=5)
    assert merchant.code("CheckPerformTransaction", **asked(number)) == -31053


def test_an_order_is_free_again_once_its_transaction_is_cancelled(merchant: Merchant) -> None:
    number = merchant.order()
    merchant.result("CancelTransaction", id=merchant.created(number), reason=3)
    assert merchant.result("CheckPerformTransaction", **asked(number)) == {"allow": True}


def test_an_order_is_free_again_once_its_transaction_timed_out(merchant: Merchant) -> None:
    number = merchant.order()
    payme_id = merchant.created(number)
    merchant.clock.move(HOURS_12 + 60_000)
    assert merchant.result("CheckPerformTransaction", **asked(number)) == {"allow": True}
    assert merchant.check(payme_id)["state"] == 1


def test_a_fiscal_item_is_answered_as_detail(make: Make) -> None:
    item = {"title": "Фото", "code": "00702001001000001", "package_code": "1", "vat_percent": 12}
    merchant = make(fiscal_item=item)
    merchant.make_order("1", 1000)
    result = merchant.result("CheckPerformTransaction", **asked("1"))
    assert result["allow"] is True
    assert result["detail"]["receipt_type"] == 0
    (line,) = result["detail"]["items"]
    assert line == item | {"price": 100_000, "count": 1}
