"""The user's own SQL that must return no rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.sql.expression import TextClause

from simulator.config.database import Invariant
from simulator.config.placeholders import order_values
from simulator.observers.database.reading import Reader, untyped
from simulator.observers.database.values import shown
from simulator.observers.engines import DatabaseError

_SHOWN_ROWS = 5
_PROBE = {**order_values("1000000001", 100), "payme_id": "0" * 24}


@dataclass(frozen=True)
class _Query:
    name: str
    statement: TextClause
    parameters: tuple[str, ...]


class Invariants:
    """Asks each invariant in turn."""

    def __init__(self, invariants: Sequence[Invariant], reader: Reader) -> None:
        self._reader = reader
        self._queries = [_query(invariant) for invariant in invariants]

    def probe(self) -> None:
        """Try every query once. DatabaseError names each that the database refuses."""
        problems = []
        for query in self._queries:
            values = {name: _PROBE.get(name, "1") for name in query.parameters}
            try:
                self._reader.rows(query.statement, values)
            except DatabaseError as error:
                problems.append(f'the invariant "{query.name}" cannot be asked: {error}')
        if problems:
            raise DatabaseError("\n".join(problems))

    @property
    def general(self) -> tuple[str, ...]:
        """Names of those without parameters: asked once, they speak of everything."""
        return tuple(query.name for query in self._queries if not query.parameters)

    @property
    def particular(self) -> tuple[str, ...]:
        """Names of those that are about one order or one transaction."""
        return tuple(query.name for query in self._queries if query.parameters)

    def broken(
        self, values: Mapping[str, Any], names: Collection[str] | None = None
    ) -> list[tuple[str, str]]:
        """Name and rows of those that returned any. DatabaseError for an unknown parameter.

        names: of those to ask, by default all.
        """
        found = []
        for query in self._queries:
            if names is not None and query.name not in names:
                continue
            missing = [name for name in query.parameters if name not in values]
            if missing:
                raise DatabaseError(
                    f'the invariant "{query.name}" asks for :{missing[0]}; there are '
                    + ", ".join(f":{name}" for name in values)
                )
            chosen = {name: values[name] for name in query.parameters}
            rows = self._reader.rows(query.statement, chosen)
            if rows:
                found.append((query.name, _rows_text(rows)))
        return found


def _query(invariant: Invariant) -> _Query:
    statement = text(invariant.sql)
    names = tuple(statement.compile().params)
    return _Query(invariant.name, statement.bindparams(*(untyped(n) for n in names)), names)


def _rows_text(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        ", ".join(f"{name}={shown(value)}" for name, value in row.items())
        for row in rows[:_SHOWN_ROWS]
    ]
    more = len(rows) - len(lines)
    return "\n".join([*lines, *([f"and {more} more"] if more else [])])
