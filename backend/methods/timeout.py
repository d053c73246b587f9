"""Noticing that a transaction was never paid in time. Nothing sweeps: the next call notices."""

from __future__ import annotations

from backend import transactions
from backend.logs import shown
from backend.methods.base import Call
from backend.models import Payment, Transaction

TIMED_OUT = 4
"""Payme's reason for a cancellation by timeout."""


def time_out(call: Call, held: Transaction, order: Payment) -> None:
    """Cancel an expired transaction and release its order; committed even if a refusal follows."""
    transactions.cancel(held, TIMED_OUT, call.now)
    transactions.follow(call.session, order, held)
    number, payme_id = shown(order.order_id), shown(held.payme_id)
    call.done.append(f"Transaction timed out: order_id={number}, transaction_id={payme_id}")
