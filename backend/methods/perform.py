"""PerformTransaction: the money has been taken, the order is paid. Once."""

from __future__ import annotations

from backend import params, transactions
from backend.errors import Code, about_state
from backend.logs import shown
from backend.methods.base import Call, Method, Result
from backend.methods.timeout import time_out
from backend.models import Payment, State, Transaction


def _line(payme_id: str) -> str:
    return f"PerformTransaction transaction_id={shown(payme_id)}"


def _decide(call: Call, payme_id: str) -> Result:
    transaction, order = transactions.lock(call.session, payme_id)
    if transactions.expired(transaction, call.now):
        time_out(call, transaction, order)
        raise about_state(Code.IMPOSSIBLE)
    if transaction.state == State.CREATED:
        _perform(call, transaction, order)
    elif transaction.state != State.PERFORMED:
        raise about_state(Code.IMPOSSIBLE)
    else:
        call.done.append(f"Repeated PerformTransaction: transaction_id={shown(payme_id)}")
    return _answer(transaction)


def _perform(call: Call, transaction: Transaction, order: Payment) -> None:
    transaction.state = State.PERFORMED
    transaction.perform_time = call.now
    transactions.credit(order, transaction, transaction.amount)
    transactions.follow(call.session, order, transaction)
    call.done.append(f"Payment success for order_id={shown(order.order_id)}")


def _answer(transaction: Transaction) -> Result:
    return {
        "transaction": str(transaction.id),
        "perform_time": transaction.perform_time,
        "state": int(transaction.state),
    }


METHOD = Method(params.transaction_id, _line, _decide)
