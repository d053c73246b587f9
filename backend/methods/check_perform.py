"""CheckPerformTransaction: may this account be paid with this amount right now? Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from backend import fiscal, orders, params, transactions
from backend.errors import ACCOUNT_MEMBER
from backend.logs import shown
from backend.methods.base import Call, Method, Result
from backend.models import Payment
from backend.params import Params


@dataclass(frozen=True, slots=True)
class Asked:
    """Amount in tiyin, any whole number; the account as sent and not yet looked into."""

    amount: int
    account: dict[str, Any]


def _read(given: Params) -> Asked:
    return Asked(params.integer(given, "amount"), params.account(given))


def _line(asked: Asked) -> str:
    order_id = shown(asked.account.get(ACCOUNT_MEMBER))
    return f"CheckPerformTransaction order_id={order_id}, amount={shown(asked.amount)}"


def _decide(call: Call, asked: Asked) -> Result:
    number = params.order_number(asked.account)
    order = orders.known(orders.find(call.session, number))
    orders.check_amount(call.settings, order, asked.amount)
    if call.settings.one_time:
        _check_free(call, order)
    return {"allow": True} | _detail(call, asked.amount)


def _check_free(call: Call, order: Payment) -> None:
    orders.check_unpaid(order)
    held = orders.waiting(call.session, order)
    if not all(transactions.expired(one, call.now) for one in held):
        raise orders.busy_at_check()


def _detail(call: Call, amount: int) -> Result:
    item = call.settings.fiscal_item
    return {} if item is None else {"detail": fiscal.detail(item, amount)}


METHOD = Method(_read, _line, _decide, writes=False)
