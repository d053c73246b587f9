"""What the webhook needs of SQLAlchemy's session, and no more: several times cheaper a call.

Rows are found as objects of the models, changed as objects, and written back. The models, the
statements and the pool are SQLAlchemy's; the statements are prepared (`backend.prepared`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import Select, TextClause

from backend.link import Link
from backend.prepared import Given, Pair, Query, Ready
from backend.rows import Row, Rows, rows_of

T = TypeVar("T")
U = TypeVar("U")
NOTHING: Mapping[str, Any] = {}


@dataclass(slots=True)
class _Held:
    """An object, and its row as it was last read or written."""

    one: Any
    rows: Rows
    row: Row


class Session:
    """One decision's database transaction. The same row is always the same object.

    What was changed in the objects is written before the next question and at the commit. Errors of
    the database are SQLAlchemy's.
    """

    def __init__(self, link: Link) -> None:
        """Nothing is connected yet."""
        self._link = link
        self._dialect = link.dialect
        self._held: dict[tuple[Rows, int], _Held] = {}
        self._new: list[Any] = []

    def __enter__(self) -> Self:
        """Connect."""
        self._link.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Whatever was not committed is rolled back."""
        self._link.__exit__(kind, error, at)

    def scalar(self, query: Query[T] | Select[T], given: Given = NOTHING) -> T | None:
        """The first that is found, or None."""
        found = self.scalars(query, given)
        return found[0] if found else None

    def scalars(self, query: Query[T] | Select[T], given: Given = NOTHING) -> Sequence[T]:
        """All that are found: objects of the model, or values of the one column."""
        self.flush()
        if not isinstance(query, Query):
            query = Query(query)
        found = self._run(query.on(self._dialect), given).fetchall()
        if not query.mapped:
            return [row[0] for row in found]
        rows = rows_of(query.mapped[0], self._dialect)
        return [self._object(rows, row) for row in found]

    def stream(self, query: Query[T], given: Given = NOTHING) -> Iterator[T]:
        """All that are found, made one by one and not kept: what is changed in them is lost."""
        self.flush()
        rows = rows_of(query.mapped[0], self._dialect)
        ready = query.on(self._dialect)
        for row in self._link.stream(ready.sql, ready.arguments(given)):
            yield rows.made(rows.read(row))

    def pair(self, query: Pair[T, U], given: Given = NOTHING) -> tuple[T, U] | None:
        """Both objects of the first row that is found, or None."""
        self.flush()
        row = self._run(query.on(self._dialect), given).fetchone()
        if row is None:
            return None
        one, other = (rows_of(mapped, self._dialect) for mapped in query.mapped)
        width = len(one.names)
        return self._object(one, row[:width]), self._object(other, row[width:])

    def execute(self, statement: TextClause, given: Given = NOTHING) -> None:
        """Any other statement."""
        self._run(Ready(statement, self._dialect), given)

    def add(self, one: object) -> None:
        """A row to be; it gets its id when it is written."""
        self._new.append(one)

    def expire(self, one: object) -> None:
        """Forget an object; its row is read anew."""
        self._held = {key: held for key, held in self._held.items() if held.one is not one}

    def flush(self) -> None:
        """Write what was changed and added."""
        for held in self._held.values():
            now = held.rows.values(held.one.__dict__)
            if now != held.row:
                self._change(held, now)
        while self._new:
            self._add(self._new.pop(0))

    def commit(self) -> None:
        """Write, and make it last."""
        self.flush()
        self._link.commit()

    def rollback(self) -> None:
        """Undo everything since the last commit, and forget the objects."""
        self._link.rollback()
        self._held.clear()
        self._new.clear()

    def _object(self, rows: Rows, row: Row) -> Any:
        held = self._held.get((rows, row[0]))
        if held is None:
            read = rows.read(row)
            held = self._held[rows, row[0]] = _Held(rows.made(read), rows, read)
        return held.one

    def _change(self, held: _Held, now: Row) -> None:
        columns = zip(held.rows.names, held.row, now, strict=True)
        changed = {name: new for name, old, new in columns if old != new}
        self._run(held.rows.update(tuple(changed)), {**changed, "which": held.row[0]})
        held.row = now

    def _add(self, one: Any) -> None:
        rows = rows_of(type(one), self._dialect)
        given = one.__dict__
        known = {name: given[name] for name in rows.names if given.get(name) is not None}
        known = rows.defaults | known
        done = self._run(rows.insert(tuple(known)), known)
        known["id"] = done.fetchone()[0] if rows.returns_id else done.lastrowid
        members = dict.fromkeys(rows.names) | known
        given.update(members)
        self._held[rows, one.id] = _Held(one, rows, tuple(members.values()))

    def _run(self, ready: Ready, given: Given) -> Any:
        return self._link.run(ready.sql, ready.arguments(given))
