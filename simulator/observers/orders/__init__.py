"""Fresh payable orders for scenarios, however the merchant makes them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from simulator.config.models import Config
from simulator.observers.orders.command import CommandMaker
from simulator.observers.orders.http import HttpMaker
from simulator.observers.orders.making import MadeOrders, Maker
from simulator.observers.orders.none import NoOrders
from simulator.observers.orders.numbers import Numbers
from simulator.observers.orders.order import (
    IsPayable,
    Order,
    OrdersError,
    OrdersExhausted,
    OrderSource,
    OrdersUnreachable,
)
from simulator.observers.orders.pool import PoolOrders
from simulator.observers.orders.sql import SqlMaker

__all__ = [
    "NoOrders",
    "Numbers",
    "Order",
    "OrderSource",
    "OrdersError",
    "OrdersExhausted",
    "OrdersUnreachable",
    "open_orders",
]


def open_orders(
    config: Config,
    numbers: Numbers,
    client: httpx.Client,
    *,
    is_payable: IsPayable | None = None,
    folder: Path | None = None,
    rng: random.Random | None = None,
    clock: Callable[[], float] = time.time,
    part: tuple[int, int] = (0, 1),
) -> OrderSource:
    """The source that [orders] describes; OrdersError if there is none or it is of no use.

    `client` is shared and stays open. `is_payable` asks the database observer, if there is one
    with an orders table. `folder` is where a pool remembers used orders: the configuration's.
    `part` is (mine, of): of a pool that several processes share, this one has every `of`-th order.
    """
    orders = config.orders
    if orders is None:
        raise OrdersError(
            "the configuration does not say how to get a payable order; add [orders] with one of "
            "[orders.http], [orders.sql], [orders.command], [orders.pool]"
        )
    if orders.numbers == "digits":
        numbers.style = "digits"
    if orders.pool is not None:
        place = folder or Path.cwd()
        return PoolOrders(orders, numbers, place, is_payable, rng=rng, clock=clock, part=part)
    return MadeOrders(orders, numbers, _maker(config, client), is_payable, rng)


def _maker(config: Config, client: httpx.Client) -> Maker:
    orders = config.orders
    assert orders is not None
    if orders.http is not None:
        return HttpMaker(orders.http, client)
    if orders.sql is not None:
        return SqlMaker(orders.sql, config.database.url if config.database else "")
    assert orders.command is not None
    return CommandMaker(orders.command)
