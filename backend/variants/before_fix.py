"""CreateTransaction before the repair: look for the transaction, and not finding it, insert.

The order is in `payments` since `/api/generate-qr`, so the insert of a second row with the same
`order_id` fails at the commit, for every order and at every try.
"""

from __future__ import annotations

from backend.logs import log, shown
from backend.methods.base import Result
from backend.orders import TIYIN_IN_SUM
from backend.params import Params
from backend.variants.call import Call
from backend.variants.methods import created
from backend.variants.model import Payment


def create(call: Call, params: Params) -> Result:
    """The shop's first code. Raises what the database raises."""
    transaction_id = params.get("id")
    order_id = params["account"].get("order_id")
    log.debug(
        "CreateTransaction order_id=%s, transaction_id=%s", shown(order_id), shown(transaction_id)
    )

    # By transaction_id, which no order has yet when Payme creates its first transaction.
    payment = call.session.query(Payment).filter_by(transaction_id=transaction_id).first()

    if not payment:
        # A new record, with the order_id of the one that is there.
        payment = Payment(
            order_id=order_id,
            transaction_id=transaction_id,
            amount=params["amount"] // TIYIN_IN_SUM,
            state=1,
            time=params["time"],
            created_at=call.now,
            create_time=call.now,
        )
        call.session.add(payment)
        call.session.commit()

    return created(payment)
