"""Whole tables, read in one pass each."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from simulator.observers.database import DatabaseError
from tests.simulator.observers.conftest import (
    NOW,
    OTHER_ID,
    PAYME_ID,
    OpenDatabase,
    order,
    run,
)
from tests.simulator.observers.tables import ORDERS, TABLES, TRANSACTIONS


def test_every_row_comes_in_one_pass(engine: Engine, open_database: OpenDatabase) -> None:
    more = [f"('{n:024x}', 2, NULL, 100, {NOW}, {NOW}, {NOW}, 0)" for n in range(6_000)]
    for at in range(0, len(more), 1_000):
        rows = ", ".join(more[at : at + 1_000])
        tables = TABLES if at == 0 else ()
        run(engine, *tables, f"INSERT INTO transactions VALUES {rows}")
    database = open_database(engine, orders=ORDERS, transactions=TRANSACTIONS)

    every = [database.transaction_of(values) for values in database.each_transaction()]

    assert len(every) == 6_002
    for payme_id in (PAYME_ID, OTHER_ID):
        mine = [row for row in every if row["payme_id"] == payme_id]
        assert mine == database.transactions([payme_id])


def test_a_pass_keeps_to_the_constants(engine: Engine, open_database: OpenDatabase) -> None:
    run(engine, *TABLES)
    table = {**TRANSACTIONS, "where": {"reason": 4}}
    database = open_database(engine, transactions=table)
    assert [values[0] for values in database.each_transaction()] == [OTHER_ID]


def test_every_order_comes_with_its_key(engine: Engine, open_database: OpenDatabase) -> None:
    run(engine, *TABLES, "INSERT INTO payments VALUES ('7', 50, 'odd')")
    database = open_database(engine, orders=ORDERS)

    every = dict(database.each_order())

    key = database.order_key(order("Psb-1"))
    assert (
        every[key] == {"amount": 100_000, "status": "pending"} == database.order_row(order("Psb-1"))
    )
    assert every[database.order_key(order("7"))]["amount"] == 5_000


def test_keys_are_the_same_for_all_spellings(
    sqlite_engine: Engine, open_database: OpenDatabase
) -> None:
    run(
        sqlite_engine,
        "CREATE TABLE payments (order_id, amount, status)",
        "INSERT INTO payments VALUES (7, 1000, 'pending')",
        "INSERT INTO payments VALUES ('0123456789abcdef0123456789abcdef', 1000, 'pending')",
    )
    database = open_database(sqlite_engine, orders=ORDERS)
    wanted = ("7", "01234567-89ab-cdef-0123-456789abcdef")
    assert {database.order_key(order(one)) for one in wanted} == {
        k for k, _ in database.each_order()
    }


def test_a_pass_over_a_table_that_is_gone_is_told(
    engine: Engine, open_database: OpenDatabase
) -> None:
    database = open_database(engine, orders=ORDERS, transactions=TRANSACTIONS)
    with pytest.raises(DatabaseError):
        list(database.each_transaction())
