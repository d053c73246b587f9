"""The methods that both codes share: right for one call at a time and one transaction an order.

The row is read, changed and committed without a lock, as CreateTransaction does it.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from backend import params
from backend.clock import TIMEOUT_MS
from backend.errors import ACCOUNT_MEMBER, Code, Refusal, about_account, about_state
from backend.logs import log, shown
from backend.methods.base import Result
from backend.methods.timeout import TIMED_OUT
from backend.models import State, Status
from backend.orders import TIYIN_IN_SUM
from backend.params import LAST_MS, Params
from backend.variants.call import Call
from backend.variants.model import Payment


def check_perform(call: Call, given: Params) -> Result:
    """May this order be paid with this amount right now?"""
    amount, account = params.integer(given, "amount"), params.account(given)
    order_id = account.get(ACCOUNT_MEMBER)
    log.debug("CheckPerformTransaction order_id=%s, amount=%s", shown(order_id), shown(amount))
    number = params.order_number(account)
    payment = call.session.query(Payment).filter_by(order_id=number).first()
    if payment is None:
        raise about_account(Code.ORDER_UNKNOWN)
    if amount != payment.amount * TIYIN_IN_SUM:
        raise about_state(Code.WRONG_AMOUNT)
    if payment.status != Status.PENDING:
        paid = payment.status == Status.SUCCESS
        raise about_account(Code.ORDER_PAID if paid else Code.ORDER_REFUNDED)
    if payment.state == State.CREATED and not _expired(call, payment):
        raise about_account(Code.ORDER_BUSY)
    return {"allow": True}


def perform(call: Call, given: Params) -> Result:
    """The money has been taken."""
    payment = _found(call, given, "PerformTransaction transaction_id=%s")
    if _expired(call, payment):
        _cancel(call, payment, TIMED_OUT)
        raise about_state(Code.IMPOSSIBLE)
    if payment.state == State.CREATED:
        payment.state = State.PERFORMED
        payment.status = Status.SUCCESS
        payment.perform_time = call.now
        call.session.commit()
        log.debug("Payment success for order_id=%s", shown(payment.order_id))
    elif payment.state != State.PERFORMED:
        raise about_state(Code.IMPOSSIBLE)
    return _standing(payment, "perform_time")


def cancel(call: Call, given: Params) -> Result:
    """Give the order back, or the money."""
    reason = params.reason(given)
    payment = _found(call, given, f"CancelTransaction transaction_id=%s, reason={reason}")
    if payment.state == State.PERFORMED and not call.settings.refunds:
        raise about_state(Code.NOT_CANCELLABLE)
    if payment.state in (State.CREATED, State.PERFORMED):
        _cancel(call, payment, reason)
        log.debug("Payment cancelled for order_id=%s", shown(payment.order_id))
    return _standing(payment, "cancel_time")


def check(call: Call, given: Params) -> Result:
    """How a transaction stands."""
    payment = _found(call, given, "CheckTransaction transaction_id=%s")
    return _whole(payment)


def statement(call: Call, given: Params) -> Result:
    """The transactions that are in some row, by Payme's time."""
    begin, end = params.integer(given, "from"), params.integer(given, "to")
    log.debug("GetStatement from=%s, to=%s", begin, end)
    query = (
        select(Payment)
        .where(Payment.transaction_id.is_not(None))
        .where(Payment.time.between(max(0, min(begin, LAST_MS + 1)), max(-1, min(end, LAST_MS))))
        .order_by(Payment.time, Payment.id)
    )
    return {"transactions": [_item(one) for one in call.session.scalars(query)]}


def created(payment: Payment) -> Result:
    """The answer of CreateTransaction, from whatever is in the row."""
    return _standing(payment, "create_time")


def _found(call: Call, given: Params, line: str) -> Payment:
    transaction_id = params.transaction_id(given)
    log.debug(line, shown(transaction_id))
    payment = call.session.query(Payment).filter_by(transaction_id=transaction_id).first()
    if payment is None:
        raise about_state(Code.NO_TRANSACTION)
    return payment


def _expired(call: Call, payment: Payment) -> bool:
    return payment.state == State.CREATED and call.now - (payment.time or 0) > TIMEOUT_MS


def _cancel(call: Call, payment: Payment, reason: int) -> None:
    paid = payment.state == State.PERFORMED
    payment.state = State.REFUNDED if paid else State.CANCELLED
    payment.status = Status.CANCELLED if paid else Status.PENDING
    payment.reason = reason
    payment.cancel_time = call.now
    call.session.commit()


def _standing(payment: Payment, time: str) -> Result:
    return {time: getattr(payment, time), "transaction": str(payment.id), "state": payment.state}


def _whole(payment: Payment) -> Result:
    return {
        "create_time": payment.create_time,
        "perform_time": payment.perform_time or 0,
        "cancel_time": payment.cancel_time or 0,
        "transaction": str(payment.id),
        "state": payment.state,
        "reason": payment.reason,
    }


def _item(payment: Payment) -> Result:
    return {
        "id": payment.transaction_id,
        "time": payment.time,
        "amount": payment.amount * TIYIN_IN_SUM,
        "account": {ACCOUNT_MEMBER: payment.order_id},
    } | _whole(payment)


METHODS: dict[str, Callable[[Call, Params], Result | Refusal]] = {
    "CheckPerformTransaction": check_perform,
    "PerformTransaction": perform,
    "CancelTransaction": cancel,
    "CheckTransaction": check,
    "GetStatement": statement,
}
"""Without CreateTransaction, which each code brings itself."""
