"""The two tables: what is being paid for, and every Payme transaction there ever was.

`payments` has the columns and indexes that the shop always had; its transaction columns mirror the
transaction that the order last saw. `transactions` keeps them all, because an order may see several
in its life and Payme may ask about any of them for ever.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The metadata that migrations are compared with."""


class State(IntEnum):
    """A transaction's state, as Payme numbers them. -1 and -2 are final."""

    CREATED = 1
    PERFORMED = 2
    CANCELLED = -1
    REFUNDED = -2


class Status(StrEnum):
    """An order's status. After an unpaid transaction is cancelled the order is pending again."""

    PENDING = "pending"
    SUCCESS = "success"
    CANCELLED = "cancelled"


class OrderColumns:
    """What every variant of the shop keeps of an order. `amount` is in sum, times in ms."""

    if TYPE_CHECKING:

        def __init__(self, **members: Any) -> None:
            """Made by the declarative base."""

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    order_id: Mapped[str] = mapped_column(String)
    transaction_id: Mapped[str | None] = mapped_column(String)
    payment_type: Mapped[str] = mapped_column(String, default="payme", server_default="payme")
    amount: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(
        String, default=Status.PENDING.value, server_default=Status.PENDING.value
    )
    state: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[int] = mapped_column(BigInteger)
    create_time: Mapped[int | None] = mapped_column(BigInteger)
    perform_time: Mapped[int | None] = mapped_column(BigInteger)
    cancel_time: Mapped[int | None] = mapped_column(BigInteger)


class Payment(OrderColumns, Base):
    """One order, or one account of an accumulating merchant, which holds `balance` tiyin."""

    balance: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0", sort_order=1)

    __tablename__ = "payments"
    __table_args__ = (
        Index("idx_payment_order_id", "order_id", unique=True),
        Index("idx_payment_transaction_id", "transaction_id", unique=True),
        Index("idx_payment_status", "status"),
    )


LIVE = text("one_time AND state IN (1, 2)")


class Transaction(Base):
    """One Payme transaction. `amount` is in tiyin, times in ms and null while unset.

    `account` is the object that Payme sent, unchanged. `one_time` is what the account was when the
    transaction was made: only those are held to one live transaction an order, by the database
    itself. The fiscal columns hold the two documents that SetFiscalData may bring.
    """

    __tablename__ = "transactions"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    payme_id: Mapped[str] = mapped_column(String(64))
    order_id: Mapped[str] = mapped_column(ForeignKey("payments.order_id"))
    payme_time: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[int] = mapped_column(BigInteger)
    account: Mapped[dict[str, Any]] = mapped_column(JSON)
    one_time: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[int] = mapped_column(Integer)
    reason: Mapped[int | None] = mapped_column(Integer)
    create_time: Mapped[int] = mapped_column(BigInteger)
    perform_time: Mapped[int | None] = mapped_column(BigInteger)
    cancel_time: Mapped[int | None] = mapped_column(BigInteger)
    fiscal_perform: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    fiscal_cancel: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    __table_args__ = (
        Index("idx_transaction_payme_id", "payme_id", unique=True),
        Index("idx_transaction_order_id", "order_id"),
        Index("idx_transaction_payme_time", "payme_time"),
        Index(
            "idx_transaction_one_live",
            "order_id",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
    )
