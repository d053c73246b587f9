"""Time travel: shifting the times of the run's own transactions in the merchant's table.

Values are read, shifted here and written back, so that every database and every way to keep a
time works alike; a row is only touched while it still holds what was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import SQLAlchemyError

from simulator.config.database import TIME_COLUMNS, TransactionsTable
from simulator.observers.database.reading import named_table, spellings, untyped
from simulator.observers.database.times import STAMP, TimeUnit, TimeValue
from simulator.observers.database.values import decimal_of, plain
from simulator.observers.engines import DatabaseError, masked, open_engine, reason


class Ageing:
    """Writes to the merchant's database; its connection is its own."""

    def __init__(self, url: str, config: TransactionsTable) -> None:
        self._engine = open_engine(url, read_only=False)
        self._place = masked(url)
        self._config = config
        mapped = config.columns.mapped()
        self._times = [mapped[name] for name in TIME_COLUMNS if name in mapped]
        self._table = named_table(config.table, [*mapped.values(), *config.where])
        self._id = self._table.c[config.columns.payme_id]

    def age(self, payme_ids: Sequence[str], by_ms: int) -> None:
        """Shift in one transaction, committed when this returns."""
        try:
            with self._engine.begin() as connection:
                for payme_id in payme_ids:
                    for column in self._times:
                        self._shift(connection, payme_id, column, by_ms)
        except SQLAlchemyError as error:
            raise DatabaseError(
                f"{self._place}: rows cannot be aged: {reason(error)}\n"
                "the user in database.url must be allowed to write, or write age_rows = false"
            ) from error

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _shift(self, connection: Connection, payme_id: str, column: str, by_ms: int) -> None:
        cell = self._table.c[column]
        mine = [self._id.in_(untyped("payme", many=True))]
        values: dict[str, Any] = {"payme": [payme_id]}
        for place, (name, constant) in enumerate(self._config.where.items()):
            mine.append(self._table.c[name].in_(untyped(f"w{place}", many=True)))
            values[f"w{place}"] = spellings(self._engine.dialect.name, constant)
        found = connection.execute(select(cell).where(*mine).distinct(), values).scalars().all()
        for old in found:
            if TimeValue(old, self._config.time_unit).unset:
                continue
            new = shifted(old, by_ms, self._config.time_unit)
            statement = update(self._table).where(*mine, cell == untyped("old"))
            connection.execute(
                statement.values({cell: untyped("new")}), {**values, "old": old, "new": new}
            )


def shifted(old: Any, by_ms: int, unit: TimeUnit) -> Any:
    """The value `by_ms` earlier, of the same type and written the same way.

    DatabaseError if it is not a time in `unit`.
    """
    value = plain(old)
    if isinstance(value, datetime):
        return value - timedelta(milliseconds=by_ms)
    if decimal_of(value) is not None:
        return _shifted_number(value, by_ms, unit)
    match = STAMP.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or unit != "datetime":
        raise DatabaseError(f"rows cannot be aged: {TimeValue(old, unit)}")
    return _shifted_stamp(match["day"], match["between"], match["clock"], by_ms) + (
        (match["fraction"] or "") + (match["zone"] or "")
    )


def _shifted_number(value: Any, by_ms: int, unit: TimeUnit) -> Any:
    exact = decimal_of(value)
    assert exact is not None
    in_ms = unit == "ms" or (unit == "datetime" and abs(exact) >= 100_000_000_000)
    new = exact - (by_ms if in_ms else by_ms // 1000)
    return str(new) if isinstance(value, str) else type(value)(new)


def _shifted_stamp(day: str, between: str, clock: str, by_ms: int) -> str:
    """Whole seconds only: the fraction stays as it is written."""
    moment = datetime.fromisoformat(f"{day}T{clock}") - timedelta(seconds=by_ms // 1000)
    written = "%H:%M:%S" if clock.count(":") == 2 else "%H:%M"
    return moment.strftime(f"%Y-%m-%d{between}{written}")
