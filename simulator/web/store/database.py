"""The engine: SQLite in a file (write-ahead log) or in memory, one writer at a time.

Nobody may call a merchant while a session is open: a session is for a few statements.
"""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Engine, create_engine, event, select, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import StaticPool

from simulator.web.store.models import Base, Setting

VERSION = 1
_BUSY_S = 10
_SEARCH = "CREATE VIRTUAL TABLE exchange_texts USING fts5(words, tokenize='trigram')"


class StoreError(Exception):
    """The file cannot be used. The text says what to do."""


class Store:
    """Sessions. `path` None keeps everything in memory, gone with the process."""

    def __init__(self, path: Path | None) -> None:
        """Open it and make what is missing. Raises StoreError."""
        self.path = path
        self._turn = threading.RLock()
        self._reading = self._turn if path is None else None
        self._held = _hold(path) if path is not None else None
        try:
            self.engine = _engine(path)
            self._check_version()
            Base.metadata.create_all(self.engine)
            self._make_indexes()
            self.has_search = self._make_search()
        except StoreError:
            self.close()
            raise
        except (DatabaseError, OSError) as error:
            self.close()
            reason = str(getattr(error, "orig", None) or error)
            raise StoreError(
                f"{path} cannot be used as the server's database: {reason}\n"
                "name another file with --database, or keep nothing with --memory"
            ) from error
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that changes nothing. What it gives out may be read after it is closed."""
        lock: AbstractContextManager[object] = self._reading or nullcontext()
        with lock, self._sessions() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that is committed at its end, or rolled back if something is raised."""
        with self._turn, self._sessions.begin() as session:
            yield session

    def setting(self, name: str, default: str) -> str:
        """A value of the server's own, made now if it was never set."""
        with self.write() as session:
            found = session.get(Setting, name)
            if found is None:
                found = Setting(name=name, value=default)
                session.add(found)
            return found.value

    def set(self, name: str, value: str) -> None:
        with self.write() as session:
            session.merge(Setting(name=name, value=value))

    def close(self) -> None:
        if hasattr(self, "engine"):
            self.engine.dispose()
        if self._held is not None:
            self._held.close()

    def _check_version(self) -> None:
        with self.engine.begin() as connection:
            found = connection.scalar(text("PRAGMA user_version"))
            if found not in (0, VERSION):
                raise StoreError(
                    f"{self.path} was written by another version of payme-sandbox (its format is "
                    f"{found}, this one's is {VERSION}): name another file with --database"
                )
            connection.execute(text(f"PRAGMA user_version = {VERSION}"))

    def _make_indexes(self) -> None:
        """Those that a file of an earlier version has not."""
        for table in Base.metadata.sorted_tables:
            for index in table.indexes:
                index.create(self.engine, checkfirst=True)

    def _make_search(self) -> bool:
        """The index of the journal's texts; False where this SQLite has none."""
        with self.engine.begin() as connection:
            known = connection.scalar(
                select(text("count(*)"))
                .select_from(text("sqlite_master"))
                .where(text("name = 'exchange_texts'"))
            )
            if known:
                return True
            try:
                connection.execute(text(_SEARCH))
            except OperationalError:
                return False
        return True


def _hold(path: Path) -> IO[str]:
    """Two servers on one file would both go on with its payments. Raises StoreError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.with_name(path.name + ".lock").open("w", encoding="ascii")
    except OSError as error:
        raise StoreError(
            f"{path} cannot be used as the server's database: {error.strerror}\n"
            "name another file with --database, or keep nothing with --memory"
        ) from error
    if sys.platform != "win32":
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise StoreError(
                f"another payme-sandbox serve uses {path}: stop that one, name another file with "
                "--database, or keep nothing with --memory"
            ) from None
    return file


def _engine(path: Path | None) -> Engine:
    if path is None:
        engine = create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
    else:
        path.touch(mode=0o600)
        engine = create_engine(
            f"sqlite:///{path.as_posix()}",
            connect_args={"timeout": _BUSY_S, "check_same_thread": False},
            pool_size=8,
            max_overflow=32,
            pool_use_lifo=True,  # the fewest page caches that do
        )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # so that BEGIN is ours to send
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN")
