"""Statements whose SQL is made once, at their first use, and not for every call.

They are written with SQLAlchemy over the models; only putting them into words, which would take
longer than running them, is not done again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import Dialect, Insert, Select, TextClause, Update

T = TypeVar("T")
U = TypeVar("U")
Given = Mapping[str, Any]
Converter = Callable[[Any], Any]


class Ready:
    """A statement in one database's SQL: the text, and how its values are handed over."""

    def __init__(
        self, statement: Select[Any] | Insert | Update | TextClause, dialect: Dialect
    ) -> None:
        """Compile it."""
        made = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        self.sql = str(made)
        self._own = dict(made.params)
        self._order = list(made.positiontup or ()) if made.positional else None
        self._converters: list[tuple[str, Converter]] = []
        for bind, name in made.bind_names.items():
            convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if convert is not None:
                self._converters.append((name, convert))

    def arguments(self, given: Given) -> Sequence[Any] | Given:
        """The values as the driver takes them, those of the statement's own among them."""
        values = {**self._own, **given}
        for name, convert in self._converters:
            values[name] = convert(values[name])
        return values if self._order is None else [values[name] for name in self._order]


class _Select:
    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._statement = statement
        self._ready: dict[str, Ready] = {}
        described = [one["expr"] for one in statement.column_descriptions]
        self.mapped: list[type] = [one for one in described if isinstance(one, type)]

    def on(self, dialect: Dialect) -> Ready:
        """In the words of this database."""
        found = self._ready.get(dialect.name)
        if found is None:
            found = self._ready[dialect.name] = Ready(self._statement, dialect)
        return found


class Query(_Select, Generic[T]):
    """A SELECT of a whole model or of one column, compiled once for each kind of database."""

    def __init__(self, statement: Select[T]) -> None:
        """Nothing is compiled yet."""
        super().__init__(statement)


class Pair(_Select, Generic[T, U]):
    """A SELECT of two models, compiled once for each kind of database."""

    def __init__(self, statement: Select[T, U]) -> None:
        """Nothing is compiled yet."""
        super().__init__(statement)
