"""Orders that are made on demand, by whatever maker the configuration names."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from typing import Any, Protocol

from simulator.config.orders import OrdersConfig
from simulator.config.placeholders import (
    ORDER_NAMES,
    names_in,
    naming_member,
    order_values,
)
from simulator.observers.engines import DatabaseError
from simulator.observers.orders.captures import truncated
from simulator.observers.orders.numbers import Numbers
from simulator.observers.orders.order import IsPayable, Order, OrdersError, OrdersUnreachable
from simulator.observers.orders.shapes import build_order, unlike

_SHOWN = 300


class Maker(Protocol):
    """Makes one order in the merchant's system."""

    def make(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Make it with these placeholders and tell what the merchant said. OrdersError if not."""

    def close(self) -> None:
        """Give back what was opened for it."""


class MadeOrders:
    """An order source over a maker.

    The first order settles which numbers the merchant takes: if letters are refused, or leave
    an order that its database does not show as payable, digits alone are tried.
    """

    def __init__(
        self,
        config: OrdersConfig,
        numbers: Numbers,
        maker: Maker,
        is_payable: IsPayable | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self._config = config
        self._numbers = numbers
        self._maker = maker
        self._is_payable = is_payable
        self._rng = rng or random.Random()
        self._member = naming_member(config.account)
        self._lock = threading.Lock()
        self._settled = numbers.style == "digits"
        self._sample: Order | None = None
        self._kept: list[Order] = []
        self._notes: list[str] = []

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should hear about how orders were made."""
        return tuple(self._notes)

    def make(self, *, amount_sum: int | None = None) -> Order:
        """A fresh payable order."""
        with self._lock:
            if amount_sum is None and self._kept:
                return self._kept.pop()
            if not self._settled:
                return self._first(amount_sum)
        return self._make(amount_sum)

    def close(self) -> None:
        """Close the maker."""
        self._maker.close()

    def unknown(self) -> Order:
        """An order that was never made, looking like those that were."""
        number = self._numbers.take()
        naming = set(names_in(self._config.account.get(self._member)))
        captured = {
            name: unlike(value, self._numbers, self._rng) if name in naming else value
            for name, value in self._shape().items()
        }
        return build_order(self._config.account, number, self._config.amount * 100, captured)

    def _shape(self) -> dict[str, Any]:
        """What is captured of an order, as far as it shapes the account."""
        beyond = set(names_in(self._config.account)) - set(ORDER_NAMES)
        if beyond or self._config.captured_names() & set(ORDER_NAMES):
            return self._known_shape().captured
        return {}

    def _known_shape(self) -> Order:
        """Some order that was made; if there is none, the next one, made now and kept."""
        if self._sample is None:
            order = self.make()
            with self._lock:
                self._kept.append(order)
            return order
        return self._sample

    def _make(self, amount_sum: int | None) -> Order:
        amount = self._config.amount if amount_sum is None else amount_sum
        number = self._numbers.take()
        values = order_values(number, amount * 100)
        try:
            captured = self._maker.make(values)
        except OrdersError as error:
            error.own = tuple((str(values[name]), f"{{{name}}}") for name in ("number", "digits"))
            raise
        order = build_order(self._config.account, number, amount * 100, captured)
        self._sample = self._sample or order
        return order

    def _first(self, amount_sum: int | None) -> Order:
        try:
            order = self._make(amount_sum)
        except OrdersUnreachable:
            raise
        except OrdersError as error:
            order = self._with_digits(amount_sum, error)
        else:
            order = self._checked(order, amount_sum)
        self._settled = True
        return order

    def _with_digits(self, amount_sum: int | None, refusal: OrdersError) -> Order:
        self._numbers.style = "digits"
        try:
            order = self._make(amount_sum)
        except OrdersError as error:
            self._numbers.style = "letters"
            text = f"{refusal}\n(a number of digits alone was refused too)"
            both = OrdersError(text, refusal.sent)
            both.own = refusal.own
            raise both from error
        self._note_digits("refuses order numbers with letters", f". It said: {_flat(refusal)}")
        return order

    def _checked(self, order: Order, amount_sum: int | None) -> Order:
        """The order, or one with digits alone if only that shows in the database."""
        if self._is_payable is None or self._shown_payable(order):
            return order
        self._numbers.style = "digits"
        try:
            other = self._make(amount_sum)
            if self._shown_payable(other):
                self._sample = other
                self._note_digits("shows no payable order under a number with letters")
                return other
        except OrdersError:
            pass  # letters were accepted, so the order made with them is the better one to go by
        self._numbers.style = "letters"
        return order

    def _shown_payable(self, order: Order) -> bool:
        try:
            return self._is_payable is not None and self._is_payable(order)
        except DatabaseError as error:
            raise OrdersError(f"whether the order is payable cannot be seen: {error}") from error

    def _note_digits(self, why: str, further: str = "") -> None:
        self._notes.append(f"the merchant {why}; this run uses digits alone{further}")


def _flat(error: OrdersError) -> str:
    return truncated(" ".join(str(error).split()), _SHOWN)
