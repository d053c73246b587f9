"""Asking the database: short statements, prepared once, each seeing the present."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Connection, Engine, bindparam, column, func, select, table
from sqlalchemy.exc import DataError, DBAPIError, OperationalError, SQLAlchemyError
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


@dataclass(frozen=True, slots=True)
class _Words:
    """A statement in its database's own words, for lists of certain lengths."""

    statement: Executable  # kept, so that no other gets its id
    text: str
    order: tuple[str, ...] | None  # the parameters' names, if the driver takes them by place

    @classmethod
    def of(cls, statement: Executable, values: Mapping[str, Any], engine: Engine) -> Self:
        """Lists are written out: of the parameter x the first value is x_1."""
        compiled = statement.params(values).compile(  # type: ignore[attr-defined]
            engine, compile_kwargs={"render_postcompile": True}
        )
        order = compiled.positiontup
        return cls(statement, str(compiled), None if order is None else tuple(order))

    def arranged(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them: by place or by name."""
        named: dict[str, Any] = {}
        for name, value in values.items():
            if isinstance(value, list):
                named |= {f"{name}_{place}": one for place, one in enumerate(value, start=1)}
            else:
                named[name] = value
        return named if self.order is None else tuple(named[name] for name in self.order)


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
        self._errors: Any = engine.dialect.loaded_dbapi.Error
        self._words: dict[tuple[int, tuple[int | None, ...]], _Words] = {}

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
        text, arranged = self._in_words(statement, values)
        with self.engine.connect() as connection:
            cursor = connection.connection.cursor()
            try:
                cursor.execute(text, arranged)
                if cursor.description is None:
                    return []
                names = [column[0] for column in cursor.description]
                return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            except self._errors as error:
                raise self._told(connection, text, arranged, error) from error
            finally:
                with suppress(self._errors):  # of a connection that has died
                    cursor.close()

    def _in_words(self, statement: Executable, values: Mapping[str, Any]) -> tuple[str, Any]:
        """The statement and its values as the driver takes them.

        The same few are asked thousands of times, and SQLAlchemy's way to a driver costs ten times
        what the database takes. Nothing is lost: parameters and columns are untyped here.
        """
        lengths = tuple(len(v) if isinstance(v, list) else None for v in values.values())
        known = self._words.get((id(statement), lengths))
        if known is None:
            known = self._words[id(statement), lengths] = _Words.of(statement, values, self.engine)
        return known.text, known.arranged(values)

    def _told(self, connection: Connection, text: str, arranged: Any, error: Any) -> BaseException:
        """The driver's error as SQLAlchemy would raise it, a dead connection thrown away."""
        dialect = self.engine.dialect
        driven = connection.connection.driver_connection
        gone = dialect.is_disconnect(error, driven, None)
        if gone:
            connection.invalidate(error)
        told: BaseException = DBAPIError.instance(
            text, arranged, error, self._errors, connection_invalidated=gone, dialect=dialect
        )
        return told


def _passes(error: OperationalError) -> bool:
    return error.connection_invalidated or bool(_BUSY.search(reason(error)))
