"""Trouble with a database: it is there while it lasts, and gone without a trace afterwards."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from simulator.config.database import DatabaseConfig
from simulator.observers.database import Database, DatabaseError
from simulator.observers.trouble import TroubleKind, why_no_trouble
from tests.databases.postgres import NewDatabase
from tests.simulator.observers.conftest import OpenDatabase, run
from tests.simulator.observers.tables import ORDERS, TABLES, TRANSACTIONS

KINDS: tuple[TroubleKind, ...] = ("locked", "read-only", "gone")


def opened(engine: Engine, open_database: OpenDatabase) -> Database:
    run(engine, *TABLES)
    return open_database(engine, orders=ORDERS, transactions=TRANSACTIONS, trouble=True)


def sqlite_write(path: Path) -> None:
    with sqlite3.connect(path, timeout=0) as connection:
        connection.execute("UPDATE payments SET amount = amount + 1")


def amount(engine: Engine) -> int:
    engine.dispose()
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT amount FROM payments")).scalar_one())


@pytest.fixture(params=["wal", "delete"])
def shop(request: pytest.FixtureRequest, sqlite_engine: Engine, tmp_path: Path) -> Path:
    """A file in each way to keep a journal."""
    path = tmp_path / "shop.db"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA journal_mode={request.param}")
    connection.close()
    return path


def test_a_locked_file(shop: Path, sqlite_engine: Engine, open_database: OpenDatabase) -> None:
    database = opened(sqlite_engine, open_database)
    end = database.begin_trouble("locked")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        sqlite_write(shop)
    end()
    end()
    sqlite_write(shop)
    assert amount(sqlite_engine) == 1001


def test_a_write_protected_file(
    shop: Path, sqlite_engine: Engine, open_database: OpenDatabase
) -> None:
    database = opened(sqlite_engine, open_database)
    before = shop.stat().st_mode
    keep = sqlite3.connect(shop)
    keep.execute("SELECT 1 FROM payments")
    end = database.begin_trouble("read-only")
    assert not any(path.stat().st_mode & 0o222 for path in shop.parent.glob("shop.db*"))
    if os.geteuid():  # root may write whatever the mode says
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            sqlite_write(shop)
    end()
    keep.close()
    assert all(path.stat().st_mode == before for path in shop.parent.glob("shop.db*"))
    sqlite_write(shop)
    assert amount(sqlite_engine) == 1001


def test_a_file_that_is_gone_and_comes_back(
    shop: Path, sqlite_engine: Engine, open_database: OpenDatabase
) -> None:
    database = opened(sqlite_engine, open_database)
    keep = sqlite3.connect(shop)  # what is written is in the journal until this closes
    keep.execute("UPDATE payments SET amount = 7")
    keep.commit()
    end = database.begin_trouble("gone")
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        sqlite3.connect(shop)
    assert shop.is_dir()
    end()
    sqlite_write(shop)
    keep.close()
    assert amount(sqlite_engine) == 8
    assert not list(shop.parent.glob("*away"))


def test_a_file_that_cannot_be_taken_away_is_told(
    sqlite_engine: Engine, open_database: OpenDatabase, tmp_path: Path
) -> None:
    database = opened(sqlite_engine, open_database)
    sqlite_engine.dispose()
    (tmp_path / "shop.db").unlink()
    with pytest.raises(DatabaseError, match=r"shop\.db cannot be made gone"):
        database.begin_trouble("gone")
    with pytest.raises(DatabaseError, match=r"shop\.db cannot be made locked"):
        database.begin_trouble("locked")


def test_a_file_that_is_taken_away_half_comes_back(
    sqlite_engine: Engine, open_database: OpenDatabase, tmp_path: Path
) -> None:
    database = opened(sqlite_engine, open_database)
    keep = sqlite3.connect(tmp_path / "shop.db")
    keep.execute("PRAGMA journal_mode=wal")
    keep.execute("UPDATE payments SET amount = 7")
    keep.commit()
    before = sorted(tmp_path.iterdir())
    in_the_way = tmp_path / "shop.db-wal.payme-sandbox-away"
    in_the_way.mkdir()  # a file cannot be renamed to the name of a folder
    with pytest.raises(DatabaseError, match=r"shop\.db cannot be made gone"):
        database.begin_trouble("gone")
    in_the_way.rmdir()
    assert sorted(tmp_path.iterdir()) == before
    keep.close()
    assert amount(sqlite_engine) == 7


def refuses(url: str) -> tuple[str, str]:
    """What a new connection may not do: write, or even look."""
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SET lock_timeout = '10ms'")
            connection.execute("UPDATE payments SET amount = amount + 1")
    except psycopg.Error as error:
        return type(error).__name__, str(error).splitlines()[0]
    return "", ""


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("locked", "LockNotAvailable", "lock timeout"),
        ("read-only", "ReadOnlySqlTransaction", "read-only transaction"),
        ("gone", "OperationalError", "not currently accepting connections"),
    ],
)
def test_postgres(
    postgres: Engine,
    postgres_url: str,
    open_database: OpenDatabase,
    kind: TroubleKind,
    name: str,
    words: str,
) -> None:
    database = opened(postgres, open_database)
    assert database.transaction_count() == 2  # a connection that will be ended
    end = database.begin_trouble(kind)
    seen = refuses(postgres_url)
    end()
    end()
    assert (seen[0], words in seen[1]) == (name, True), seen
    assert refuses(postgres_url) == ("", "")
    assert database.transaction_count() == 2
    assert amount(postgres) == 1001


def test_who_does_not_own_the_database_is_told(
    postgres: Engine, open_database: OpenDatabase
) -> None:
    run(
        postgres,
        *TABLES,
        "DROP ROLE IF EXISTS clerk",
        "CREATE ROLE clerk LOGIN PASSWORD 'writing'",
        "GRANT SELECT ON payments TO clerk",
    )
    url = postgres.url.set(username="clerk", password="writing")
    clerk = create_engine(url)
    database = open_database(clerk, orders=ORDERS, trouble=True)
    for kind in KINDS:
        with pytest.raises(DatabaseError, match=f"cannot be made {kind}: ") as caught:
            database.begin_trouble(kind)
        assert "writing" not in str(caught.value)
    clerk.dispose()
    run(postgres, "DROP OWNED BY clerk", "DROP ROLE clerk")


@pytest.mark.parametrize("kind", ["read-only", "gone"])
def test_a_database_that_is_troubled_half_is_put_right(
    new_postgres: NewDatabase, open_database: OpenDatabase, kind: TroubleKind
) -> None:
    """Its owner may change it, and may not end the connections of a superuser."""
    plain = new_postgres()
    url = make_url(plain.replace("postgresql://", "postgresql+psycopg://"))
    chief = create_engine(url)
    owner = f"owner_{url.database}"
    run(
        chief,
        *TABLES,
        f"CREATE ROLE {owner} LOGIN PASSWORD 'owning'",
        f"GRANT SELECT ON payments TO {owner}",
        f'ALTER DATABASE "{url.database}" OWNER TO {owner}',
    )
    owning = create_engine(url.set(username=owner, password="owning"))
    database = open_database(owning, orders=ORDERS, trouble=True)
    with chief.connect(), pytest.raises(DatabaseError, match=f"cannot be made {kind}: .*terminate"):
        database.begin_trouble(kind)
    assert refuses(plain) == ("", "")
    owning.dispose()
    run(
        chief,
        f'ALTER DATABASE "{url.database}" OWNER TO CURRENT_USER',
        f"DROP OWNED BY {owner}",
        f"DROP ROLE {owner}",
    )
    chief.dispose()


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ({"url": "sqlite:///shop.db"}, "trouble = false"),
        (
            {"url": "sqlite:///file:x?uri=true", "trouble": True},
            "only an SQLite database in a plain file",
        ),
        ({"url": "mysql://h/x", "trouble": True}, "known for SQLite and PostgreSQL"),
        ({"url": "sqlite:///shop.db", "trouble": True}, ""),
        ({"url": "postgresql://h/x", "trouble": True}, ""),
    ],
)
def test_who_may_be_troubled(config: dict[str, Any], why: str) -> None:
    seen = why_no_trouble(DatabaseConfig.model_validate(config))
    assert (why in seen) if why else not seen


def test_without_leave_nothing_is_done(sqlite_engine: Engine, open_database: OpenDatabase) -> None:
    database = open_database(sqlite_engine)
    with pytest.raises(DatabaseError, match="may not be troubled: trouble = false"):
        database.begin_trouble("gone")


def test_trouble_that_cannot_be_ended_is_told(
    sqlite_engine: Engine, open_database: OpenDatabase, tmp_path: Path
) -> None:
    database = opened(sqlite_engine, open_database)
    end: Callable[[], None] = database.begin_trouble("gone")
    (tmp_path / "shop.db" / "somebody's").touch()
    with pytest.raises(DatabaseError, match="still in trouble, which payme-sandbox made"):
        end()


def test_a_writer_whose_connection_was_ended_gets_another(
    postgres: Engine, open_database: OpenDatabase
) -> None:
    run(postgres, *TABLES)
    database = open_database(
        postgres, orders=ORDERS, transactions=TRANSACTIONS, trouble=True, age_rows=True
    )
    database.age(["f" * 24], 1000)
    database.begin_trouble("gone")()
    database.age(["f" * 24], 1000)
