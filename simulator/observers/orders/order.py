"""An order as a scenario sees it, and what can go wrong in making one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from simulator.config.placeholders import order_values


class OrdersError(Exception):
    """No order could be made. The text says what was tried, what came back, what to do.

    sent: what was sent, where that is more than the text says. own: what in the text is this one
    order's own, its number first, each with the placeholder that it stands for.
    """

    def __init__(self, text: str, sent: str = "") -> None:
        super().__init__(text)
        self.sent = sent
        self.own: tuple[tuple[str, str], ...] = ()


class OrdersUnreachable(OrdersError):
    """Nobody answered: the order's looks had no part in it."""


class OrdersExhausted(OrdersError):
    """The pool has no unused order left."""


@dataclass(frozen=True)
class Order:
    """A payable order, or one that does not exist.

    number: the name that we gave it. amount: tiyin. amount_sum: sum, whole.
    account: what Payme sends as params.account.
    member: the member of `account` that names the order, or "" if none does.
    captured: what the merchant told when it was made.
    """

    number: str
    amount: int
    amount_sum: int
    account: dict[str, Any]
    member: str
    captured: dict[str, Any] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """Every placeholder's value; what was captured wins over our own names."""
        return {**order_values(self.number, self.amount), **self.captured}


class OrderSource(Protocol):
    """Where scenarios get their orders. Safe to use from several threads."""

    def make(self, *, amount_sum: int | None = None) -> Order:
        """A fresh payable order of `amount_sum` sum, or of the configured amount.

        OrdersExhausted when there is none left, OrdersError for everything else.
        """

    def unknown(self) -> Order:
        """An order of the same shape that was never made and never will be."""

    def close(self) -> None:
        """Give back what was opened for it."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should hear about how orders were made."""


# Whether the merchant's database shows the order as payable.
IsPayable = Callable[[Order], bool]
