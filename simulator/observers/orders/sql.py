"""Orders made by SQL in the merchant's own tables."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, CursorResult, text
from sqlalchemy.exc import SQLAlchemyError

from simulator.config.orders import OrdersSql
from simulator.config.placeholders import render
from simulator.observers.database.reading import untyped
from simulator.observers.database.values import plain
from simulator.observers.engines import DatabaseError, masked, open_engine, reason
from simulator.observers.orders.order import OrdersError, OrdersUnreachable


class SqlMaker:
    """Runs the configured statements in one transaction an order."""

    def __init__(self, config: OrdersSql, database_url: str) -> None:
        url = config.url or database_url
        try:
            self._engine = open_engine(url, read_only=False)
        except DatabaseError as error:
            raise OrdersError(f"[orders.sql] {error}") from error
        self._config = config
        self._place = masked(url)
        self._statements = [text(statement) for statement in config.statement]
        self._names = [tuple(s.compile().params) for s in self._statements]

    def make(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What the statements returned, or {"id": …} of the new row. OrdersError if refused."""
        known = {**values, **render(self._config.params, values)}
        returned: dict[str, Any] = {}
        connection = self._connect()
        try:
            with connection, connection.begin():
                for place in range(len(self._statements)):
                    returned.update(self._run(connection, place, {**known, **returned}))
        except SQLAlchemyError as error:
            names = sorted({name for names in self._names for name in names})
            sent = ", ".join(f"{name} = {known[name]!r}" for name in names if name in known)
            raise OrdersError(f"[orders.sql] {self._place}: {reason(error)}", sent) from error
        return self._captured(returned)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _connect(self) -> Connection:
        try:
            return self._engine.connect()
        except SQLAlchemyError as error:
            raise OrdersUnreachable(
                f"[orders.sql] {self._place}: {reason(error)}; is the database running?"
            ) from error

    def _run(self, connection: Connection, place: int, known: Mapping[str, Any]) -> dict[str, Any]:
        names = self._names[place]
        missing = [name for name in names if name not in known]
        if missing:
            raise OrdersError(
                f"[orders.sql] the statement asks for :{missing[0]}; there are "
                + ", ".join(f":{name}" for name in known)
            )
        # Without a type the database itself gives a parameter the type of its column.
        statement = self._statements[place].bindparams(*(untyped(name) for name in names))
        return _returned(connection.execute(statement, {name: known[name] for name in names}))

    def _captured(self, returned: dict[str, Any]) -> dict[str, Any]:
        if not self._config.capture:
            return returned
        lacking = [c for c in self._config.capture.values() if c not in returned]
        if lacking:
            raise OrdersError(
                f"[orders.sql] nothing returned a column {lacking[0]}; there are: "
                + (", ".join(returned) or "none (add RETURNING to the statement)")
            )
        return {name: returned[column] for name, column in self._config.capture.items()}


def _returned(result: CursorResult[Any]) -> dict[str, Any]:
    """The last row by column, or the new row's id where the driver tells."""
    if result.returns_rows:
        rows = result.mappings().all()
        return {name: _simple(value) for name, value in rows[-1].items()} if rows else {}
    new_id = getattr(result, "lastrowid", None)
    return {"id": new_id} if new_id else {}


def _simple(value: Any) -> Any:
    """A value that JSON knows: other types as they are written."""
    value = plain(value)
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
