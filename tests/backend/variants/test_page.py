"""docs/reproduce-unique-bug.md: both languages say the same, and its SQL does what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from backend.db import parsed
from tests.backend.merchant import ROOT, serving

ENGLISH = ROOT / "docs" / "reproduce-unique-bug.md"
RUSSIAN = ROOT / "docs" / "reproduce-unique-bug.ru.md"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r" +# .*$", re.MULTILINE)
CHECKED = "order_id VARCHAR, transaction_id VARCHAR"
LIVE = f"""\
CREATE TABLE payments (id INTEGER PRIMARY KEY, {CHECKED}, amount BIGINT, status VARCHAR,
  state INTEGER, reason INTEGER, time BIGINT, create_time BIGINT, perform_time BIGINT,
  cancel_time BIGINT);
INSERT INTO payments (id, order_id, transaction_id, amount, status, state) VALUES
  (1, 'a', 'tx-a', 10, 'success', 2), (2, 'b', NULL, 20, 'pending', NULL),
  (3, 'c', NULL, 30, 'pending', NULL), (4, 'd', '', 40, 'pending', NULL),
  (5, 'e', '', 50, 'pending', NULL)"""


def blocks(page: Path) -> list[tuple[str, str]]:
    """Language and text of each block of code."""
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def sql(containing: str, dialect: str = "") -> list[str]:
    """The statements of the block for that dialect that holds the text."""
    for language, block in blocks(ENGLISH):
        named = re.match(r"-- (\w+)\n", block)
        if language == "sql" and containing in block and (named[1] if named else "") == dialect:
            return [one.strip() for one in block.split(";") if one.strip()]
    raise AssertionError(f"the page has no SQL for {dialect} with {containing}")


def test_both_languages_have_the_same_code_and_rows() -> None:
    english, russian = (
        [COMMENT.sub("", block) for _, block in blocks(page)] for page in (ENGLISH, RUSSIAN)
    )
    assert english == russian
    tables = [re.findall(r"^\|", page.read_text(), re.MULTILINE) for page in (ENGLISH, RUSSIAN)]
    assert len(tables[0]) == len(tables[1]) > 15
    links = [
        set(re.findall(r"`([a-z-]+\.[a-z-]+)`", page.read_text())) for page in (ENGLISH, RUSSIAN)
    ]
    assert links[0] == links[1]


@pytest.fixture
def engine(database: str) -> Engine:
    """A live table `payments` in which nothing is unique; every statement by itself."""
    made = create_engine(parsed(database), isolation_level="AUTOCOMMIT")
    with made.connect() as connection:
        run(connection, LIVE.split(";"))
    return made


def run(connection: Connection, statements: list[str]) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)


def unique(engine: Engine, table: str) -> set[str]:
    found = inspect(engine).get_indexes(table)
    return {str(index["name"]) for index in found if index["unique"]}


def test_the_indexes_come_to_a_live_table(engine: Engine) -> None:
    dialect = engine.dialect.name
    with engine.connect() as connection:
        run(connection, sql("idx_payment_order_id ON"))
        migration = sql("uq_payment_order_id", dialect)
        run(connection, migration)
        run(connection, migration)  # once more does no harm
        if dialect == "postgresql":
            [invalid] = sql("indisvalid", dialect)
            assert connection.exec_driver_sql(invalid).all() == []
        names = {str(index["name"]) for index in inspect(engine).get_indexes("payments")}
        assert names == {"uq_payment_order_id", "uq_payment_transaction_id", "idx_payment_status"}
        assert unique(engine, "payments") == names - {"idx_payment_status"}
        for columns, values in (("id, order_id", "9, 'a'"), ("id, transaction_id", "9, 'tx-a'")):
            with pytest.raises(IntegrityError):
                connection.exec_driver_sql(f"INSERT INTO payments ({columns}) VALUES ({values})")
        connection.exec_driver_sql("INSERT INTO payments (id, order_id) VALUES (9, 'new')")
    engine.dispose()


def test_rows_in_the_way_are_found(engine: Engine) -> None:
    orders, transactions = sql("GROUP BY order_id")
    with engine.connect() as connection:
        assert connection.exec_driver_sql(orders).all() == []
        connection.exec_driver_sql("UPDATE payments SET transaction_id = NULL WHERE id > 3")
        assert connection.exec_driver_sql(transactions).all() == []
        twice = "INSERT INTO payments (id, order_id, transaction_id) VALUES (7, 'a', 'tx-a')"
        connection.exec_driver_sql(twice)
        assert connection.exec_driver_sql(orders).all() == [("a", 2)]
        assert connection.exec_driver_sql(transactions).all() == [("tx-a", 2)]
    engine.dispose()


def test_the_missing_table_is_filled(engine: Engine) -> None:
    postgresql = engine.dialect.name == "postgresql"
    statements = sql("CREATE TABLE transactions", "sqlite")
    if postgresql:
        given = re.search(r"`id (BIGINT GENERATED .*?)`", ENGLISH.read_text(encoding="utf-8"))
        assert given is not None
        statements[0] = statements[0].replace("id INTEGER PRIMARY KEY", f"id {given[1]}")
    with engine.connect() as connection:
        run(connection, sql("uq_payment_order_id", engine.dialect.name))
        run(connection, statements)
        query = text("SELECT payme_id, order_id, amount, state FROM transactions")
        assert connection.execute(query).all() == [("tx-a", "a", 1000, 2)]
        insert = "INSERT INTO transactions (payme_id, order_id, amount, state) VALUES "
        connection.exec_driver_sql(insert + "('tx-b', 'a', 1000, -1)")
        with pytest.raises(IntegrityError):
            connection.exec_driver_sql(insert + "('tx-c', 'a', 1000, 1)")
    engine.dispose()


@pytest.mark.parametrize("variant", ["before-fix", "after-fix"])
def test_a_shop_goes_on_after_the_migration(tmp_path: Path, database: str, variant: str) -> None:
    with serving(tmp_path, "--variant", variant, "--database", database) as server:
        before, after = server.order(), server.order()
        if variant == "after-fix":
            server.created(before)
        made = create_engine(parsed(database), isolation_level="AUTOCOMMIT")
        with made.connect() as connection:
            run(connection, sql("uq_payment_order_id", made.dialect.name))
        made.dispose()
        if variant == "after-fix":
            assert server.performed(after)
        assert server.order()
