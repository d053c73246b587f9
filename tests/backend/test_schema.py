"""The tables: made at start as the migrations make them, with one live transaction an order."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError

from backend import schema
from backend.db import Database, make_engine
from backend.models import Base
from backend.settings import Settings, SettingsError
from tests.backend.merchant import KEY, ROOT, Merchant
from tests.databases.postgres import NewDatabase

INI = ROOT / "backend" / "alembic.ini"
SQLITE_STRUCTURE = """
    SELECT m.name, c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || c.pk || ' '
           || coalesce(c.dflt_value, '')
    FROM sqlite_master m JOIN pragma_table_info(m.name) c
    WHERE m.type = 'table' AND m.name NOT LIKE 'alembic%'
    UNION ALL
    SELECT tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT LIKE '%alembic%'
    UNION ALL
    SELECT m.name, f."from" || ' ' || f."table" || ' ' || f."to" || ' ' || f.on_delete
    FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'
"""
POSTGRESQL_STRUCTURE = """
    SELECT table_name,
           concat_ws(' ', column_name, data_type, is_nullable, column_default,
                     character_maximum_length::text)
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name <> 'alembic_version'
    UNION ALL
    SELECT tablename, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    UNION ALL
    SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid::regclass::text IN ('payments', 'transactions')
"""


def migrate(monkeypatch: pytest.MonkeyPatch, url: str, revision: str = "head") -> None:
    monkeypatch.setenv("PAYME_BACKEND_DATABASE", url)
    config = Config(INI)
    if revision == "base":
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)


def prepared(url: str) -> Database:
    database = Database(Settings(key=KEY, database=url))
    try:
        schema.prepare(database)
    except SettingsError:
        database.engine.dispose()
        raise
    return database


def structure(engine: Engine) -> dict[str, list[str]]:
    """Every table's columns, indexes and keys, as the database itself tells them."""
    query = SQLITE_STRUCTURE if engine.dialect.name == "sqlite" else POSTGRESQL_STRUCTURE
    found: dict[str, list[str]] = {}
    with engine.connect() as connection:
        for table, definition in connection.execute(text(query)):
            found.setdefault(table, []).append(" ".join(str(definition).split()))
    return {table: sorted(lines) for table, lines in found.items()}


def test_migrations_make_what_the_models_say(
    database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    migrate(monkeypatch, database)
    migrated = make_engine(database)
    with migrated.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    other = f"sqlite:///{tmp_path}/other.db"
    if migrated.dialect.name == "postgresql":
        new: NewDatabase = request.getfixturevalue("new_postgres")
        other = new()
    made = prepared(other).engine
    assert structure(made) == structure(migrated)
    assert set(structure(made)) == {"payments", "transactions"}
    made.dispose()
    migrated.dispose()


def test_the_version_stamped_at_start_is_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(Config(INI)).get_current_head() == schema.SCHEMA_VERSION


def test_a_database_made_at_start_can_be_migrated_both_ways(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared(database).engine.dispose()
    migrate(monkeypatch, database)
    migrate(monkeypatch, database, "base")
    engine = make_engine(database)
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    engine.dispose()


def test_accounts_of_before_hold_what_was_paid(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(monkeypatch, database, "0001")
    engine = make_engine(database)
    order = "INSERT INTO payments (order_id, amount, created_at) VALUES (:order_id, 5, 1)"
    paid = (
        "INSERT INTO transactions (payme_id, order_id, payme_time, amount, account, one_time,"
        " state, create_time) VALUES (:payme_id, :order_id, 1, :amount, '{}', :one_time, :state, 1)"
    )
    rows = [("a", 100, False, 2), ("a", 20, False, 2), ("a", 3, False, -2), ("b", 7, True, 2)]
    with engine.begin() as connection:
        for name in ("a", "b", "c"):
            connection.execute(text(order), {"order_id": name})
        for n, (name, amount, one_time, state) in enumerate(rows):
            values = {"order_id": name, "amount": amount, "one_time": one_time, "state": state}
            connection.execute(text(paid), values | {"payme_id": str(n)})
    migrate(monkeypatch, database)
    with engine.connect() as connection:
        held = connection.execute(text("SELECT order_id, balance FROM payments ORDER BY order_id"))
        assert [tuple(row) for row in held] == [("a", 120), ("b", 0), ("c", 0)]
    engine.dispose()


def test_a_migrated_database_is_taken_as_it_is(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(monkeypatch, database)
    prepared(database).engine.dispose()
    prepared(database).engine.dispose()


def test_the_payments_table_is_the_shops_own(merchant: Merchant) -> None:
    inspector = inspect(merchant.app.extensions["backend.database"].engine)
    columns = {one["name"]: one for one in inspector.get_columns("payments")}
    assert columns["order_id"]["nullable"] is False
    assert columns["transaction_id"]["nullable"] is True
    assert columns["status"]["default"] == "'pending'"
    assert {"state", "amount", "create_time", "perform_time", "cancel_time"} <= set(columns)
    indexes = {
        one["name"]: (one["column_names"], bool(one["unique"]))
        for one in inspector.get_indexes("payments")
    }
    assert indexes == {
        "idx_payment_order_id": (["order_id"], True),
        "idx_payment_transaction_id": (["transaction_id"], True),
        "idx_payment_status": (["status"], False),
    }


@pytest.mark.parametrize(
    ("one_time", "state", "allowed"),
    [(True, 1, False), (True, 2, False), (True, -1, True), (False, 1, True)],
)
def test_the_database_itself_allows_one_live_transaction_an_order(
    database: str, one_time: bool, state: int, allowed: bool
) -> None:
    engine = prepared(database).engine
    insert = text(
        "INSERT INTO transactions (payme_id, order_id, payme_time, amount, account, one_time,"
        " state, create_time) VALUES (:payme_id, 'a', 1, 1, '{}', :one_time, :state, 1)"
    )
    values = {"one_time": one_time, "state": state}
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO payments (order_id, amount, created_at) VALUES ('a', 1, 1)")
        )
        connection.execute(insert, values | {"payme_id": "first"})
    try:
        with engine.begin() as connection:
            connection.execute(insert, values | {"payme_id": "second"})
    except IntegrityError:
        assert not allowed
    else:
        assert allowed
    engine.dispose()


def test_tables_of_unknown_origin_are_left_alone(database: str) -> None:
    engine = make_engine(database)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE payments (id INTEGER)"))
    with pytest.raises(SettingsError, match="unknown origin"):
        prepared(database)
    engine.dispose()


def test_another_version_is_named(database: str) -> None:
    engine = prepared(database).engine
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SettingsError, match=r"9999.*0002.*alembic"):
        prepared(database)
    engine.dispose()


def test_sqlite_is_durable_and_shared(merchant: Merchant) -> None:
    with merchant.app.extensions["backend.database"].engine.connect() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    assert asked == {
        "journal_mode": "wal",
        "synchronous": 2,
        "busy_timeout": 10_000,
        "foreign_keys": 1,
    }
    assert os.path.exists(merchant.settings.database.removeprefix("sqlite:///") + "-wal")
