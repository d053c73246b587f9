"""A PostgreSQL database whose tables are locked, that takes no writers, or no connections."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import URL

from simulator.observers.engines import open_engine

_ELSEWHERE = ("postgres", "template1")
_LOCK_PATIENCE = "10s"


class PostgresTrouble:
    """Each way to begin gives back the way to end. SQLAlchemyError if it cannot be done.

    For `make_read_only` and `take_away` the user must own the database.
    """

    def __init__(self, url: URL, tables: Sequence[str]) -> None:
        self._url = url
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
        self._alter("SET default_transaction_read_only = on")
        return lambda: self._alter("RESET default_transaction_read_only")

    def take_away(self) -> Callable[[], None]:
        """All connections are ended and new ones refused."""
        self._alter("WITH ALLOW_CONNECTIONS false")
        return lambda: self._alter("WITH ALLOW_CONNECTIONS true")

    def _alter(self, change: str) -> None:
        name = str(self._url.database)
        elsewhere = next(other for other in _ELSEWHERE if other != name)
        engine = _engine(self._url.set(database=elsewhere))
        quoted = engine.dialect.identifier_preparer.quote_identifier(name)
        try:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text(f"ALTER DATABASE {quoted} {change}"))
                _end_connections(connection, name)
        finally:
            engine.dispose()


def _engine(url: URL) -> Engine:
    return open_engine(url.render_as_string(hide_password=False), read_only=False)


def _end_connections(connection: Connection, name: str) -> None:
    query = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = :name"
    connection.execute(text(query), {"name": name})
