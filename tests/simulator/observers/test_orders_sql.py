"""Orders made by SQL, in real databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text

from simulator.config.models import Config
from simulator.observers.orders import (
    Numbers,
    OrdersError,
    OrderSource,
    OrdersUnreachable,
    open_orders,
)
from tests.simulator.observers.conftest import ENGINES, engine_of, run

Open = Callable[..., OrderSource]


_KEYS = {"sqlite": "INTEGER", "postgres": "SERIAL", "mariadb": "INTEGER AUTO_INCREMENT"}


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each test on all databases."""
    found = engine_of(request)
    key = _KEYS[request.param]
    run(
        found,
        f"CREATE TABLE orders (id {key} PRIMARY KEY, number VARCHAR(40) UNIQUE, total NUMERIC)",
        "CREATE TABLE order_lines (order_id INTEGER, price INTEGER, title VARCHAR(20))",
    )
    return found


@pytest.fixture
def open_source(engine: Engine) -> Iterator[Open]:
    """An order source on the engine's database; all share their numbers."""
    numbers = Numbers(clock=lambda: 0)
    opened: list[OrderSource] = []

    def open_it(account: dict[str, Any], **sql: Any) -> OrderSource:
        opened.append(orders_of(engine, account, numbers, **sql))
        return opened[-1]

    yield open_it
    for source in opened:
        source.close()


def orders_of(engine: Engine, account: dict[str, Any], numbers: Numbers, **sql: Any) -> OrderSource:
    url = engine.url.render_as_string(hide_password=False)
    config = {"orders": {"account": account, "sql": sql}, "database": {"url": url}}
    with httpx.Client() as client:  # SQL needs none
        return open_orders(Config.model_validate(config), numbers, client)


def rows(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_a_row_is_an_order(engine: Engine, open_source: Open) -> None:
    orders = open_source(
        {"order_id": "{number}"},
        statement="INSERT INTO orders (number, total) VALUES (:number, :amount_sum)",
    )
    made = orders.make(amount_sum=7)
    assert made.account == {"order_id": "Psb-1000000000"}
    assert [tuple(map(str, r)) for r in rows(engine, "SELECT number, total FROM orders")] == [
        ("Psb-1000000000", "7")
    ]


def test_what_is_returned_can_be_used(engine: Engine, open_source: Open) -> None:
    orders = open_source(
        {"order": "{id}"},
        statement=[
            "INSERT INTO orders (number, total) VALUES (:number, :amount_tiyin) RETURNING id",
            "INSERT INTO order_lines VALUES (:id, :amount_sum, :title)",
        ],
        params={"title": "photo {number}"},
    )
    first, second = orders.make(), orders.make()
    assert (first.account, second.account) == ({"order": "1"}, {"order": "2"})
    assert rows(engine, "SELECT * FROM order_lines ORDER BY order_id") == [
        (1, 1000, "photo Psb-1000000000"),
        (2, 1000, "photo Psb-1000000001"),
    ]


def test_returned_columns_can_be_renamed(open_source: Open) -> None:
    insert = "INSERT INTO orders (number, total) VALUES (:number, :amount_sum) "
    orders = open_source(
        {"order": "{bill}"},
        statement=insert + "RETURNING id AS made, total AS price",
        capture={"bill": "made"},
    )
    assert orders.make().captured == {"bill": 1}
    wrong = open_source(
        {"order": "{bill}"}, statement=insert + "RETURNING id", capture={"bill": "nr"}
    )
    with pytest.raises(OrdersError, match="nothing returned a column nr; there are: id"):
        wrong.make()


def test_the_new_rows_id_where_the_driver_tells(sqlite_engine: Engine) -> None:
    run(sqlite_engine, "CREATE TABLE o (id INTEGER PRIMARY KEY, n TEXT)")
    insert = "INSERT INTO o (n) VALUES (:number)"
    orders = orders_of(sqlite_engine, {"order": "{id}"}, Numbers(), statement=insert)
    assert [orders.make().account for _ in range(2)] == [{"order": "1"}, {"order": "2"}]
    orders.close()


def test_a_failing_list_leaves_nothing(engine: Engine, open_source: Open) -> None:
    orders = open_source(
        {"order_id": "{number}"},
        statement=[
            "INSERT INTO orders (number, total) VALUES (:number, 1)",
            "INSERT INTO nowhere VALUES (1)",
        ],
    )
    with pytest.raises(OrdersError, match=r"\[orders\.sql\].*nowhere"):
        orders.make()
    assert rows(engine, "SELECT * FROM orders") == []


def test_a_column_that_takes_digits_alone(postgres: Engine) -> None:
    run(postgres, "CREATE TABLE bills (id INTEGER)")
    numbers = Numbers(clock=lambda: 0)
    insert = "INSERT INTO bills VALUES (:number)"
    orders = orders_of(postgres, {"bill": "{number}"}, numbers, statement=insert)
    assert orders.make().account == {"bill": "1000000001"}
    assert "digits alone" in orders.notes[0]
    assert rows(postgres, "SELECT id FROM bills") == [(1_000_000_001,)]
    orders.close()


def test_an_unknown_parameter_and_an_unknown_placeholder(open_source: Open) -> None:
    orders = open_source(
        {"order_id": "{number}"}, statement="INSERT INTO orders (number) VALUES (:nummer)"
    )
    with pytest.raises(OrdersError, match="asks for :nummer; there are :number, :digits"):
        orders.make()
    without = open_source(
        {"order_id": "{uid}"}, statement="INSERT INTO orders (number) VALUES (:number)"
    )
    with pytest.raises(OrdersError, match=r"account uses \{uid\}, and there are only \{number\}"):
        without.make()


def test_orders_in_a_database_of_their_own(sqlite_engine: Engine) -> None:
    run(sqlite_engine, "CREATE TABLE o (n TEXT)")
    sql = {"statement": "INSERT INTO o VALUES (:number)", "url": str(sqlite_engine.url)}
    config = {"orders": {"account": {"a": "{number}"}, "sql": sql}, "database": False}
    with httpx.Client() as client:
        orders = open_orders(Config.model_validate(config), Numbers(), client)
    orders.make()
    orders.close()
    assert len(rows(sqlite_engine, "SELECT * FROM o")) == 1


def test_a_database_that_is_not_there() -> None:
    sql = {"statement": "SELECT 1", "url": "postgresql://u:secretpw@127.0.0.1:1/x"}
    config = Config.model_validate({"orders": {"account": {"a": "{number}"}, "sql": sql}})
    with httpx.Client() as client:
        orders = open_orders(config, Numbers(), client)
    with pytest.raises(OrdersUnreachable, match=r"\[orders\.sql\].*refused") as caught:
        orders.make()
    orders.close()
    assert "secretpw" not in str(caught.value)
