"""[database]: where the merchant keeps its orders and transactions."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from simulator.config.values import DatabaseUrl, Model, Raw, RawValues

TIME_COLUMNS = ("payme_time", "create_time", "perform_time", "cancel_time")


class OrderColumns(Model):
    """Columns of the orders table by logical name. What is not mapped is not looked at.

    amount, status: of an order. balance: what an accumulating account holds.
    """

    amount: str | None = None
    status: str | None = None
    balance: str | None = None


class OrderStatus(Model):
    """Which values the status column holds when an order is …; one value or a list each.

    payable, reserved (a transaction waits), paid, refunded, cancelled. "" stands for NULL too.
    """

    payable: RawValues
    reserved: RawValues
    paid: RawValues
    refunded: RawValues | None = None
    cancelled: RawValues | None = None


class OrdersTable(Model):
    """[database.orders].

    table: its name, with a schema if need be ("shop.orders").
    where: how an order's row is found; texts may hold {number} and captured names.
    columns: see OrderColumns, each optional. amount_unit: "sum" or "tiyin"; balance_unit: that of
      the balance, by default the same.
    status: see OrderStatus; needed when the status column is mapped.
    after_cancel: "payable" or "cancelled", what an order becomes when its unpaid transaction is
      cancelled.
    """

    table: str = Field(min_length=1)
    where: dict[str, Raw] = Field(min_length=1)
    columns: OrderColumns = OrderColumns()
    amount_unit: Literal["sum", "tiyin"] = "sum"
    balance_unit: Literal["sum", "tiyin"] | None = None
    status: OrderStatus | None = None
    after_cancel: Literal["payable", "cancelled"] = "payable"

    @model_validator(mode="after")
    def _statuses(self) -> OrdersTable:
        if self.columns.status is not None and self.status is None:
            raise ValueError(
                "the status column is mapped, so status = { payable = […], reserved = […], "
                "paid = […], refunded = […] } must say what its values mean"
            )
        if self.status is not None and self.columns.status is None:
            raise ValueError('status is given, but columns = { status = "…" } names no column')
        if self.balance_unit is not None and self.columns.balance is None:
            raise ValueError('balance_unit is given, but columns = { balance = "…" } names none')
        if self.after_cancel == "cancelled" and self.status and self.status.cancelled is None:
            raise ValueError('after_cancel = "cancelled" needs status.cancelled')
        return self


def _column_kind(value: Any) -> str:
    return "@off" if value is False else "@unsaid" if value is None else "@column"


class TransactionColumns(Model):
    """Columns of the transactions table by logical name. Only payme_id must be there.

    payme_id: Payme's id, 24 characters. state: 1, 2, -1, -2. reason, amount; payme_time: the
    `time` that Payme sent, or False if the merchant keeps no column for it; create_time,
    perform_time, cancel_time: what the merchant answers.
    """

    payme_id: str
    state: str | None = None
    reason: str | None = None
    amount: str | None = None
    payme_time: Annotated[
        Annotated[str, Tag("@column")]
        | Annotated[Literal[False], Tag("@off")]
        | Annotated[None, Tag("@unsaid")],
        Discriminator(_column_kind),
    ] = None
    create_time: str | None = None
    perform_time: str | None = None
    cancel_time: str | None = None

    def mapped(self) -> dict[str, str]:
        """Logical name -> the merchant's column, for those that are there."""
        return {name: column for name, column in self if isinstance(column, str)}


class StateValues(Model):
    """What the state column holds when it does not hold Payme's own 1, 2, -1, -2."""

    created: RawValues
    performed: RawValues
    cancelled: RawValues
    refunded: RawValues | None = None


class TransactionsTable(Model):
    """[database.transactions].

    table, columns: see TransactionColumns. where: constants that narrow the table, if shared.
    amount_unit: "tiyin" or "sum". time_unit: "ms", "s" or "datetime".
    states: only if the state column holds words of its own.
    """

    table: str = Field(min_length=1)
    columns: TransactionColumns
    where: dict[str, Raw] = Field(default_factory=dict)
    amount_unit: Literal["sum", "tiyin"] = "tiyin"
    time_unit: Literal["ms", "s", "datetime"] = "ms"
    states: StateValues | None = None


class Invariant(Model):
    """[[database.invariants]]: name and sql. The query must return no rows after every step.

    Parameters: :number, :payme_id, :amount_sum, :amount_tiyin and captured names.
    """

    name: str = Field(min_length=1)
    sql: str = Field(min_length=1)


def _kind(value: Any) -> str:
    return "@off" if value is False else "@unsaid" if value is None else "@table"


class DatabaseConfig(Model):
    """[database]. `orders` and `transactions`: a table, False (none to show), None (not said).

    url: any SQLAlchemy address; a relative SQLite path starts at the file's folder.
    age_rows: true lets time travel shift the times of the run's own transactions.
    trouble: true lets scenarios lock the database, write-protect it and take it away for seconds.
    invariants: see Invariant.
    """

    url: DatabaseUrl = Field(repr=False)
    age_rows: bool = False
    trouble: bool = False
    orders: Annotated[
        Annotated[OrdersTable, Tag("@table")]
        | Annotated[Literal[False], Tag("@off")]
        | Annotated[None, Tag("@unsaid")],
        Discriminator(_kind),
    ] = None
    transactions: Annotated[
        Annotated[TransactionsTable, Tag("@table")]
        | Annotated[Literal[False], Tag("@off")]
        | Annotated[None, Tag("@unsaid")],
        Discriminator(_kind),
    ] = None
    invariants: Annotated[tuple[Invariant, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _ageing(self) -> DatabaseConfig:
        if not self.age_rows:
            return self
        table = self.transactions
        if not table or not set(TIME_COLUMNS) & set(table.columns.mapped()):
            raise ValueError(
                "age_rows = true needs [database.transactions] with at least one time column"
            )
        return self
