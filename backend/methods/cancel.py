"""CancelTransaction: give the order back, or the money."""

from __future__ import annotations

from dataclasses import dataclass

from backend import params, transactions
from backend.errors import Code, about_state
from backend.logs import shown
from backend.methods.base import Call, Method, Result
from backend.models import Payment, State, Transaction
from backend.params import Params


@dataclass(frozen=True, slots=True)
class Asked:
    """Payme's id and its code for why."""

    id: str
    reason: int


def _read(given: Params) -> Asked:
    return Asked(params.transaction_id(given), params.reason(given))


def _line(asked: Asked) -> str:
    return f"CancelTransaction transaction_id={shown(asked.id)}, reason={asked.reason}"


def _decide(call: Call, asked: Asked) -> Result:
    transaction, order = transactions.lock(call.session, asked.id)
    if transaction.state in (State.CANCELLED, State.REFUNDED):
        call.done.append(f"Repeated CancelTransaction: transaction_id={shown(asked.id)}")
        return _answer(transaction)
    if transaction.state == State.PERFORMED and not call.settings.refunds:
        raise about_state(Code.NOT_CANCELLABLE)
    _cancel(call, transaction, order, asked.reason)
    return _answer(transaction)


def _cancel(call: Call, transaction: Transaction, order: Payment, reason: int) -> None:
    if transaction.state == State.PERFORMED:
        transactions.credit(order, transaction, -transaction.amount)
    transactions.cancel(transaction, reason, call.now)
    transactions.follow(call.session, order, transaction)
    call.done.append(f"Payment cancelled for order_id={shown(order.order_id)}")


def _answer(transaction: Transaction) -> Result:
    return {
        "transaction": str(transaction.id),
        "cancel_time": transaction.cancel_time,
        "state": int(transaction.state),
    }


METHOD = Method(_read, _line, _decide)
