"""What the runner needs of the observers, as types: the real ones are in `simulator.observers`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from simulator.conformance.makers import Order as Order
from simulator.observers.clock import Clock as Clock
from simulator.observers.clock import ClockError as ClockError
from simulator.observers.database import TimeValue
from simulator.observers.engines import DatabaseError as DatabaseError
from simulator.observers.orders.order import OrdersError
from simulator.observers.process import ProcessError as ProcessError
from simulator.observers.trouble import TroubleKind as TroubleKind

Time = TimeValue
"""A time in a column's own unit."""

Row = Mapping[str, object]


class Database(Protocol):
    """The merchant's database, read-only but for ageing."""

    @property
    def maps_orders(self) -> bool: ...
    @property
    def maps_transactions(self) -> bool: ...
    def transactions(self, payme_ids: Sequence[str]) -> Sequence[Row]: ...
    def transaction_count(self) -> int: ...
    def order_count(self) -> int | None: ...
    def order_rows(self, order: Any) -> Sequence[Row]: ...
    def status_names(self, which: Any) -> Sequence[object]: ...
    def broken_invariants(self, order: Any, payme_id: str) -> Sequence[tuple[str, str]]: ...
    def age(self, payme_ids: Sequence[str], by_ms: int) -> None: ...
    def has(self, column: str) -> bool: ...

    @property
    def after_cancel(self) -> str: ...
    @property
    def why_no_trouble(self) -> str: ...
    def begin_trouble(self, kind: TroubleKind) -> Callable[[], None]: ...


class MerchantProcess(Protocol):
    """The merchant as a process that this run has started."""

    def kill(self) -> None:
        """End it with all that it started, with no warning."""

    def start_again(self) -> None:
        """Start it and wait until it is ready. Raises ProcessError."""


NotLooked = (DatabaseError, OrdersError)
"""What an observer raises when it could not look; its text says why and what to do."""
