"""Rows of the transactions table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from simulator.config.database import TIME_COLUMNS, TransactionsTable
from simulator.observers.database.reading import Reader, count_where, select_where, spellings
from simulator.observers.database.times import TimeValue
from simulator.observers.database.values import choice, identifier, reason_code, tiyin, whole


class TransactionRows:
    """Reads transactions by Payme's ids. `columns` are the logical names that are mapped."""

    def __init__(self, config: TransactionsTable, reader: Reader) -> None:
        self._config = config
        self._reader = reader
        self.columns = config.columns.mapped()
        where = [config.columns.payme_id, *config.where]
        self._statement = select_where(config.table, self.columns, where)
        self._count = count_where(config.table, list(config.where))
        self._constants = {
            f"w{place}": spellings(reader.dialect, value)
            for place, value in enumerate(config.where.values(), start=1)
        }
        self._readers = {name: self._reading(name) for name in self.columns}

    def of(self, payme_ids: Sequence[str]) -> list[dict[str, Any]]:
        """Canonical rows, in the order of the ids."""
        if not payme_ids:
            return []
        rows = self._reader.rows(self._statement, {"w0": list(payme_ids), **self._constants})
        canonical = [{n: self._readers[n](v) for n, v in row.items()} for row in rows]
        places = {payme_id: place for place, payme_id in enumerate(payme_ids)}
        return sorted(canonical, key=lambda row: places.get(row["payme_id"], len(places)))

    def each(self) -> Iterator[tuple[Any, ...]]:
        """Every row there is, in one pass, its values as stored, in the order of `columns`."""
        constants = list(self._config.where)
        everything = select_where(self._config.table, self.columns, constants, first=1)
        for rows in self._reader.stream(everything, self._constants):
            yield from map(tuple, rows)

    def canonical(self, values: Sequence[Any]) -> dict[str, Any]:
        """A row of `each` as `of` gives it."""
        return {n: read(v) for (n, read), v in zip(self._readers.items(), values, strict=True)}

    def count(self) -> int:
        """How many rows there are, whoever made them."""
        return int(self._reader.rows(self._count, self._constants)[0]["rows"])

    def _reading(self, name: str) -> Callable[[Any], Any]:
        config = self._config
        if name in TIME_COLUMNS:
            return lambda value: TimeValue(value, config.time_unit)
        if name == "amount":
            return lambda value: tiyin(value, config.amount_unit)
        if name == "state":
            return self._state
        return reason_code if name == "reason" else identifier

    def _state(self, value: Any) -> Any:
        states = self._config.states
        if states is None:
            return whole(value, "a state")
        for number, names in (
            (1, states.created),
            (2, states.performed),
            (-1, states.cancelled),
            (-2, states.refunded),
        ):
            if names and choice(value, names) in names:
                return number
        return whole(value, "a state")
