"""Building an order from what is known about it, and values that look like another one's."""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Mapping
from typing import Any

from simulator.config.placeholders import naming_member, order_values, render
from simulator.observers.database.values import Unreadable, tiyin
from simulator.observers.orders.numbers import Numbers
from simulator.observers.orders.order import Order, OrdersError

_HEX = re.compile(r"[0-9a-f]{16,}", re.IGNORECASE)


def build_order(
    account: Mapping[str, Any], number: str, amount: int, captured: Mapping[str, Any]
) -> Order:
    """An order of `amount` tiyin. A captured number or amount is the merchant's word and wins.

    Another captured number, such as a row's id, is a text in `account`, as Payme sends it.
    OrdersError when `account` needs something that was not captured.
    """
    number = str(captured.get("number", number))
    amount = _amount(amount, captured)
    known = {**order_values(number, amount), **captured}
    try:
        filled = render(account, {**known, **{n: _sent(v) for n, v in captured.items()}})
    except KeyError as error:
        raise OrdersError(
            f"[orders] account uses {{{error.args[0]}}}, and there are only "
            + ", ".join(f"{{{name}}}" for name in known)
        ) from error
    return Order(number, amount, amount // 100, filled, naming_member(account), dict(captured))


def _sent(value: Any) -> Any:
    return str(value) if type(value) in (int, float) else value


def _amount(amount: int, captured: Mapping[str, Any]) -> int:
    for name, unit in (("amount_tiyin", "tiyin"), ("amount_sum", "sum")):
        if name in captured:
            told = tiyin(captured[name], "sum" if unit == "sum" else "tiyin")
            if told is None or isinstance(told, Unreadable) or told <= 0:
                raise OrdersError(f"the captured {name} is no amount: {captured[name]!r}")
            return told
    return amount


def unlike(value: Any, numbers: Numbers, rng: random.Random) -> Any:
    """A value of the same look that no order has: it is taken from numbers that nobody gets."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return value
    fresh = numbers.take_int()
    if isinstance(value, int):
        return fresh
    if value.isascii() and value.isdigit():
        return str(fresh).rjust(len(value), "9")
    if _is_uuid(value):
        return str(uuid.UUID(int=rng.getrandbits(128), version=4))
    if _HEX.fullmatch(value):
        return f"{rng.getrandbits(4 * len(value)):0{len(value)}x}"
    return numbers.take()


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
