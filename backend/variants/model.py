"""The one table `payments`: an order, and in the same row its transaction.

There is room for one transaction an order, which is the root of most of what goes wrong here.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from backend.models import OrderColumns


class Base(DeclarativeBase):
    """Metadata of its own: the reference merchant has a table of the same name."""


class Payment(OrderColumns, Base):
    """An order. `time` is Payme's, in ms; `reason` why the transaction was cancelled."""

    __tablename__ = "payments"

    order_id: Mapped[str] = mapped_column(String, unique=True)
    transaction_id: Mapped[str | None] = mapped_column(String, unique=True)
    time: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[int | None] = mapped_column(Integer)
