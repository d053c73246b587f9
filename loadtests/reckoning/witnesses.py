"""What statement and database say of the transactions of one bucket; most of it at a glance."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any

import msgspec

from loadtests.reckoning.belief import TIMES, Belief
from loadtests.reckoning.buckets import Buckets
from loadtests.reckoning.compare import Records
from simulator.observers.database import Database

_MEMBERS = ("state", "amount", "payme_time", *TIMES)
_STATE, _AMOUNT, _TIME, _CREATE, _PERFORM, _CANCEL = range(len(_MEMBERS))
Values = Sequence[Any]


class Witnesses:
    """Items and rows of one bucket. None for `items` or `rows`: that source was not asked."""

    def __init__(self, database: Database | None) -> None:
        self._database = database
        columns = database.transaction_columns if database is not None else ()
        self._places = [columns.index(name) if name in columns else -1 for name in _MEMBERS]
        self._plain = database is not None and database.keeps_what_was_sent
        self._items: dict[str, list[dict[str, Any]]] | None = None
        self._rows: dict[str, list[Values]] | None = None

    def read(
        self, items: Buckets | None, rows: Buckets | None, number: int, wanted: Container[str]
    ) -> None:
        """Take the next bucket."""
        self._items = _by_id(items, number, wanted, "id") if items is not None else None
        self._rows = _by_id(rows, number, wanted, 0) if rows is not None else None

    def agree(self, belief: Belief) -> bool:
        """True only if everybody has it once, as it was acknowledged: nothing is left to say."""
        if belief.clashes or len(belief.states) != 1:
            return False
        if self._items is not None:
            items = self._items.get(belief.payme_id, ())
            if len(items) != 1 or not _item_agrees(belief, items[0]):
                return False
        if self._rows is None:
            return self._items is not None
        rows = self._rows.get(belief.payme_id, ())
        return len(rows) == 1 and self._plain and self._row_agrees(belief, rows[0])

    def records(self, payme_id: str) -> Records:
        """All of it, in the protocol's names and units."""
        items = None if self._items is None else self._items.get(payme_id, ())
        if self._rows is None or self._database is None:
            return Records(items, None)
        of = self._database.transaction_of
        return Records(items, [of(values) for values in self._rows.get(payme_id, ())])

    def _row_agrees(self, belief: Belief, values: Values) -> bool:
        at, times = self._places, belief.times
        state = at[_STATE]
        return (
            (state < 0 or (type(values[state]) is int and values[state] in belief.states))
            and (at[_AMOUNT] < 0 or values[at[_AMOUNT]] == belief.amount)
            and (at[_TIME] < 0 or values[at[_TIME]] == belief.time)
            and (at[_CREATE] < 0 or values[at[_CREATE]] == times.get("create_time"))
            and (at[_PERFORM] < 0 or (values[at[_PERFORM]] or None) == times.get("perform_time"))
            and (at[_CANCEL] < 0 or (values[at[_CANCEL]] or None) == times.get("cancel_time"))
        )


def _item_agrees(belief: Belief, item: Mapping[str, Any]) -> bool:
    get, times = item.get, belief.times
    state = get("state")
    return (
        type(state) is int
        and state in belief.states
        and get("amount") == belief.amount
        and get("time") == belief.time
        and get("create_time") == times.get("create_time")
        and (get("perform_time") or None) == times.get("perform_time")
        and (get("cancel_time") or None) == times.get("cancel_time")
    )


def _by_id(
    buckets: Buckets, number: int, wanted: Container[str], key: str | int
) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    decode = msgspec.json.decode
    for line in buckets.lines(number):
        record = decode(line)
        payme_id = record[key]
        if payme_id in wanted:
            found.setdefault(payme_id, []).append(record)
    return found
