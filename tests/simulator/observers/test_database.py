"""Looking into real databases."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from simulator.config.database import DatabaseConfig
from simulator.observers.database import Database, DatabaseError, TimeValue, Unreadable
from simulator.observers.database.reading import Reader
from simulator.observers.engines import open_engine
from simulator.observers.orders import Order
from tests.simulator.observers.conftest import (
    NOW,
    OTHER_ID,
    PAYME_ID,
    OpenDatabase,
    order,
    run,
)
from tests.simulator.observers.tables import ORDERS, TABLES, TRANSACTIONS


def test_rows_come_under_the_protocols_names(engine: Engine, open_database: OpenDatabase) -> None:
    run(engine, *TABLES)
    database = open_database(engine, orders=ORDERS, transactions=TRANSACTIONS)
    database.probe()
    first, second = database.transactions([PAYME_ID, "f" * 24, OTHER_ID])
    assert first["payme_id"] == PAYME_ID
    assert (first["state"], first["reason"], first["amount"]) == (1, None, 100_000)
    assert first["payme_time"].matches(NOW)
    assert first["perform_time"].unset
    assert first["cancel_time"].unset
    assert (second["payme_id"], second["state"], second["reason"]) == (OTHER_ID, -1, 4)
    assert database.transactions([]) == []
    assert database.transaction_count() == 2
    assert database.order_row(order()) == {"amount": 100_000, "status": "pending"}
    assert database.order_row(order("Psb-2")) is None
    assert database.order_count() == 1


def test_orders_are_counted_only_in_a_table_of_their_own(
    engine: Engine, open_database: OpenDatabase
) -> None:
    run(engine, *TABLES)
    shared = {"table": ORDERS["table"], "columns": {"payme_id": "order_id"}}
    assert open_database(engine, orders=ORDERS, transactions=shared).order_count() is None
    assert open_database(engine, transactions=TRANSACTIONS).order_count() is None


def test_each_look_sees_the_present(engine: Engine, open_database: OpenDatabase) -> None:
    run(engine, *TABLES)
    database = open_database(engine, orders=ORDERS)
    assert database.is_payable(order())
    run(engine, "UPDATE payments SET status = 'success'")
    assert not database.is_payable(order())
    run(engine, "INSERT INTO payments VALUES ('Psb-1', 1000, 'pending')")
    assert len(database.order_rows(order())) == 2
    run(engine, "DROP TABLE payments")  # no lock of ours stands in the way
    with pytest.raises(DatabaseError, match="payments"):
        database.order_row(order())


def test_looking_cannot_write(engine: Engine, open_database: OpenDatabase) -> None:
    run(engine, *TABLES)
    returning = "DELETE FROM payments RETURNING order_id"
    database = open_database(engine, invariants=[{"name": "evil", "sql": returning}])
    with pytest.raises(DatabaseError, match=r"(?i)read[ -]?only"):
        database.probe()
    with pytest.raises(DatabaseError, match=r"(?i)read[ -]?only"):
        database.broken_invariants(order(), PAYME_ID)
    survivor = open_database(engine, orders=ORDERS)
    assert survivor.order_row(order()) is not None


def test_what_is_mapped(engine: Engine, open_database: OpenDatabase) -> None:
    narrow = {"table": "transactions", "columns": {"payme_id": "payme_id", "state": "state"}}
    database = open_database(engine, orders=ORDERS, transactions=narrow)
    assert database.maps_orders
    assert database.maps_transactions
    assert database.has("state")
    assert database.has("transactions.state")
    assert not database.has("reason")
    assert database.has("orders.amount")
    assert not database.has("orders.state")
    assert database.status_names("reserved") == ["waiting"]
    assert database.status_names("cancelled") == []
    assert database.after_cancel == "payable"
    empty = open_database(engine, orders=False)
    assert not empty.maps_orders
    assert not empty.maps_transactions
    assert not empty.has("orders.amount")
    assert empty.status_names("paid") == []
    assert empty.transactions([PAYME_ID]) == []
    assert empty.order_row(order()) is None


def test_statuses_of_other_types(engine: Engine, open_database: OpenDatabase) -> None:
    run(
        engine,
        "CREATE TABLE bills (id INTEGER, paid BOOLEAN, step SMALLINT)",
        "INSERT INTO bills VALUES (5, false, NULL)",
        "INSERT INTO bills VALUES (6, true, 2)",
    )
    flags = {"payable": False, "reserved": False, "paid": True, "refunded": False}
    by_flag = {
        "table": "bills",
        "where": {"id": "{bill}"},
        "columns": {"status": "paid"},
        "status": flags,
    }
    database = open_database(engine, orders=by_flag)
    database.probe()
    assert database.order_row(order(bill=6)) == {"status": True}
    assert database.order_row(order(bill="6")) == {"status": True}
    assert database.is_payable(order(bill=5))
    assert database.order_row(order(bill="no number")) is None
    by_step = by_flag | {
        "columns": {"status": "step"},
        "status": {"payable": [""], "reserved": [1], "paid": [2]},
        "where": {"id": "{bill}", "paid": False},
    }
    steps = open_database(engine, orders=by_step)
    assert steps.order_row(order(bill=5)) == {"status": ""}
    assert steps.order_row(order(bill=6)) is None


def test_an_order_found_by_a_captured_value_that_was_not_captured(
    engine: Engine, open_database: OpenDatabase
) -> None:
    run(engine, *TABLES)
    database = open_database(engine, orders=ORDERS | {"where": {"order_id": "{bill}"}})
    with pytest.raises(DatabaseError, match=r"uses \{bill\}, and an order knows only \{number\}"):
        database.order_row(order())


def test_a_table_without_mapped_columns_shows_whether_the_order_is_there(
    engine: Engine, open_database: OpenDatabase
) -> None:
    run(engine, *TABLES)
    bare = open_database(engine, orders={"table": "payments", "where": ORDERS["where"]})
    assert bare.order_row(order()) == {}
    assert bare.is_payable(order())
    assert bare.order_row(order("x")) is None


def test_names_that_need_quotes_and_schemas(postgres: Engine, open_database: OpenDatabase) -> None:
    run(
        postgres,
        "DROP SCHEMA IF EXISTS shop CASCADE",
        "CREATE SCHEMA shop",
        'CREATE TABLE shop."Order" ("orderId" INTEGER, "Total Sum" NUMERIC(12, 2))',
        'INSERT INTO shop."Order" VALUES (7, 1000.50)',
    )
    database = open_database(
        postgres,
        orders={
            "table": "shop.Order",
            "where": {"orderId": "{id}"},
            "columns": {"amount": "Total Sum"},
        },
    )
    database.probe()
    assert database.order_row(order(id=7)) == {"amount": 100_050}


def test_uuids_are_found_however_they_are_kept(engine: Engine, open_database: OpenDatabase) -> None:
    dashed = "0b6f9a1e-51c5-4ad5-9d0e-0d3a2f0c9a11"
    kind = "UUID" if engine.dialect.name == "postgresql" else "CHAR(32)"
    stored = dashed if kind == "UUID" else dashed.replace("-", "")
    run(engine, f"CREATE TABLE o (id {kind})", f"INSERT INTO o VALUES ('{stored}')")
    database = open_database(engine, orders={"table": "o", "where": {"id": "{id}"}})
    database.probe()
    assert database.order_row(order(id=dashed)) == {}


def test_datetime_columns(engine: Engine, open_database: OpenDatabase) -> None:
    run(
        engine,
        "CREATE TABLE tx (pid CHAR(30), made TIMESTAMP, done TIMESTAMP)",
        f"INSERT INTO tx VALUES ('{PAYME_ID}', '2025-11-23 12:00:00.123', NULL)",
    )
    columns = {"payme_id": "pid", "create_time": "made", "perform_time": "done"}
    table = {"table": "tx", "columns": columns, "time_unit": "datetime"}
    [row] = open_database(engine, transactions=table).transactions([PAYME_ID])
    assert row["payme_id"] == PAYME_ID
    assert row["create_time"].matches(NOW)
    assert row["perform_time"].unset


def test_values_that_cannot_be_read_say_so(
    sqlite_engine: Engine, open_database: OpenDatabase
) -> None:
    run(
        sqlite_engine,
        "CREATE TABLE transactions (payme_id, state, reason, amount, payme_time, create_time, "
        "perform_time, cancel_time)",
        f"INSERT INTO transactions VALUES ('{PAYME_ID}', 'paid', 'why', 'much', 'then', x'ff00', "
        "0.5, 1e300)",
    )
    [row] = open_database(sqlite_engine, transactions=TRANSACTIONS).transactions([PAYME_ID])
    assert isinstance(row["state"], Unreadable)
    assert str(row["amount"]) == '"much" (not an amount)'
    assert str(row["reason"]) == '"why" (not a whole number)'
    assert str(row["payme_time"]) == '"then" (not a time in ms)'
    for name in ("payme_time", "create_time", "perform_time", "cancel_time"):
        assert not row[name].matches(NOW)


def test_states_in_words(engine: Engine, open_database: OpenDatabase) -> None:
    run(
        engine,
        "CREATE TABLE tx (pid VARCHAR(24), s VARCHAR(20))",
        f"INSERT INTO tx VALUES ('{PAYME_ID}', 'done'), ('{OTHER_ID}', 'lost')",
    )
    words = {
        "created": "new",
        "performed": ["done", "ok"],
        "cancelled": "cancelled",
        "refunded": "refunded",
    }
    table = {"table": "tx", "columns": {"payme_id": "pid", "state": "s"}, "states": words}
    first, second = open_database(engine, transactions=table).transactions([PAYME_ID, OTHER_ID])
    assert first["state"] == 2
    assert str(second["state"]) == '"lost" (not a state)'
    del words["refunded"]
    first, second = open_database(engine, transactions=table).transactions([PAYME_ID, OTHER_ID])
    assert (first["state"], str(second["state"])) == (2, '"lost" (not a state)')


def test_constants_narrow_a_shared_table(engine: Engine, open_database: OpenDatabase) -> None:
    run(
        engine,
        "CREATE TABLE tx (pid VARCHAR(24), system VARCHAR(20), live BOOLEAN)",
        f"INSERT INTO tx VALUES ('{PAYME_ID}', 'click', true), ('{PAYME_ID}', 'payme', true)",
    )
    table = {
        "table": "tx",
        "columns": {"payme_id": "pid"},
        "where": {"system": "payme", "live": True},
    }
    database = open_database(engine, transactions=table)
    assert database.transactions([PAYME_ID]) == [{"payme_id": PAYME_ID}]
    assert database.transaction_count() == 1


def test_the_same_transaction_twice_is_two_rows(
    engine: Engine, open_database: OpenDatabase
) -> None:
    run(engine, *TABLES, f"INSERT INTO transactions (payme_id, state) VALUES ('{PAYME_ID}', 1)")
    database = open_database(engine, transactions=TRANSACTIONS)
    assert len(database.transactions([PAYME_ID])) == 2


def test_invariants_show_the_rows_that_break_them(
    engine: Engine, open_database: OpenDatabase
) -> None:
    run(engine, *TABLES, "CREATE TABLE credits (order_id VARCHAR(40), n INTEGER)")
    credited = (
        "SELECT order_id, count(*) AS times FROM credits WHERE order_id = :number "
        "GROUP BY order_id HAVING count(*) > 1"
    )
    amount = (
        "SELECT amount FROM transactions WHERE payme_id = :payme_id AND amount <> :amount_tiyin"
    )
    ten = "SELECT n FROM credits WHERE n <> :amount_sum ORDER BY n"
    database = open_database(
        engine,
        invariants=[
            {"name": "credited once", "sql": credited},
            {"name": "amount kept", "sql": amount},
            {"name": "many", "sql": ten},
        ],
    )
    database.probe()
    assert database.broken_invariants(order(), PAYME_ID) == []
    rows = ", ".join(f"('Psb-1', {n})" for n in range(7))
    run(engine, f"INSERT INTO credits VALUES {rows}")
    first, third = database.broken_invariants(order(), PAYME_ID)
    assert first == ("credited once", 'order_id="Psb-1", times=7')
    assert third == ("many", "n=0\nn=1\nn=2\nn=3\nn=4\nand 2 more")


def test_an_invariant_that_cannot_be_asked_is_named_before_the_run(
    engine: Engine, open_database: OpenDatabase
) -> None:
    run(engine, *TABLES)
    database = open_database(
        engine,
        invariants=[
            {"name": "typo", "sql": "SELECT 1 FROM paymnets"},
            {"name": "fine", "sql": "SELECT 1 FROM payments WHERE order_id = ''"},
            {"name": "syntax", "sql": "SELEC 1"},
        ],
    )
    with pytest.raises(DatabaseError) as caught:
        database.probe()
    assert 'the invariant "typo" cannot be asked' in str(caught.value)
    assert 'the invariant "syntax" cannot be asked' in str(caught.value)
    assert "fine" not in str(caught.value)


def test_an_invariant_that_the_order_does_not_fit_is_not_held(
    postgres: Engine, open_database: OpenDatabase
) -> None:
    run(postgres, "CREATE TABLE credits (order_id INTEGER)")
    query = "SELECT 1 FROM credits WHERE order_id = :number"
    database = open_database(postgres, invariants=[{"name": "credit", "sql": query}])
    database.probe()
    with pytest.raises(DatabaseError, match="invalid input syntax for type integer"):
        database.broken_invariants(order("Psb-1"), PAYME_ID)
    assert database.broken_invariants(order("1"), PAYME_ID) == []


def test_a_column_without_a_type_keeps_numbers_and_texts_apart(
    sqlite_engine: Engine, open_database: OpenDatabase
) -> None:
    run(sqlite_engine, "CREATE TABLE o (id)", "INSERT INTO o VALUES (17), ('18')")
    database = open_database(sqlite_engine, orders={"table": "o", "where": {"id": "{id}"}})
    for value in (17, "17", 18, "18"):
        assert len(database.order_rows(order(id=value))) == 1
    assert database.order_rows(order(id="017")) == []


def test_an_invariant_with_a_parameter_that_nobody_has(
    engine: Engine, open_database: OpenDatabase
) -> None:
    run(engine, *TABLES)
    query = "SELECT 1 FROM payments WHERE order_id = :bill"
    database = open_database(engine, invariants=[{"name": "bill", "sql": query}])
    database.probe()
    assert database.broken_invariants(order(bill="Psb-1"), PAYME_ID) != []
    with pytest.raises(DatabaseError, match=r"asks for :bill; there are :number, :digits"):
        database.broken_invariants(order(), PAYME_ID)


@pytest.mark.parametrize("written", ["wal", "delete"])
def test_reading_beside_a_writer(
    tmp_path: Path, open_database: OpenDatabase, sqlite_engine: Engine, written: str
) -> None:
    run(sqlite_engine, *TABLES)
    path = tmp_path / "shop.db"
    begun, stop = threading.Event(), threading.Event()

    def write() -> None:
        connection = sqlite3.connect(path, timeout=30)
        connection.execute(f"PRAGMA journal_mode={written}")
        while not stop.is_set():
            connection.execute("UPDATE payments SET amount = amount + 1")
            connection.commit()
            begun.set()
        connection.close()

    database = open_database(sqlite_engine, orders=ORDERS)
    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert begun.wait(30)
        seen = [_amount(database, order()) for _ in range(200)]
    finally:
        stop.set()
        thread.join()
    assert seen == sorted(seen)
    assert seen[-1] > 100_000


def _amount(database: Database, of: Order) -> int:
    row = database.order_row(of)
    assert row is not None
    amount = row["amount"]
    assert isinstance(amount, int)
    return amount


def test_a_lock_that_stays_is_told_and_one_that_goes_is_waited_for(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    run(sqlite_engine, *TABLES)
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    lock = sqlite3.connect(tmp_path / "shop.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    now = 0.0
    goes_at = 99.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += 1
        if now == goes_at:
            lock.close()

    reader = Reader(
        open_engine(url, read_only=True), url, patience=3, clock=lambda: now, sleep=sleep
    )
    with pytest.raises(DatabaseError, match="database is locked"):
        reader.rows(text("SELECT status FROM payments"), {})
    assert now == 3
    goes_at = 5
    assert reader.rows(text("SELECT status FROM payments"), {}) == [{"status": "pending"}]
    assert now == 5
    reader.close()


def test_postgres_shows_times_with_and_without_zone(
    postgres: Engine, open_database: OpenDatabase
) -> None:
    run(
        postgres,
        "CREATE TABLE tx (pid VARCHAR(24), a TIMESTAMPTZ, b TIMESTAMP(0), c TIMESTAMP(3))",
        f"INSERT INTO tx VALUES ('{PAYME_ID}', '2025-11-23 12:00:00.123+05', "
        "'2025-11-23 07:00:00.123', '2025-11-23 07:00:00.1234')",
    )
    columns = {"payme_id": "pid", "payme_time": "a", "create_time": "b", "perform_time": "c"}
    table = {"table": "tx", "columns": columns, "time_unit": "datetime"}
    [row] = open_database(postgres, transactions=table).transactions([PAYME_ID])
    assert row["payme_time"].raw == datetime(2025, 11, 23, 7, 0, 0, 123000, tzinfo=UTC)
    for name in ("payme_time", "create_time", "perform_time"):
        value = row[name]
        assert isinstance(value, TimeValue)
        assert value.matches(NOW)


def test_text_that_is_not_utf8_is_shown(sqlite_engine: Engine, open_database: OpenDatabase) -> None:
    run(sqlite_engine, *TABLES, "UPDATE payments SET status = CAST(x'ff61' AS TEXT)")
    row = open_database(sqlite_engine, orders=ORDERS).order_row(order())
    assert row == {"amount": 100_000, "status": "\ufffda"}


@pytest.mark.parametrize("config", [{"url": "mysql://u:pw@127.0.0.1/x"}])
def test_a_password_is_in_no_message(config: dict[str, Any]) -> None:
    database = Database(DatabaseConfig.model_validate(config))
    with pytest.raises(DatabaseError) as caught:
        database.probe()
    assert "u:***@127.0.0.1" in str(caught.value)
    assert "pw" not in str(caught.value)
    database.close()
