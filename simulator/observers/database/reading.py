"""Asking the database: short statements, prepared once, each seeing the present."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, bindparam, column, func, select, table
from sqlalchemy.exc import DataError, OperationalError, SQLAlchemyError
from sqlalchemy.sql import Executable
from sqlalchemy.sql.expression import BindParameter, Select, TableClause
from sqlalchemy.types import NullType

from simulator.observers.engines import DatabaseError, masked, reason

_RETRY_SECONDS = 0.001
_AT_ONCE = 5_000  # rows of a large answer
_INTEGER = re.compile(r"-?[1-9]\d{0,17}|0")
_BUSY = re.compile(
    r"locked|busy|deadlock|lock wait|server closed|gone away|lost connection", re.IGNORECASE
)


def named_table(name: str, columns: Iterable[str]) -> TableClause:
    """A table by the name in the configuration, which may begin with a schema."""
    schema, _, bare = name.rpartition(".")
    return table(bare, *(column(c) for c in dict.fromkeys(columns)), schema=schema or None)


def untyped(name: str, *, many: bool = False) -> BindParameter[Any]:
    """A parameter without a cast, so that the database gives it the column's own type."""
    return bindparam(name, type_=NullType(), expanding=many)


def bound(dialect: str, value: Any) -> Any:
    """A value as that database compares it best with a column of any type."""
    if dialect == "sqlite":
        return value
    if isinstance(value, bool):
        return str(value).lower() if dialect == "postgresql" else str(int(value))
    return str(value) if isinstance(value, int) else value


def spellings(dialect: str, value: Any) -> list[Any]:
    """All ways in which a value may be stored.

    A UUID is kept as text with or without dashes where there is no type for it; a column of
    SQLite without a type keeps a number as a number and its text as text.
    """
    if dialect == "postgresql" or isinstance(value, bool):
        return [bound(dialect, value)]
    if isinstance(value, str) and len(value) in (32, 36):
        try:
            parsed = uuid.UUID(value)
        except ValueError:
            return [value]
        return list(dict.fromkeys([value, str(parsed), parsed.hex]))
    if dialect == "sqlite" and isinstance(value, int | str) and _INTEGER.fullmatch(str(value)):
        return [str(value), int(value)]
    return [bound(dialect, value)]


def select_where(
    name: str, columns: Mapping[str, str], where: Sequence[str], first: int = 0
) -> Select[Any]:
    """SELECT columns under their logical names WHERE each of `where` is one of its values.

    The parameter of the n-th condition is called `w<n>`, counted from `first`.
    """
    source = named_table(name, [*columns.values(), *where])
    statement = select(*(source.c[real].label(logical) for logical, real in columns.items()))
    for place, condition in enumerate(where, start=first):
        statement = statement.where(source.c[condition].in_(untyped(f"w{place}", many=True)))
    return statement


def count_where(name: str, where: Sequence[str]) -> Select[Any]:
    """SELECT count(*) as `rows`, conditions as `select_where` has them but for the first."""
    source = named_table(name, where)
    statement = select(func.count().label("rows")).select_from(source)
    for place, condition in enumerate(where, start=1):
        statement = statement.where(source.c[condition].in_(untyped(f"w{place}", many=True)))
    return statement


class Reader:
    """A connection pool and the few ways in which reading may fail.

    `patience` is how many seconds a locked database is tried again.
    """

    def __init__(
        self,
        engine: Engine,
        url: str,
        *,
        patience: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.engine = engine
        self.dialect = engine.dialect.name
        self.place = masked(url)
        self._patience = patience
        self._clock = clock
        self._sleep = sleep

    def rows(
        self, statement: Executable, values: Mapping[str, Any], *, lenient: bool = False
    ) -> list[dict[str, Any]]:
        """All rows. DatabaseError when the database stays locked, goes away, or refuses.

        `lenient`: a value that the column's type cannot hold matches no row, as letters do
        where orders are numbered by integers.
        """
        until = self._clock() + self._patience
        while True:
            try:
                return self._once(statement, values)
            except DataError as error:
                if lenient:
                    return []
                raise DatabaseError(f"{self.place}: {reason(error)}") from error
            except OperationalError as error:
                if not _passes(error) or self._clock() >= until:
                    raise DatabaseError(f"{self.place}: {reason(error)}") from error
                self._sleep(_RETRY_SECONDS)
            except SQLAlchemyError as error:
                raise DatabaseError(f"{self.place}: {reason(error)}") from error

    def stream(
        self, statement: Executable, values: Mapping[str, Any]
    ) -> Iterator[Sequence[Sequence[Any]]]:
        """All rows of a large answer, some thousands at a time, as tuples in the columns' order.

        DatabaseError when the database goes away or refuses.
        """
        try:
            with self.engine.connect() as connection:
                if self.dialect == "postgresql":  # a cursor of its lives in a transaction
                    connection = connection.execution_options(isolation_level="REPEATABLE READ")
                found = connection.execution_options(
                    stream_results=True, max_row_buffer=_AT_ONCE
                ).execute(statement, values)
                yield from found.partitions(_AT_ONCE)
        except SQLAlchemyError as error:
            raise DatabaseError(f"{self.place}: {reason(error)}") from error

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    def _once(self, statement: Executable, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        with self.engine.connect() as connection:
            found = connection.execute(statement, values)
            return [dict(row) for row in found.mappings()] if found.returns_rows else []


def _passes(error: OperationalError) -> bool:
    return error.connection_invalidated or bool(_BUSY.search(reason(error)))
