"""CreateTransaction: reserve the order for one Payme transaction, once and for ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from backend import orders, params, transactions
from backend.errors import ACCOUNT_MEMBER, Code, Refusal, about_account, about_state
from backend.logs import shown
from backend.methods.base import Call, Method, Result
from backend.methods.timeout import time_out
from backend.models import Payment, State, Transaction
from backend.params import Params


@dataclass(frozen=True, slots=True)
class Asked:
    """Payme's id and time (ms), the amount in tiyin, the account as sent."""

    id: str
    time: int
    amount: int
    account: dict[str, Any]


def _read(given: Params) -> Asked:
    payme_id = params.transaction_id(given)
    time = params.timestamp(given, "time")
    return Asked(payme_id, time, params.integer(given, "amount"), params.account(given))


def _line(asked: Asked) -> str:
    order_id = shown(asked.account.get(ACCOUNT_MEMBER))
    return f"CreateTransaction order_id={order_id}, transaction_id={shown(asked.id)}"


def _decide(call: Call, asked: Asked) -> Result:
    order = _named_order(call, asked)
    # By id, and before anything is said about the order: a repeat must get its first answer.
    stored = transactions.seek(call.session, asked.id)
    if stored is not None:
        return _repeat(call, asked, stored, order)
    if order is None:
        raise about_account(Code.ORDER_UNKNOWN)
    return _create(call, asked, order)


def _named_order(call: Call, asked: Asked) -> Payment | None:
    try:
        number = params.order_number(asked.account)
    except Refusal:
        return None
    return transactions.lock_order(call.session, number)


def _repeat(call: Call, asked: Asked, stored: Transaction, order: Payment | None) -> Result:
    if stored.state != State.CREATED:
        raise about_state(Code.IMPOSSIBLE)
    # The documents are silent on a known id with another account or amount; nothing is changed.
    if order is None or order.order_id != stored.order_id:
        raise about_account(Code.ORDER_UNKNOWN)
    if transactions.expired(stored, call.now):
        time_out(call, stored, order)
        raise about_state(Code.IMPOSSIBLE)
    if stored.amount != asked.amount:
        raise about_state(Code.WRONG_AMOUNT)
    call.done.append(f"Repeated CreateTransaction: transaction_id={shown(asked.id)}")
    return _answer(stored)


def _create(call: Call, asked: Asked, order: Payment) -> Result:
    orders.check_amount(call.settings, order, asked.amount)
    if call.settings.one_time:
        _make_free(call, order)
    created = _new(call, asked, order)
    if transactions.expired(created, call.now):
        raise about_state(Code.IMPOSSIBLE)
    _store(call, order, created)
    return _answer(created)


def _make_free(call: Call, order: Payment) -> None:
    """Let the order go from transactions that timed out; refuse if another one still holds it."""
    orders.check_unpaid(order)
    for held in orders.waiting(call.session, order):
        if not transactions.expired(held, call.now):
            raise orders.busy_at_create(call.settings.profile)
        time_out(call, held, order)
    # The old one must be gone before the new one comes: the index allows one at a time.
    call.session.flush()


def _new(call: Call, asked: Asked, order: Payment) -> Transaction:
    return Transaction(
        payme_id=asked.id,
        order_id=order.order_id,
        payme_time=asked.time,
        amount=asked.amount,
        account=asked.account,
        one_time=call.settings.one_time,
        state=State.CREATED,
        create_time=call.now,
    )


def _store(call: Call, order: Payment, created: Transaction) -> None:
    call.session.add(created)
    transactions.follow(call.session, order, created)
    call.session.flush()
    both = f"order_id={shown(order.order_id)}"
    payme_id = shown(created.payme_id)
    call.done.append(f"Updating payment: {both} with transaction_id={payme_id}")
    call.done.append(f"✅ Payment updated successfully: {both}, transaction_id={payme_id}")


def _answer(transaction: Transaction) -> Result:
    return {
        "create_time": transaction.create_time,
        "transaction": str(transaction.id),
        "state": int(transaction.state),
    }


METHOD = Method(_read, _line, _decide)
