"""Rows of the orders table."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from simulator.config.database import OrdersTable
from simulator.config.placeholders import render
from simulator.observers.database.reading import Reader, count_where, select_where, spellings
from simulator.observers.database.values import choice, plain, tiyin
from simulator.observers.engines import DatabaseError
from simulator.observers.orders.order import Order

_FOUND = "found"  # the label of the one column that is read when none is mapped


class OrderRows:
    """Reads an order's row by the configured conditions."""

    def __init__(self, config: OrdersTable, reader: Reader) -> None:
        self._config = config
        self._reader = reader
        columns = {n: c for n, c in config.columns if c is not None}
        # A table of which no column is mapped still shows whether the order is there.
        chosen = columns or {_FOUND: next(iter(config.where))}
        self._statement = select_where(config.table, chosen, list(config.where))
        self._count = count_where(config.table, [])
        status = config.status
        self._statuses = (
            tuple(value for _, values in status for value in values or ()) if status else ()
        )

    def of(self, order: Order) -> list[dict[str, Any]]:
        """Rows with amounts in tiyin, and `status` as one of the configured values if it is."""
        rows = self._reader.rows(self._statement, self._conditions(order), lenient=True)
        return [self._canonical(row) for row in rows]

    def each(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every row there is, in one pass, as `of` gives it, with the `key` of its order."""
        where = list(self._config.where)
        mapped = {name: column for name, column in self._config.columns if column is not None}
        found = {f"w{place}": column for place, column in enumerate(where)}
        for rows in self._reader.stream(
            select_where(self._config.table, {**found, **mapped}, []), {}
        ):
            for row in rows:
                values = dict(zip(mapped, row[len(where) :], strict=True))
                yield key_of(row[: len(where)]), self._canonical(values)

    def key(self, order: Order) -> str:
        """What tells the order's rows in `each`. DatabaseError if `where` cannot be filled in."""
        return key_of(self._wanted(order))

    def _canonical(self, row: dict[str, Any]) -> dict[str, Any]:
        row.pop(_FOUND, None)
        if "amount" in row:
            row["amount"] = tiyin(row["amount"], self._config.amount_unit)
        if "balance" in row:
            unit = self._config.balance_unit or self._config.amount_unit
            row["balance"] = tiyin(row["balance"], unit)
        if "status" in row:
            row["status"] = choice(row["status"], self._statuses)
        return row

    def count(self) -> int:
        """How many rows there are, whosever orders they are."""
        return int(self._reader.rows(self._count, {})[0]["rows"])

    def probe(self) -> None:
        """Ask once. DatabaseError if the database refuses the question."""
        values = {f"w{place}": ["1"] for place in range(len(self._config.where))}
        self._reader.rows(self._statement, values, lenient=True)

    def _wanted(self, order: Order) -> list[Any]:
        """The values of `where` for the order."""
        values = order.values()
        try:
            return [render(value, values) for value in self._config.where.values()]
        except KeyError as error:
            raise DatabaseError(
                f"[database.orders] where uses {{{error.args[0]}}}, and an order knows only "
                + ", ".join(f"{{{name}}}" for name in values)
            ) from error

    def _conditions(self, order: Order) -> dict[str, list[Any]]:
        dialect = self._reader.dialect
        return {
            f"w{place}": spellings(dialect, value)
            for place, value in enumerate(self._wanted(order))
        }


def key_of(values: Sequence[Any]) -> str:
    """Values of `where` as one text, the same for all spellings of a value."""
    return "\0".join(map(_spelled, values))


def _spelled(value: Any) -> str:
    value = plain(value)
    if isinstance(value, bool):
        return str(int(value))
    text = str(value)
    if len(text) in (32, 36):
        try:
            return uuid.UUID(text).hex
        except ValueError:
            return text
    return text
