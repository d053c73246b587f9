"""A merchant of whom nobody has said how to get an order: those that people name must do."""

from __future__ import annotations

import random
from collections.abc import Sequence

from simulator.observers.orders.order import Order, OrdersError


class NoOrders:
    """Makes none. An order that does not exist is all that it can think of."""

    def __init__(self, members: Sequence[str], rng: random.Random) -> None:
        self._members = tuple(members) or ("order_id",)
        self._rng = rng

    def make(self, *, amount_sum: int | None = None) -> Order:
        """OrdersError, always."""
        raise OrdersError(
            "the configuration does not say how to get a payable order; add [orders] with one of "
            "[orders.http], [orders.sql], [orders.command], [orders.pool]"
        )

    def unknown(self) -> Order:
        """Nobody's number, in every member."""
        number = str(self._rng.randrange(10**9, 10**10))
        account = dict.fromkeys(self._members, number)
        return Order(number, 100_000, 1_000, account, self._members[0])

    def close(self) -> None:
        """Nothing was opened."""

    @property
    def notes(self) -> tuple[str, ...]:
        return ()
