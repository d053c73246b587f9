"""A connection of the pool for the time of one database transaction, spoken to without detours.

The pool is SQLAlchemy's, and so are the errors; a statement goes to the driver as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Any, NoReturn, Self

from sqlalchemy import Engine, PoolProxiedConnection
from sqlalchemy.exc import DBAPIError

STREAMED = 500


def begin(cursor: Any) -> None:
    """Begin on SQLite. A deferred transaction that first reads and then writes can be refused at
    the write, with no waiting; one that says at once that it will write waits for its turn."""
    cursor.execute("BEGIN IMMEDIATE")


def _rows_at_once() -> int:
    """PostgreSQL's library gives rows one by one, or many if it is new enough."""
    from psycopg import capabilities

    return STREAMED if capabilities.has_stream_chunked() else 1


class Link:
    """The connection, and the transaction on it.

    For a writer it is begun by the first statement, on PostgreSQL by the driver. Who only reads
    needs none, which spares the words for its beginning and end.
    """

    def __init__(self, engine: Engine, writes: bool) -> None:
        """Nothing is connected yet. Without `writes` nothing may be changed, nor is locked."""
        self.dialect = engine.dialect
        self._engine = engine
        self._writes = writes
        self._postgres = engine.dialect.name != "sqlite"
        self._begins = writes and not self._postgres
        self._begun = False
        self._error = engine.dialect.loaded_dbapi.Error
        self._connection: PoolProxiedConnection | None = None

    def __enter__(self) -> Self:
        """Take a connection from the pool. Raises what SQLAlchemy raises."""
        try:
            self._connection = self._engine.raw_connection()
            self._cursor: Any = self._connection.cursor()
            self._set_autocommit(not self._writes)
        except self._error as error:
            self._fail(error, None)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the connection back; the pool rolls back what was not committed."""
        if self._connection is not None:
            self._set_autocommit(False)
            self._connection.close()

    def run(self, sql: str, values: Any) -> Any:
        """The cursor after one statement."""
        try:
            if self._begins and not self._begun:
                begin(self._cursor)
                self._begun = True
            return self._cursor.execute(sql, values)
        except self._error as error:
            self._fail(error, sql)

    def stream(self, sql: str, values: Any) -> Iterator[Any]:
        """The rows of one statement, never all of them in memory. One at a time on a connection."""
        try:
            if self._postgres:
                yield from self._cursor.stream(sql, values, size=_rows_at_once())
            else:
                yield from self.run(sql, values)
        except self._error as error:
            self._fail(error, sql)

    def commit(self) -> None:
        """Make it last. The next statement begins anew."""
        try:
            self._open.commit()
        except self._error as error:
            self._fail(error, "COMMIT")
        self._begun = False

    def rollback(self) -> None:
        """Undo everything since the last commit."""
        self._open.rollback()
        self._begun = False

    @property
    def _open(self) -> PoolProxiedConnection:
        if self._connection is None:
            raise RuntimeError("the connection is not open")
        return self._connection

    def _set_autocommit(self, on: bool) -> None:
        if self._postgres and not self._writes:
            driven: Any = self._open.dbapi_connection
            driven.autocommit = on

    def _fail(self, error: Exception, sql: str | None) -> NoReturn:
        lost = self._drop_lost(error)
        raise DBAPIError.instance(
            sql, None, error, Exception, True, lost, self._engine.dialect
        ) from error

    def _drop_lost(self, error: Any) -> bool:
        dialect, held = self._engine.dialect, self._connection
        if held is None or not dialect.is_disconnect(error, held.dbapi_connection, None):
            return False
        held.invalidate(error)
        self._connection = None
        # The others of the pool are as old, and as lost.
        self._engine.dispose()
        return True
