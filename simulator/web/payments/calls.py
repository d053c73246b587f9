"""The calls of one payment, as Payme words them."""

from __future__ import annotations

from typing import Any

from simulator.caller.client import Call
from simulator.protocol.vocabulary import Method
from simulator.web.journal import Context
from simulator.web.payments.states import Doing
from simulator.web.store import Kassa, Payment
from simulator.web.voice import Spoken, Voice

METHOD_OF = {
    Doing.CREATE: Method.CREATE,
    Doing.PERFORM: Method.PERFORM,
    Doing.CANCEL: Method.CANCEL,
    Doing.SETTLE: Method.CHECK,
}


def params_of(payment: Payment, method: Method) -> dict[str, Any]:
    """The params of that call. Create is repeated with the very same ones."""
    account = dict(payment.account)
    if method is Method.CHECK_PERFORM:
        return {"amount": payment.amount, "account": account}
    if method is Method.CREATE:
        return {
            "id": payment.transaction_id,
            "time": payment.payme_time,
            "amount": payment.amount,
            "account": account,
        }
    if method is Method.CANCEL:
        return {"id": payment.transaction_id, "reason": payment.reason}
    return {"id": payment.transaction_id}


def make(
    voice: Voice,
    kassa: Kassa,
    payment: Payment,
    method: Method,
    origin: str = "payment",
    attempt: int = 1,
    params: dict[str, Any] | None = None,
) -> Spoken:
    """Make the call; a fault rule may spoil it."""
    sent = params if params is not None else params_of(payment, method)
    context = Context(kassa.id, origin, payment.id, payment.transaction_id, attempt)
    return voice.say(kassa, Call(method.value, sent), context, payment.amount, payment.account)
