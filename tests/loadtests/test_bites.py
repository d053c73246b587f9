"""`payme-sandbox load` against a merchant that looks right to its callers and is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from loadtests.reckoning import WRONG
from tests.merchants.calls import Terms
from tests.merchants.habits import Habits
from tests.merchants.server import serving
from tests.merchants.wire import Shop
from tests.simulator.cli.command import KEY, Command

_MORE = """
[load]
users = 4
duration = "1s"
pause = "20ms"
orders = 60
[database]
url = "sqlite:///shop/shop.db"
[database.orders]
table = "bills"
where = { bill_no = "{number}" }
columns = { amount = "total", status = "stage" }
amount_unit = "tiyin"
status = { payable = "open", reserved = "held", paid = "sold", refunded = "returned" }
[database.transactions]
table = "payme_ops"
columns = { payme_id = "ext_id", state = "step", reason = "why", amount = "tiyin", \
payme_time = "sent_at", create_time = "made_at", perform_time = "paid_at", \
cancel_time = "voided_at" }
states = { created = "new", performed = "done", cancelled = "void", refunded = "back" }
[log]
file = "shop/shop.log"
"""
_NOT_PAID = {"performed": "UPDATE bills SET stage = 'held' WHERE bill_no = :bill"}


@pytest.mark.parametrize("right", [True, False])
def test_the_books_are_compared_after_the_load(tmp_path: Path, right: bool) -> None:
    command = Command(tmp_path)
    (tmp_path / "shop").mkdir()
    shop = Shop(tmp_path / "shop", KEY, Terms(), Habits(sql={} if right else _NOT_PAID))
    with serving(shop) as port:
        command.merchant(f"http://127.0.0.1:{port}/pay", _MORE)
        ran = command("load", "--json", "load.json")
    told = json.loads((tmp_path / "load.json").read_text(encoding="utf-8"))
    reckoning = told["reckoning"]
    assert (ran.code, reckoning["good"]) == ((0, True) if right else (1, False)), ran.text
    compared = reckoning["compared"]
    assert compared["GetStatement"] == compared["the database"] > 0
    assert (reckoning["unable"], reckoning["log"]) == ([], [])
    (folder,) = (tmp_path / ".payme-sandbox" / "load").iterdir()
    listed = (folder / WRONG).read_text(encoding="utf-8").splitlines()
    kind = "order not paid though its transaction is performed"
    assert {json.loads(line)["kind"] for line in listed} == (set() if right else {kind})
    assert reckoning["counts"] == ({} if right else {kind: len(listed)})
    assert (kind in ran.out) is not right
