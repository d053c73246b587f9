"""A transaction as each book has it, member by member, with every difference marked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.reports.text import printable, shortened
from simulator.web.books import Differing, Line
from simulator.web.pages.formats import Formats

OURS, STATEMENT, CHECK, DATABASE = "ours", "statement", "check", "database"
MEMBERS = (
    "id",
    "time",
    "amount",
    "account",
    "transaction",
    "state",
    "reason",
    "create_time",
    "perform_time",
    "cancel_time",
)
_TIMES = frozenset({"time", "create_time", "perform_time", "cancel_time"})
_EARLIEST_MS, _LATEST_MS = 1_000_000_000_000, 10_000_000_000_000


@dataclass(frozen=True, slots=True)
class Cell:
    """One member in one book. text for people, exact as it was told; differs from Payme's."""

    text: str
    exact: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One member in every book."""

    member: str
    cells: tuple[Cell, ...]

    @property
    def differs(self) -> bool:
        return any(cell.differs for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A transaction in all books that were looked into."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def differs(self) -> bool:
        return any(row.differs for row in self.rows)


def sheet_of(
    line: Line,
    formats: Formats,
    has_database: bool,
    check: Mapping[str, Any] | None = None,
    check_differs: Sequence[Differing] = (),
) -> Sheet:
    """The line of both books, with CheckTransaction's result if it was asked."""
    books: dict[str, Mapping[str, Any] | None] = {OURS: line.ours}
    if check is not None:
        books[CHECK] = check
    books[STATEMENT] = line.statement
    if has_database:
        books[DATABASE] = line.database
    wrong = {(one.where, one.member) for one in (*line.differences, *check_differs)}
    if line.verdict in ("only-payme", "only-merchant"):
        wrong.add((STATEMENT if line.statement is None else OURS, "id"))
    rows = [_row(member, books, wrong, formats) for member in MEMBERS]
    return Sheet(tuple(books), tuple(row for row in rows if any(c.exact for c in row.cells)))


def _row(
    member: str,
    books: Mapping[str, Mapping[str, Any] | None],
    wrong: set[tuple[str, str]],
    formats: Formats,
) -> Row:
    cells = []
    for name, told in books.items():
        has = told is not None and member in told
        value = told[member] if told is not None and has else None
        unknown = not has or (name == OURS and value is None)
        text, exact = ("", "") if unknown else shown(member, value, formats)
        cells.append(Cell(text, exact, (name, member) in wrong))
    return Row(member, tuple(cells))


def shown(member: str, value: Any, formats: Formats) -> tuple[str, str]:
    """A member's value for people, and exactly as it was told."""
    exact = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    exact = printable(shortened(exact, 300))
    if type(value) is not int:
        return exact, exact
    if member == "amount" and abs(value) < 10**16:
        return formats.money(value), exact
    if member in _TIMES and _EARLIEST_MS <= value < _LATEST_MS:
        return formats.moment(value), exact
    return formats.code(value), exact
