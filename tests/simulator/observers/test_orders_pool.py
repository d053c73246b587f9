"""Orders out of a list."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulator.config.models import Config
from simulator.observers.engines import DatabaseError
from simulator.observers.orders import (
    Numbers,
    Order,
    OrdersError,
    OrdersExhausted,
    OrderSource,
    open_orders,
)


def pool(
    folder: Path,
    text: str | None = "17,100000\n18,200000\n",
    payable: Callable[[Order], bool] | None = None,
    account: dict[str, Any] | None = None,
    now: float = 1_763_881_200,
) -> OrderSource:
    """A source over a list in `folder`; `text` None keeps the list that is there."""
    file = folder / "orders.csv"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    orders = {"account": account or {"order_id": "{number}"}, "pool": {"file": file}}
    with httpx.Client() as client:
        return open_orders(
            Config.model_validate({"orders": orders}),
            Numbers(clock=lambda: 0),
            client,
            is_payable=payable,
            folder=folder,
            clock=lambda: now,
        )


def test_rows_come_in_order_with_their_own_price(tmp_path: Path) -> None:
    orders = pool(tmp_path)
    first, second = orders.make(), orders.make()
    assert first == Order("17", 100_000, 1000, {"order_id": "17"}, "order_id", {})
    assert (second.number, second.amount) == ("18", 200_000)
    assert orders.notes == ()


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("number,amount_tiyin,phone\n17,100000,+998\n", {"id": "17", "phone": "+998"}),
        ("\ufeffphone;amount_sum;number\n+998; 1000.00 ;17\n", {"id": "17", "phone": "+998"}),
        ("17,100000,+998\n", {"id": "17", "column3": "+998"}),
        ('Number,Amount\n\n"17",100000\n', {"id": "17"}),
    ],
)
def test_headings_are_optional_and_further_columns_captured(
    tmp_path: Path, text: str, account: dict[str, str]
) -> None:
    names = {name: "{number}" if name == "id" else f"{{{name}}}" for name in account}
    made = pool(tmp_path, text, account=names).make()
    assert made.account == account
    assert made.amount == 100_000


def test_another_price_is_looked_for(tmp_path: Path) -> None:
    orders = pool(tmp_path)
    assert orders.make(amount_sum=2000).number == "18"
    with pytest.raises(OrdersExhausted, match="all 1 orders of 2000 sum"):
        orders.make(amount_sum=2000)
    with pytest.raises(OrdersExhausted, match="has no order of 5 sum; add a line with 500 tiyin"):
        orders.make(amount_sum=5)
    assert orders.make().number == "17"


def test_the_next_run_goes_on_and_an_empty_pool_tells_who_emptied_it(tmp_path: Path) -> None:
    pool(tmp_path).make()
    second = pool(tmp_path, None, now=1_763_967_600)
    assert second.make().number == "18"
    with pytest.raises(OrdersExhausted) as caught:
        second.make()
    text = str(caught.value)
    assert "all 2 orders in" in text
    assert "1 by 2025-11-23 07:00:00 UTC, 1 by this run (2025-11-24 07:00:00 UTC)" in text
    [used] = (tmp_path / ".payme-sandbox").iterdir()
    assert f"delete {used}" in text
    assert used.name.startswith("used-orders-")
    used.unlink()
    assert pool(tmp_path, None).make().number == "17"


def test_with_a_database_only_payable_rows_are_taken_and_none_remembered(tmp_path: Path) -> None:
    payable = {"18"}
    orders = pool(tmp_path, payable=lambda order: order.number in payable)
    assert orders.make().number == "18"
    with pytest.raises(OrdersExhausted, match=r"none of the 2 orders in .* is left"):
        orders.make()
    assert not (tmp_path / ".payme-sandbox").exists()
    again = pool(tmp_path, None, payable=lambda order: order.number in payable)
    assert again.make().number == "18"


def test_a_database_that_fails(tmp_path: Path) -> None:
    def fails(order: Order) -> bool:
        raise DatabaseError("gone")

    with pytest.raises(OrdersError, match="an order cannot be looked up: gone"):
        pool(tmp_path, payable=fails).make()


def test_an_unknown_order_is_not_in_the_list(tmp_path: Path) -> None:
    account = {"id": "{number}", "uid": "{uid}"}
    uid = "0b6f9a1e-51c5-4ad5-9d0e-0d3a2f0c9a11"
    orders = pool(tmp_path, f"number,amount,uid\n17,100000,{uid}\n", account=account)
    unknown = orders.unknown()
    assert unknown.number.isdigit()
    assert unknown.number != "17"
    assert unknown.account["uid"] != uid
    assert len(unknown.account["uid"]) == 36
    assert orders.make().number == "17"


def test_threads_never_get_the_same_row(tmp_path: Path) -> None:
    orders = pool(tmp_path, "".join(f"{n},100\n" for n in range(1, 201)))
    taken: list[str] = []

    def take() -> None:
        taken.extend(orders.make().number for _ in range(25))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(taken)) == 200


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty; a line is: number,amount_tiyin"),
        ("number,amount_tiyin\n", "has headings and no orders"),
        ("order,price\n1,2\n", "the headings are order, price; there must be number"),
        ("17,100\n18\n", r"orders\.csv:2: 1 columns, wanted 2"),
        ("17,100\n\n18,free\n", r"orders\.csv:3: wanted a number and an amount"),
        ("17,100\n18,0\n", "wanted a number and an amount"),
        ("17,100\n,5\n", "wanted a number and an amount"),
    ],
)
def test_a_list_that_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(OrdersError, match=words):
        pool(tmp_path, text)


def test_a_list_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OrdersError, match="there is no file"):
        pool(tmp_path, None)


def test_a_folder_that_cannot_remember(tmp_path: Path) -> None:
    (tmp_path / ".payme-sandbox").write_text("a file where a folder should be")
    with pytest.raises(OrdersError, match="cannot be written"):
        pool(tmp_path).make()
