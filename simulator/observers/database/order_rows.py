"""Rows of the orders table."""

from __future__ import annotations

from typing import Any

from simulator.config.database import OrdersTable
from simulator.config.placeholders import render
from simulator.observers.database.reading import Reader, count_where, select_where, spellings
from simulator.observers.database.values import choice, tiyin
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
        """Rows with `amount` in tiyin and `status` as one of the configured values if it is one."""
        rows = self._reader.rows(self._statement, self._conditions(order), lenient=True)
        for row in rows:
            row.pop(_FOUND, None)
            if "amount" in row:
                row["amount"] = tiyin(row["amount"], self._config.amount_unit)
            if "status" in row:
                row["status"] = choice(row["status"], self._statuses)
        return rows

    def count(self) -> int:
        """How many rows there are, whosever orders they are."""
        return int(self._reader.rows(self._count, {})[0]["rows"])

    def probe(self) -> None:
        """Ask once. DatabaseError if the database refuses the question."""
        values = {f"w{place}": ["1"] for place in range(len(self._config.where))}
        self._reader.rows(self._statement, values, lenient=True)

    def _conditions(self, order: Order) -> dict[str, list[Any]]:
        values = order.values()
        try:
            where = [render(value, values) for value in self._config.where.values()]
        except KeyError as error:
            raise DatabaseError(
                f"[database.orders] where uses {{{error.args[0]}}}, and an order knows only "
                + ", ".join(f"{{{name}}}" for name in values)
            ) from error
        dialect = self._reader.dialect
        return {f"w{place}": spellings(dialect, value) for place, value in enumerate(where)}
