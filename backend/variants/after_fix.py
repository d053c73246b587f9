"""CreateTransaction after the repair: the order's row is found and written over.

The UNIQUE error is gone. What is still forgotten: that the transaction in the row may be alive or
final, that the amount has to be the order's, that an order may be paid already, that a transaction
lives for 12 hours, and that two calls may be here at once.
"""

from __future__ import annotations

from backend.errors import Code, Refusal, about_account
from backend.logs import log, shown
from backend.methods.base import Result
from backend.params import Params
from backend.variants.call import Call
from backend.variants.methods import created
from backend.variants.model import Payment


def create(call: Call, params: Params) -> Result | Refusal:
    """The shop's second code. Never raises: any error is rolled back and answered as -32400."""
    try:
        return _create(call, params)
    except Exception:
        call.session.rollback()
        log.exception("ERROR in CreateTransaction")
        return Refusal(Code.SYSTEM, "System error.")


def _create(call: Call, params: Params) -> Result | Refusal:
    transaction_id = params.get("id")
    order_id = params["account"].get("order_id")
    named = shown(order_id), shown(transaction_id)
    log.debug("CreateTransaction order_id=%s, transaction_id=%s", *named)

    # 1. Is it there already (a repeated call)?
    existing_transaction = (
        call.session.query(Payment).filter_by(transaction_id=transaction_id).first()
    )
    if existing_transaction:
        return created(existing_transaction)

    # 2. Find the payment by its order_id.
    payment = call.session.query(Payment).filter_by(order_id=order_id).first()
    if not payment:
        return about_account(Code.ORDER_UNKNOWN)

    # 3. Update the row that is there.
    log.debug("Updating payment: order_id=%s with transaction_id=%s", *named)
    payment.transaction_id = transaction_id
    payment.state = 1
    payment.time = params["time"]
    payment.create_time = call.now
    call.session.commit()
    log.debug("✅ Payment updated successfully: order_id=%s, transaction_id=%s", *named)
    return created(payment)
