"""The second code: an order can be paid, and its row remembers one transaction only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backend.merchant import Server, new_number, serving


@pytest.fixture
def shop(tmp_path: Path, database: str) -> Iterator[Server]:
    """A process on each kind of database."""
    with serving(tmp_path, "--variant", "after-fix", "--database", database) as server:
        yield server


def log_of(server: Server) -> list[str]:
    """The lines so far without their times."""
    lines = server.log_file.read_text(encoding="utf-8").splitlines()
    return [line.split(" ", 2)[2] for line in lines if " DEBUG: " in line]


def test_a_payment_from_the_qr_code_to_the_money(shop: Server) -> None:
    number = shop.order()
    asked = {"amount": 100_000, "account": {"order_id": number}}
    assert shop.result("CheckPerformTransaction", **asked) == {"allow": True}
    creation = shop.creation(number)
    created = shop.result("CreateTransaction", **creation)
    assert created["state"] == 1
    payme_id = creation["id"]
    assert shop.result("PerformTransaction", id=payme_id)["state"] == 2
    assert shop.check(payme_id)["state"] == 2
    assert log_of(shop)[1:-1] == [
        f"DEBUG: Created payment record for payme: order_id={number}, id=1",
        f"DEBUG: CheckPerformTransaction order_id={number}, amount=100000",
        f"DEBUG: CreateTransaction order_id={number}, transaction_id={payme_id}",
        f"DEBUG: Updating payment: order_id={number} with transaction_id={payme_id}",
        f"DEBUG: ✅ Payment updated successfully: order_id={number}, transaction_id={payme_id}",
        f"DEBUG: PerformTransaction transaction_id={payme_id}",
        f"DEBUG: Payment success for order_id={number}",
    ]
    assert shop.send("GET", f"/api/payment-status/{number}")[1]["status"] == "success"


def test_what_is_right_one_call_after_the_other(shop: Server) -> None:
    creation = shop.creation(shop.order())
    created = shop.result("CreateTransaction", **creation)
    assert shop.result("CreateTransaction", **creation) == created
    performed = shop.result("PerformTransaction", id=creation["id"])
    assert shop.result("PerformTransaction", id=creation["id"]) == performed
    cancelled = shop.result("CancelTransaction", id=creation["id"], reason=5)
    assert shop.result("CancelTransaction", id=creation["id"], reason=5) == cancelled
    assert shop.check(creation["id"]) == {
        "create_time": created["create_time"],
        "perform_time": performed["perform_time"],
        "cancel_time": cancelled["cancel_time"],
        "transaction": created["transaction"],
        "state": -2,
        "reason": 5,
    }
    [item] = shop.result("GetStatement", **{"from": creation["time"], "to": creation["time"]})[
        "transactions"
    ]
    assert (item["id"], item["amount"], item["state"]) == (creation["id"], 100_000, -2)
    assert shop.code("CreateTransaction", **shop.creation(new_number())) == -31050


def test_a_cancelled_transaction_is_forgotten(shop: Server) -> None:
    number = shop.order()
    first = shop.created(number)
    shop.result("CancelTransaction", id=first, reason=3)
    second = shop.created(number)
    assert shop.code("CheckTransaction", id=first) == -31003
    assert (shop.check(second)["state"], shop.check(second)["reason"]) == (1, 3)


def test_a_live_transaction_and_a_paid_one_are_written_over(shop: Server) -> None:
    number = shop.order()
    first = shop.created(number)
    paid = shop.performed(number)
    assert shop.code("PerformTransaction", id=first) == -31003
    shop.created(number)
    assert shop.code("CheckTransaction", id=paid) == -31003


def test_any_amount_is_taken(shop: Server) -> None:
    number = shop.order()
    assert shop.performed(number, amount=1)
    assert shop.send("GET", f"/api/payment-status/{number}")[1]["status"] == "success"


def test_a_repeat_shows_whatever_is_in_the_row(shop: Server) -> None:
    creation = shop.creation(shop.order())
    shop.result("CreateTransaction", **creation)
    shop.result("CancelTransaction", id=creation["id"], reason=3)
    assert shop.result("CreateTransaction", **creation)["state"] == -1


def test_an_error_is_rolled_back_and_answered(shop: Server) -> None:
    number = shop.order()
    beyond = shop.creation(number, time=2**80)  # fails in the database, at the commit
    assert shop.code("CreateTransaction", **beyond) == -32400
    assert "ERROR: ERROR in CreateTransaction" in shop.log_file.read_text(encoding="utf-8")
    assert shop.code("CheckTransaction", id=beyond["id"]) == -31003
    assert shop.performed(number)
