"""A PostgreSQL database whose tables are locked, that takes no writers, or no connections."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import URL

from simulator.observers.engines import open_engine

_ELSEWHERE = ("postgres", "template1")
_LOCK_PATIENCE = "10s"


class PostgresTrouble:
    """Each way to begin gives back the way to end. SQLAlchemyError if it cannot be done, and
    nothing is left of it then.

    For `make_read_only` and `take_away` the user must own the database.
    """

    def __init__(self, url: URL, tables: Sequence[str]) -> None:
        self._url = url
        self._name = str(url.database)
        self._tables = tables

    def lock(self) -> Callable[[], None]:
        """The mapped tables, against readers too."""
        engine = _engine(self._url)
        quote = engine.dialect.identifier_preparer.quote_identifier
        names = [".".join(quote(part) for part in name.split(".")) for name in self._tables]
        connection = engine.connect()

        def unlock() -> None:
            connection.close()
            engine.dispose()

        try:
            connection.execute(text(f"SET lock_timeout = '{_LOCK_PATIENCE}'"))
            connection.execute(text(f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE"))
        except BaseException:
            unlock()
            raise
        return unlock

    def make_read_only(self) -> Callable[[], None]:
        """For connections that begin from now on; those that there are, are ended."""
        back = "RESET default_transaction_read_only"
        return self._altered("SET default_transaction_read_only = on", back)

    def take_away(self) -> Callable[[], None]:
        """All connections are ended and new ones refused."""
        return self._altered("WITH ALLOW_CONNECTIONS false", "WITH ALLOW_CONNECTIONS true")

    def _altered(self, change: str, back: str) -> Callable[[], None]:
        """The change, and how to take it back: at once if the connections cannot be ended."""
        self._alter(change)
        try:
            self._end_connections()
        except BaseException:
            self._alter(back)
            raise

        def end() -> None:
            self._alter(back)
            self._end_connections()

        return end

    def _alter(self, change: str) -> None:
        with self._elsewhere() as connection:
            quoted = connection.dialect.identifier_preparer.quote_identifier(self._name)
            connection.execute(text(f"ALTER DATABASE {quoted} {change}"))

    def _end_connections(self) -> None:
        """Those of users only: who owns a database may not end the server's own workers."""
        query = (
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = :name AND usesysid IS NOT NULL"
        )
        with self._elsewhere() as connection:
            connection.execute(text(query), {"name": self._name})

    @contextmanager
    def _elsewhere(self) -> Iterator[Connection]:
        """A connection to another database of the same server."""
        elsewhere = next(other for other in _ELSEWHERE if other != self._name)
        engine = _engine(self._url.set(database=elsewhere))
        try:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                yield connection
        finally:
            engine.dispose()


def _engine(url: URL) -> Engine:
    return open_engine(url.render_as_string(hide_password=False), read_only=False)
