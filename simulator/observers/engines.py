"""Opening a merchant's database: the driver that is at hand, read-only where it can be."""

from __future__ import annotations

import importlib.util
import sqlite3
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

# How long SQLite itself waits for a writer. For reading it is short: SQLite looks seldom while it
# waits, and beside a busy writer many short looks find a gap sooner than one long one.
_READ_BUSY_SECONDS = 0.01
_WRITE_BUSY_SECONDS = 10.0
_CONNECT_SECONDS = 5

# Which driver serves a database when the address names none, or one that only asyncio can use.
_DRIVERS = {"postgresql": "psycopg", "mysql": "pymysql", "mariadb": "pymysql", "sqlite": "pysqlite"}
_ASYNC_DRIVERS = ("asyncpg", "psycopg_async", "aiomysql", "asyncmy", "aiosqlite")
_EXTRAS = {"postgresql": "postgres", "mysql": "mysql", "mariadb": "mysql"}
_IMPORTS = {"psycopg": "psycopg", "pymysql": "pymysql", "psycopg2": "psycopg2"}


class DatabaseError(Exception):
    """The merchant's database cannot be looked at, or not in the way the configuration says."""


def masked(url: str) -> str:
    """The address without its password."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "the database address"


def driver_url(text: str) -> URL:
    """The address with a driver that is installed. DatabaseError says what to install."""
    if text.startswith("postgres:"):
        text = "postgresql:" + text.removeprefix("postgres:")
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise DatabaseError(f"this is no database address: {error}") from error
    kind, _, driver = url.drivername.partition("+")
    if kind in _DRIVERS and (not driver or driver in _ASYNC_DRIVERS or not _present(driver)):
        driver = _DRIVERS[kind]
        url = url.set(drivername=f"{kind}+{driver}")
    if not _present(driver):
        raise DatabaseError(
            f"{masked(text)} needs the Python package {driver}: "
            f"pip install payme-sandbox[{_EXTRAS[kind]}]"
        )
    return url


def _present(driver: str) -> bool:
    module = _IMPORTS.get(driver)
    return module is None or importlib.util.find_spec(module) is not None


def open_engine(text: str, *, read_only: bool) -> Engine:
    """An engine whose every statement commits by itself and so sees the present.

    Writing goes through `engine.begin()` of an engine opened with `read_only=False`.
    """
    url = driver_url(text)
    try:
        if url.get_backend_name() == "sqlite":
            return _sqlite(url, read_only)
        engine = create_engine(url, **_options(url, read_only))
    except NoSuchModuleError as error:
        raise DatabaseError(f"SQLAlchemy knows no database of this kind: {error}") from error
    except (ModuleNotFoundError, SQLAlchemyError, TypeError, ValueError) as error:
        raise DatabaseError(f"{masked(text)} cannot be opened: {error}") from error
    if read_only:
        _forbid_writing(engine)
    return engine


def _options(url: URL, read_only: bool) -> dict[str, Any]:
    options: dict[str, Any] = {"pool_size": 5, "max_overflow": 20}
    if read_only:
        options["isolation_level"] = "AUTOCOMMIT"
    if url.get_backend_name() in ("postgresql", "mysql", "mariadb"):
        # a connection that has died meanwhile is seen by readers, who ask again
        options["pool_pre_ping"] = not read_only
        options["connect_args"] = {"connect_timeout": _CONNECT_SECONDS}
    return options


def _sqlite(url: URL, read_only: bool) -> Engine:
    """`mode=ro` reads beside a writer, WAL included; `mode=rw` never makes an empty file."""
    name = url.database or ""
    mode = "ro" if read_only else "rw"
    if name.startswith("file:"):
        target = name if "mode=" in name else f"{name}{'&' if '?' in name else '?'}mode={mode}"
    else:
        target = f"file:{quote(name)}?mode={mode}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            target,
            uri=True,
            timeout=_READ_BUSY_SECONDS if read_only else _WRITE_BUSY_SECONDS,
            check_same_thread=False,
        )
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        return connection

    options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT"} if read_only else {}
    return create_engine(
        "sqlite+pysqlite://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=5,
        max_overflow=20,
        **options,
    )


_READ_ONLY = {
    "postgresql": ("SET default_transaction_read_only = on", "SET statement_timeout = '10s'"),
    "mysql": ("SET SESSION TRANSACTION READ ONLY",),
    "mariadb": ("SET SESSION TRANSACTION READ ONLY",),
}


def read_only_statements(dialect: str) -> tuple[str, ...]:
    """What makes a new session of that database refuse to write; nothing for unknown ones."""
    return _READ_ONLY.get(dialect, ())


def _forbid_writing(engine: Engine) -> None:
    statements = read_only_statements(engine.dialect.name)

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()
        if statements:
            connection.commit()


def reason(error: BaseException) -> str:
    """The database's own words for an error, on one line."""
    original = getattr(error, "orig", None) or error
    args: tuple[object, ...] = getattr(original, "args", ())
    text = str(args[1]) if len(args) == 2 and isinstance(args[0], int) else str(original)
    return " ".join(text.split())
