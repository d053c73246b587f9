"""Payments: begin, pay, cancel, refund, and see what became of them."""

from __future__ import annotations

from simulator.web.control import schemas, shown
from simulator.web.control.operation import operation
from simulator.web.control.schemas import PaymentId, PaymentShown
from simulator.web.days import bounds
from simulator.web.kassas import CONFIGURED
from simulator.web.payments import CARDS, Filter, NewPayment, Receipt, accept
from simulator.web.payments.cards import EXPIRY, SMS_CODE
from simulator.web.problems import conflict
from simulator.web.server import Server


@operation("GET", "/payments", refuses=(404,))
def list_payments(server: Server, query: schemas.PaymentsQuery) -> schemas.PaymentsShown:
    """Payments, the newest first; every filter that is given must hold."""
    since, until = bounds(query.first_day, query.last_day, query.created_from, query.created_to)
    found = server.payments.records.search(
        Filter(
            kassa=query.kassa,
            states=tuple(query.state),
            text=query.text,
            amount=query.amount,
            created_from=since,
            created_to=until,
            before=query.before,
            limit=query.limit,
        )
    )
    more = found[-1].id if len(found) == query.limit else None
    return schemas.PaymentsShown(payments=[shown.payment(server, one) for one in found], next=more)


@operation("POST", "/payments", status=201, refuses=(404, 409))
def begin_payment(server: Server, body: schemas.PaymentBody) -> PaymentShown:
    """Begin a payment, as a payer does who follows the shop's link.

    It stays in state 0 until it is paid; `allowed` says whether the merchant lets it be paid,
    `error` why not.
    """
    begun = server.payments.begin(
        NewPayment(
            kassa_id=body.kassa or CONFIGURED,
            amount=body.amount,
            account=body.account,
            language=body.language,
            callback=body.callback,
            callback_timeout_ms=body.callback_timeout_ms,
            description={"": body.description} if body.description else {},
            detail=body.detail,
            origin="control",
        )
    )
    if body.look:
        begun = server.payments.look(begun.id)
    return shown.payment(server, begun)


@operation("GET", "/payments/{payment_id}")
def show_payment(server: Server, payment_id: PaymentId) -> PaymentShown:
    """One payment."""
    return shown.payment(server, server.payments.get(payment_id))


@operation("POST", "/payments/{payment_id}/look")
def look_at_payment(server: Server, payment_id: PaymentId) -> PaymentShown:
    """Ask the merchant again whether it can be paid (CheckPerformTransaction)."""
    return shown.payment(server, server.payments.look(payment_id))


@operation("POST", "/payments/{payment_id}/pay", refuses=(409,))
def pay(server: Server, payment_id: PaymentId, body: schemas.PayBody) -> PaymentShown:
    """Pay it with a test card: Create, debit, Perform follow in the background.

    Paying twice is paying once.
    """
    card = accept(body.card)
    paid = server.payments.pay(payment_id, card)
    return _waited(server, paid.id, body.wait_ms)


@operation("POST", "/payments/{payment_id}/cancel", refuses=(409,))
def cancel(server: Server, payment_id: PaymentId, body: schemas.CancelBody) -> PaymentShown:
    """Cancel an unpaid one, refund a paid one, or give up one that waits for the merchant."""
    server.payments.cancel(payment_id, body.reason)
    return _waited(server, payment_id, body.wait_ms)


@operation("POST", "/payments/{payment_id}/refund", refuses=(409,))
def refund(server: Server, payment_id: PaymentId, body: schemas.WaitBody) -> PaymentShown:
    """Give the money of a paid one back: CancelTransaction with reason 5."""
    payment = server.payments.get(payment_id)
    if payment.state != Receipt.PAID:
        raise conflict(f"the payment is in state {payment.state}", "a paid one, state 4")
    server.payments.cancel(payment_id)
    return _waited(server, payment_id, body.wait_ms)


@operation("POST", "/payments/{payment_id}/resume", refuses=(409,))
def resume(server: Server, payment_id: PaymentId, body: schemas.WaitBody) -> PaymentShown:
    """Make the call that waits in the background now."""
    server.payments.resume(payment_id)
    return _waited(server, payment_id, body.wait_ms)


@operation("GET", "/cards")
def list_cards(server: Server) -> schemas.CardsShown:
    """The published test cards, and what becomes of each."""
    cards = [
        schemas.CardShown(
            number=card.number,
            expiry=EXPIRY,
            sms_code=SMS_CODE,
            outcome=card.outcome,
            says=card.says,
        )
        for card in CARDS
    ]
    return schemas.CardsShown(cards=cards)


def _waited(server: Server, payment_id: str, wait_ms: int) -> PaymentShown:
    return shown.payment(server, server.payments.wait(payment_id, wait_ms / 1000))
