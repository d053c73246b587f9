"""The pass over all orders: their transactions, then their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from loadtests.ledger import ORDERS, LedgerFile, Made
from loadtests.reckoning.buckets import Buckets
from loadtests.reckoning.orders import (
    Situation,
    Words,
    beside_rows,
    put_row,
    put_situation,
    situations,
    status_fits,
    twice,
)
from loadtests.reckoning.tally import Tally
from loadtests.results import Kind
from simulator.observers.database import Database, DatabaseError


class _Number(msgspec.Struct):
    number: str


class OrderBooks:
    """`parts` has what each transaction means for its order; `buckets` makes more of them."""

    def __init__(
        self, folder: Path, parts: Buckets, buckets: Callable[[str], Buckets], tally: Tally
    ) -> None:
        self._folder = folder
        self._parts = parts
        self._kept, self._stored = buckets("kept"), buckets("stored")
        self._tally = tally

    def compare(self, database: Database | None) -> int | None:
        """How many orders were compared with their rows; None if nobody shows any.

        DatabaseError if they cannot be read, when all else is compared.
        """
        self._take_made()
        shown = database if database is not None and database.maps_orders else None
        trouble: DatabaseError | None = None
        with self._kept.filling() as put:
            for situation, made in self._situations():
                if len(situation.states) > 1:
                    self._add(situation, list(twice(situation)))
                if made is not None:
                    situation.amount = made.amount
                if shown is not None and made is not None and trouble is None:
                    try:
                        put_situation(put, shown.order_key(made.order()), situation)
                    except DatabaseError as error:
                        trouble = error
        if trouble is not None:
            raise trouble
        return self._compare_rows(shown) if shown is not None else None

    def _take_made(self) -> None:
        """Beside its transactions, how each order was made."""
        decode = msgspec.json.Decoder(_Number).decode
        with self._parts.filling() as put:
            for path in sorted(self._folder.glob(ORDERS)):
                for line in LedgerFile(path).lines():
                    put(decode(line).number, line)

    def _situations(self) -> Iterator[tuple[Situation, Made | None]]:
        for number in range(len(self._parts)):
            yield from situations(self._parts, number)
            self._parts.drop(number)

    def _compare_rows(self, database: Database) -> int:
        with self._stored.filling() as put:
            for key, row in database.each_order():
                put_row(put, key, row)
        words, count = Words.of(database), 0
        for number in range(len(self._kept)):
            for situation, rows in beside_rows(self._kept, self._stored, number):
                wrong = list(status_fits(situation, rows, words))
                if wrong:
                    self._add(situation, wrong)
                count += 1
        return count

    def _add(self, situation: Situation, wrong: list[tuple[Kind, str]]) -> None:
        self._tally.add(situation.number, situation.number, wrong, ())
