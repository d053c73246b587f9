"""A database and a log in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.conformance.ports import Row
from simulator.observers.engines import DatabaseError
from simulator.observers.log_lines import LogLine, Mark
from simulator.observers.trouble import TroubleKind

STATUSES: dict[str, list[Any]] = {
    "payable": ["new"],
    "reserved": ["wait"],
    "paid": ["paid", 1],
    "refunded": ["back"],
    "cancelled": ["gone"],
}
TIMES = ("payme_time", "create_time", "perform_time", "cancel_time")
COLUMNS = ("payme_id", "state", "reason", "amount", *TIMES)


@dataclass
class FakeDatabase:
    """Rows as a test puts them: transactions by Payme id, orders by number."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    statuses: dict[str, list[Any]] = field(default_factory=lambda: dict(STATUSES))
    columns: tuple[str, ...] = COLUMNS
    maps_orders: bool = True
    maps_transactions: bool = True
    after_cancel: str = "payable"
    broken: Callable[[Any, str], list[tuple[str, str]]] = lambda order, payme_id: []
    aged: list[tuple[list[str], int]] = field(default_factory=list)
    ageing: Callable[[Sequence[str], int], None] = lambda payme_ids, by_ms: None
    trouble: str = ""
    why_no_trouble: str = ""
    troubles: list[str] = field(default_factory=list)
    troubling: Callable[[TroubleKind], Callable[[], None]] = lambda kind: lambda: None

    def begin_trouble(self, kind: TroubleKind) -> Callable[[], None]:
        end = self.troubling(kind)
        self.troubles.append(f"{kind} begins")

        def ended() -> None:
            self.troubles.append(f"{kind} ends")
            end()

        return ended

    def _look(self) -> None:
        if self.trouble:
            raise DatabaseError(self.trouble)

    def transactions(self, payme_ids: Sequence[str]) -> Sequence[Row]:
        self._look()
        shown = [row for payme_id in payme_ids for row in self.rows if row["payme_id"] == payme_id]
        return [{k: v for k, v in row.items() if k in self.columns} for row in shown]

    def transaction_count(self) -> int:
        self._look()
        return len(self.rows)

    def order_count(self) -> int | None:
        self._look()
        return len(self.orders) if self.maps_orders else None

    def order_rows(self, order: Any) -> Sequence[Row]:
        self._look()
        found = [row for row in self.orders if row["number"] == order.number]
        return [{k: v for k, v in row.items() if k != "number"} for row in found]

    def status_names(self, which: Any) -> Sequence[object]:
        return self.statuses.get(which, [])

    def broken_invariants(self, order: Any, payme_id: str) -> Sequence[tuple[str, str]]:
        self._look()
        return self.broken(order, payme_id)

    def age(self, payme_ids: Sequence[str], by_ms: int) -> None:
        self._look()
        self.aged.append((list(payme_ids), by_ms))
        self.ageing(payme_ids, by_ms)

    def has(self, column: str) -> bool:
        return column in self.columns


class FakeLog:
    """Lines that a test writes."""

    def __init__(self) -> None:
        self.lines: list[LogLine] = []
        self.trouble = ""

    def write(self, *texts: str) -> None:
        for text in texts:
            self.lines.append(LogLine(f"app.log:{len(self.lines) + 1}", text))

    def problem(self) -> str:
        return self.trouble

    def mark(self) -> Mark:
        return Mark(len(self.lines))

    def read(self, mark: Mark) -> tuple[list[LogLine], Mark]:
        return self.lines[mark.index :], self.mark()
