"""CheckTransaction: how a transaction stands. Changes nothing, not even one that timed out."""

from __future__ import annotations

from backend import params, transactions
from backend.logs import shown
from backend.methods.base import Call, Method, Result
from backend.models import Transaction


def standing(transaction: Transaction) -> Result:
    """The members that CheckTransaction and the statement share; unset times are 0."""
    return {
        "create_time": transaction.create_time,
        "perform_time": transaction.perform_time or 0,
        "cancel_time": transaction.cancel_time or 0,
        "transaction": str(transaction.id),
        "state": int(transaction.state),
        "reason": transaction.reason,
    }


def _line(payme_id: str) -> str:
    return f"CheckTransaction transaction_id={shown(payme_id)}"


def _decide(call: Call, payme_id: str) -> Result:
    return standing(transactions.find(call.session, payme_id))


METHOD = Method(params.transaction_id, _line, _decide, writes=False)
