"""The merchant's own tables, under the protocol's names and in the protocol's units."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

from simulator.config.database import DatabaseConfig
from simulator.observers.database.ageing import Ageing
from simulator.observers.database.invariants import Invariants
from simulator.observers.database.order_rows import OrderRows
from simulator.observers.database.probing import probe
from simulator.observers.database.reading import Reader
from simulator.observers.database.times import TimeValue
from simulator.observers.database.transaction_rows import TransactionRows
from simulator.observers.database.values import Unreadable
from simulator.observers.engines import DatabaseError, open_engine
from simulator.observers.orders.order import Order
from simulator.observers.trouble import TroubleKind, begin_trouble, why_no_trouble

__all__ = ["Database", "DatabaseError", "Row", "Status", "TimeValue", "Unreadable"]

Row = dict[str, Any]
Status = Literal["payable", "reserved", "paid", "refunded", "cancelled"]


class Database:
    """What [database] shows. Reading never writes; only `age` does, and only where allowed."""

    def __init__(self, config: DatabaseConfig) -> None:
        """DatabaseError if the address or its driver is of no use. Nothing is connected yet."""
        self._config = config
        self._reader = Reader(open_engine(config.url, read_only=True), config.url)
        self._orders = OrderRows(config.orders, self._reader) if config.orders else None
        self._transactions = (
            TransactionRows(config.transactions, self._reader) if config.transactions else None
        )
        self._invariants = Invariants(config.invariants, self._reader)
        self._ageing: Ageing | None = None

    @property
    def maps_orders(self) -> bool:
        """Whether [database.orders] is there."""
        return self._orders is not None

    @property
    def maps_transactions(self) -> bool:
        """Whether [database.transactions] is there."""
        return self._transactions is not None

    @property
    def after_cancel(self) -> str:
        """What an order becomes when its unpaid transaction is cancelled: payable, cancelled."""
        return self._config.orders.after_cancel if self._config.orders else "payable"

    def has(self, column: str) -> bool:
        """Whether a logical column is mapped: "state", or "orders.status"."""
        table, _, name = column.rpartition(".")
        if table == "orders":
            orders = self._config.orders
            return getattr(orders.columns, name, None) is not None if orders else False
        return self._transactions is not None and name in self._transactions.columns

    def probe(self) -> None:
        """Look whether everything mapped is there. DatabaseError tells all that is not."""
        probe(self._config, self._reader)
        self.transactions(["0" * 24])
        if self._orders is not None:
            self._orders.probe()
        self._invariants.probe()

    def transactions(self, payme_ids: Sequence[str]) -> list[Row]:
        """Rows of these transactions, in the order of the ids; several if stored several times.

        By logical column: payme_id text; state, reason int or None; amount tiyin; times as
        TimeValue; Unreadable where the stored value is none of these.
        """
        return self._transactions.of(payme_ids) if self._transactions else []

    def transaction_count(self) -> int:
        """How many rows the transactions table has."""
        return self._transactions.count() if self._transactions else 0

    def order_count(self) -> int | None:
        """How many rows the orders table has; None if the transactions are rows of it as well."""
        return self._orders.count() if self._orders and not self.one_table else None

    def each_transaction(self) -> Iterator[tuple[Any, ...]]:
        """Every row of the transactions table, in one pass; values as stored, payme_id first."""
        return self._transactions.each() if self._transactions else iter(())

    @property
    def transaction_columns(self) -> tuple[str, ...]:
        """Logical names of the values of `each_transaction`."""
        return tuple(self._transactions.columns) if self._transactions else ()

    @property
    def keeps_what_was_sent(self) -> bool:
        """Whether a row has Payme's own numbers: states, tiyin, ms."""
        table = self._config.transactions
        if not table:
            return False
        return table.states is None and (table.amount_unit, table.time_unit) == ("tiyin", "ms")

    def transaction_of(self, values: Sequence[Any]) -> Row:
        """A row of `each_transaction` as `transactions` gives it."""
        return self._transactions.canonical(values) if self._transactions else {}

    def each_order(self) -> Iterator[tuple[str, Row]]:
        """Every row of the orders table, in one pass, with its order's key (see `order_key`)."""
        return self._orders.each() if self._orders else iter(())

    def order_key(self, order: Order) -> str:
        """What `each_order` calls the order. DatabaseError if `where` cannot be filled in."""
        return self._orders.key(order) if self._orders else ""

    @property
    def one_table(self) -> bool:
        """Whether an order's row is its transaction's too, and so knows of the last one only."""
        orders, transactions = self._config.orders, self._config.transactions
        return bool(orders and transactions and orders.table.lower() == transactions.table.lower())

    def order_row(self, order: Order) -> Row | None:
        """The order's first row: amount in tiyin, status as stored."""
        return next(iter(self.order_rows(order)), None)

    def order_rows(self, order: Order) -> list[Row]:
        """All rows that `where` finds for the order; one is right."""
        return self._orders.of(order) if self._orders else []

    def status_names(self, which: Status) -> list[Any]:
        """Values of the status column that mean `which`; empty when nothing was said."""
        status = self._config.orders.status if self._config.orders else None
        return list(getattr(status, which, None) or ())

    def is_payable(self, order: Order) -> bool:
        """Whether the order is there and, as far as status is mapped, can be paid."""
        row = self.order_row(order)
        if row is None:
            return False
        return "status" not in row or row["status"] in self.status_names("payable")

    def broken_invariants(self, order: Order, payme_id: str) -> list[tuple[str, str]]:
        """Name and offending rows of every invariant that does not hold."""
        return self._invariants.broken({**order.values(), "payme_id": payme_id})

    @property
    def general_invariants(self) -> tuple[str, ...]:
        """Names of those that are asked once and speak of everything."""
        return self._invariants.general

    @property
    def particular_invariants(self) -> tuple[str, ...]:
        """Names of those that are about one order or one transaction."""
        return self._invariants.particular

    def broken_general(self) -> list[tuple[str, str]]:
        """As `broken_invariants`, of those without parameters."""
        return self._invariants.broken({}, self._invariants.general)

    def broken_particular(self, order: Order, payme_id: str) -> list[tuple[str, str]]:
        """As `broken_invariants`, of those with parameters."""
        values = {**order.values(), "payme_id": payme_id}
        return self._invariants.broken(values, self._invariants.particular)

    def age(self, payme_ids: Sequence[str], by_ms: int) -> None:
        """Shift every time that is set in these transactions' rows `by_ms` into the past.

        DatabaseError unless age_rows allows it.
        """
        if not self._config.age_rows or not self._config.transactions:
            raise DatabaseError("rows may not be aged: write age_rows = true under [database]")
        if self._ageing is None:
            self._ageing = Ageing(self._config.url, self._config.transactions)
        self._ageing.age(payme_ids, by_ms)

    @property
    def why_no_trouble(self) -> str:
        """Why the database may or can not be troubled, or an empty text."""
        return why_no_trouble(self._config)

    def begin_trouble(self, kind: TroubleKind) -> Callable[[], None]:
        """Lock it, write-protect it or take it away, until what is given back is called.

        DatabaseError unless trouble allows it and it can be done.
        """
        return begin_trouble(self._config, kind)

    def close(self) -> None:
        """Close every connection."""
        self._reader.close()
        if self._ageing is not None:
            self._ageing.close()
