"""How the rows of a model are read, added and changed, with nothing worked out more than once."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from sqlalchemy import Dialect, Table, bindparam, insert, inspect, update
from sqlalchemy.orm import Mapper
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from backend.prepared import Converter, Ready

Row = tuple[Any, ...]


class Rows:
    """One mapped class in one kind of database.

    The class has an attribute for each column, named like it, and `id` is the first of them.
    """

    def __init__(self, mapped: type, dialect: Dialect) -> None:
        """Nothing is compiled yet."""
        mapper: Mapper[Any] = inspect(mapped)
        if not isinstance(mapper.local_table, Table):
            raise TypeError(f"{mapped.__name__} has no table of its own")
        self._manager = mapper.class_manager
        self._table = mapper.local_table
        self._dialect = dialect
        self._written: dict[tuple[str, ...], Ready] = {}
        self.returns_id = dialect.name == "postgresql"  # SQLite's driver knows it without
        self.names = tuple(self._table.c.keys())
        self.values = itemgetter(*self.names)
        defaults = {column.name: column.default for column in self._table.c}
        self.defaults = {
            n: d.arg for n, d in defaults.items() if isinstance(d, ScalarElementColumnDefault)
        }
        self._converters: list[tuple[int, Converter]] = []
        for i, column in enumerate(self._table.c):
            convert = column.type.dialect_impl(dialect).result_processor(dialect, None)
            if convert is not None:
                self._converters.append((i, convert))

    def read(self, row: Row) -> Row:
        """A row as the database gave it, in the types of the model."""
        values = list(row)
        for i, convert in self._converters:
            values[i] = convert(values[i])
        return tuple(values)

    def made(self, row: Row) -> Any:
        """An object of the class, from what `read` gave."""
        one = self._manager.new_instance()
        one.__dict__.update(zip(self.names, row, strict=True))
        return one

    def insert(self, names: tuple[str, ...]) -> Ready:
        """The INSERT of these columns."""
        ready = self._written.get(("insert", *names))
        if ready is None:
            statement = insert(self._table).values({name: bindparam(name) for name in names})
            if self.returns_id:
                statement = statement.returning(self._table.c.id)
            ready = self._written["insert", *names] = Ready(statement, self._dialect)
        return ready

    def update(self, names: tuple[str, ...]) -> Ready:
        """The UPDATE of these columns in the row whose id is `which`."""
        ready = self._written.get(("update", *names))
        if ready is None:
            which = self._table.c.id == bindparam("which")
            statement = update(self._table).where(which).values({n: bindparam(n) for n in names})
            ready = self._written["update", *names] = Ready(statement, self._dialect)
        return ready


_known: dict[tuple[type, str], Rows] = {}


def rows_of(mapped: type, dialect: Dialect) -> Rows:
    """The same ones for each call."""
    found = _known.get((mapped, dialect.name))
    if found is None:
        found = _known[mapped, dialect.name] = Rows(mapped, dialect)
    return found
