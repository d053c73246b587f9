"""The user's own SQL after a load: what speaks of everything is asked once, what speaks of one
order or one transaction is asked about some of them, spread evenly over the load."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from loadtests.ledger import ORDERS, orders_of
from loadtests.results import Kind
from simulator.observers.database import Database
from simulator.observers.orders import Order

MOST = 2_000
Broken = tuple[str, str, list[tuple[Kind, str]]]
"""Subject, number of the order or "", what is wrong."""


class Spread:
    """Keeps at most twice so many of what it is shown, every n-th of them: (order, Payme's id)."""

    def __init__(self, most: int | None = None) -> None:
        self._most = MOST if most is None else most
        self._every = 1
        self.kept: list[tuple[str, str]] = []
        self.seen = 0

    def show(self, order: str, payme_id: str) -> None:
        """One transaction."""
        if self.seen % self._every == 0:
            self.kept.append((order, payme_id))
            if len(self.kept) > 2 * self._most:
                self.kept, self._every = self.kept[::2], self._every * 2
        self.seen += 1


def ask_general(database: Database) -> Iterator[Broken]:
    """Those without parameters. DatabaseError."""
    for name, rows in database.broken_general():
        yield name, "", [(Kind.INVARIANT, f"rows where there must be none: {_one_line(rows)}")]


def ask_particular(database: Database, folder: Path, shown: Spread) -> Iterator[Broken]:
    """Those with parameters, about the transactions that were kept. DatabaseError."""
    orders = _orders(folder, {number for number, _ in shown.kept})
    for number, payme_id in shown.kept:
        order = orders.get(number)
        if order is not None:
            for name, rows in database.broken_particular(order, payme_id):
                yield payme_id, number, [(Kind.INVARIANT, f"{name}: {_one_line(rows)}")]


def _orders(folder: Path, wanted: set[str]) -> dict[str, Order]:
    found: dict[str, Order] = {}
    for path in sorted(folder.glob(ORDERS)):
        for made in orders_of(path):
            if made.number in wanted:
                found[made.number] = made.order()
    return found


def _one_line(rows: str) -> str:
    return "; ".join(rows.splitlines())
