"""The engine: how each database is told to keep a webhook's decision whole and durable.

SQLite: write-ahead log, one writer at a time from the first statement on (`BEGIN IMMEDIATE`), every
commit flushed to the disk (`synchronous=FULL`). PostgreSQL: read committed with a lock on the
order's row, see `backend.transactions`.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from backend.link import Link
from backend.session import Session
from backend.settings import DEFAULT_BUSY_MS, DEFAULT_THREADS, Settings, SettingsError
from backend.together import Seat, Together

IDLE_SECONDS = 1.0

BEGIN_OPTION = "sqlite_begin"
"""How a connection begins a transaction on SQLite; None is not at all."""


class Sessions(Protocol):
    """An engine and its sessions, however they keep their transactions apart."""

    engine: Engine

    def read(self) -> OrmSession:
        """A session that changes nothing."""

    def write(self) -> AbstractContextManager[OrmSession]:
        """A session that may change something; the caller commits."""


class Database:
    """An engine and the two ways into it: `write` may change something, `read` never does."""

    def __init__(self, settings: Settings) -> None:
        """Prepare the engine; nothing is connected yet. Raises SettingsError for a bad URL."""
        self.engine = make_engine(settings.database, settings.threads, settings.busy_ms)
        reading = self.engine.execution_options(**{BEGIN_OPTION: "BEGIN"})
        self._read: sessionmaker[OrmSession] = sessionmaker(reading, expire_on_commit=False)
        self._write: sessionmaker[OrmSession] = sessionmaker(self.engine, expire_on_commit=False)
        self._together = Together(self.engine, settings.busy_ms / 1000)
        self._on_sqlite = self.engine.dialect.name == "sqlite"

    def read(self) -> OrmSession:
        """A session that never changes anything."""
        return self._read()

    @contextmanager
    def write(self) -> Iterator[OrmSession]:
        """A session that may change something; the caller commits.

        Raises TimeoutError if other writers of this process leave no turn in time.
        """
        alone = self._together.alone() if self._on_sqlite else nullcontext()
        with alone, self._write() as session:
            yield session

    def looking(self) -> Session:
        """The webhook's session for a call that changes nothing."""
        return Session(Link(self.engine, writes=False))

    @contextmanager
    def deciding(self) -> Iterator[Session]:
        """The webhook's session for a call that may change something; the caller commits.

        Raises TimeoutError like `write`.
        """
        with Session(self._link()) as session:
            yield session

    def _link(self) -> Link:
        # SQLite lets writers wait by sleeping longer and longer; queueing before they ask spares
        # the sleeps. Other processes still meet at SQLite's own lock.
        if self._on_sqlite:
            return Seat(self.engine, self._together)
        return Link(self.engine, writes=True)


def make_engine(
    database: str, threads: int = DEFAULT_THREADS, busy_ms: int = DEFAULT_BUSY_MS
) -> Engine:
    """An engine for SQLite or PostgreSQL with at most one connection a thread.

    `busy_ms` is how long a statement waits for others. Raises SettingsError if the URL cannot be
    read or names another database.
    """
    url = parsed(database)
    try:
        engine = create_engine(
            url,
            pool_size=threads,
            max_overflow=0,
            pool_use_lifo=True,  # what was used last has its pages and statements at hand
            hide_parameters=True,
            connect_args=_connect_args(url, busy_ms),
        )
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"{error.name} is not installed; PostgreSQL needs payme-sandbox[postgres]"
        ) from None
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "checkin", _end_sqlite)
    else:
        event.listen(engine, "checkin", _note_idle)
        event.listen(engine, "checkout", _ping_idle)
    return engine


def parsed(text: str) -> URL:
    """The URL with its driver. Raises SettingsError if it cannot be read or is no such database."""
    try:
        url = make_url(text.replace("postgres://", "postgresql://", 1))
    except ArgumentError:
        raise SettingsError(
            f"the database {text!r} is not a URL; such as sqlite:///photobooth.db or "
            "postgresql://user:password@127.0.0.1/shop is needed"
        ) from None
    if url.get_backend_name() == "sqlite":
        if url.database in (None, "", ":memory:"):
            raise SettingsError("an in-memory SQLite database is lost between calls; name a file")
        return url
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    raise SettingsError(f"{url.get_backend_name()} is not supported; use sqlite or postgresql")


def _connect_args(url: URL, busy_ms: int) -> dict[str, Any]:
    if url.get_backend_name() == "sqlite":
        return {"timeout": busy_ms / 1000, "check_same_thread": False}
    return {
        "connect_timeout": max(2, busy_ms // 1000),
        "options": f"-c lock_timeout={busy_ms} -c statement_timeout={busy_ms}",
    }


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    # Without this the driver begins transactions by itself, and later than we need.
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: Connection) -> None:
    # See `backend.link.begin`.
    begin = connection.get_execution_options().get(BEGIN_OPTION, "BEGIN IMMEDIATE")
    if begin is not None:
        connection.exec_driver_sql(begin)


def _end_sqlite(connection: sqlite3.Connection | None, record: object) -> None:
    # A COMMIT that fails (a full disk) leaves SQLite's transaction open, and SQLAlchemy takes it
    # for ended: the connection would keep the write lock for ever.
    if connection is not None and connection.in_transaction:
        connection.rollback()


def _note_idle(connection: object, record: ConnectionPoolEntry) -> None:
    record.info["idle_since"] = time.monotonic()


def _ping_idle(connection: Any, record: ConnectionPoolEntry, proxy: object) -> None:
    # The server may have been started anew. To ask that at every call would double its questions;
    # what is lost within the second, the webhook notices and tries again.
    if time.monotonic() - record.info.get("idle_since", time.monotonic()) > IDLE_SECONDS:
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except connection.Error as error:
            raise InvalidatePoolError() from error
