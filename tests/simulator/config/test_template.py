"""What `init` writes loads as it stands."""

from __future__ import annotations

from itertools import product
from typing import Literal

import pytest

from simulator.config.template import Answers, OrdersKind, write_template
from tests.simulator.config.conftest import Load


# A row needs a database to be put into, so sql goes with one alone.
@pytest.mark.parametrize(
    ("orders", "database"),
    [
        *product(["", "http", "command", "pool"], [None, False, "sqlite:///shop.db"]),
        ("sql", "sqlite:///shop.db"),
    ],
)
@pytest.mark.parametrize("refunds", [True, False])
def test_every_combination_loads(
    load_text: Load, orders: OrdersKind, database: str | Literal[False] | None, refunds: bool
) -> None:
    answers = Answers(
        account_type="accumulating",
        orders=orders,
        database=database,
        orders_table="payments" if database else "",
        transactions_table="transactions" if database else "",
        log="shop.log" if database else database,
        refunds=refunds,
    )
    config = load_text(write_template(answers), environ={"PAYME_TEST_KEY": "k"}).config
    assert (config.orders is not None) == bool(orders)
    assert config.merchant.refunds is refunds
    if database:
        assert config.database
        assert config.database.orders
        assert config.database.transactions
    else:
        assert config.database is database
        assert config.log is database


def test_comments_become_settings_when_they_are_uncommented(load_text: Load) -> None:
    text = write_template(Answers(orders="http"))
    tables = ("process", "database", "log")
    lines = []
    active = False
    for line in text.splitlines():
        if line.startswith("# ["):
            active = line[3:].split(".")[0].rstrip("]") in tables
        active = active and line.startswith("# ")
        lines.append(line[2:] if active else line)
    config = load_text("\n".join(lines), environ={"PAYME_TEST_KEY": "k"}).config
    assert config.process
    assert config.database
    assert config.database.transactions
    assert config.log


def test_answers_arrive_whatever_they_hold(load_text: Load) -> None:
    answers = Answers(
        url="http://127.0.0.1:1/a?b=%22",
        key_variable="SHOP_KEY",
        login='Pay "com" \\',
        command=("node", 'a "b".js'),
        ready_url="http://127.0.0.1:1/up",
        member="номер заказа",
        amount=5,
        orders="command",
        orders_source=("make order", "{number}"),
    )
    config = load_text(write_template(answers), environ={"SHOP_KEY": "kk"}).config
    assert config.merchant.url == answers.url
    assert config.merchant.login == answers.login
    assert config.merchant.key == "kk"
    assert config.process
    assert config.process.command == answers.command
    assert config.process.ready_url == answers.ready_url
    assert config.orders is not None
    assert config.orders.account == {"номер заказа": "{number}"}
    assert config.orders.command is not None
    assert config.orders.command.run == ("make order", "{number}")
