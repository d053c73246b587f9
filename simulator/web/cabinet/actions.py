"""What can be done with one payment. Each form comes back to the payment's page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import redirect, request, url_for
from pydantic import ValidationError
from werkzeug.wrappers import Response

from simulator.protocol.answer import read_answer
from simulator.protocol.finding import Report
from simulator.protocol.vocabulary import REASONS, Method
from simulator.web.books import Line, against
from simulator.web.cabinet.booked import sheet_of
from simulator.web.cabinet.payments import STEPS_MS, Looked, blueprint, page
from simulator.web.cabinet.typed import Typed
from simulator.web.control.schemas import FiscalData
from simulator.web.current import the_server
from simulator.web.pages import language
from simulator.web.pages.site import merchant_of, the_kassa, the_site
from simulator.web.payments import NewPayment, Receipt
from simulator.web.payments.desk import Repeated
from simulator.web.problems import Problem, conflict
from simulator.web.store import Payment

__all__ = ["blueprint"]
"""The payments' own, with the addresses of the actions added."""

Answer = Response | str | tuple[str, int]
Action = Callable[[Payment], Answer]


def action(function: Action) -> Action:
    """POST /payments/ID/NAME. What cannot be done is told on the payment's own page."""

    @wraps(function)
    def done(payment_id: str) -> Answer:
        payment = the_server().payments.get(payment_id)
        try:
            return function(payment)
        except Problem as problem:
            if problem.status == 404:
                raise
            fresh = the_server().payments.get(payment_id)
            return page(fresh, problem=problem), problem.status

    name = function.__name__
    rule = f"/payments/<payment_id>/{name}"
    blueprint.add_url_rule(rule, name, done, methods=["POST"])
    return function


@blueprint.get("/payments/<payment_id>/<path:action_name>")
def back(payment_id: str, action_name: str) -> Response:
    """The address of an action, loaded anew, is the payment's page."""
    return redirect(url_for("payments.one", payment_id=payment_id))


@blueprint.post("/payments")
def begin() -> Response:
    """A fresh order of the shop's, and its payment, as if a payer had opened the shop's link."""
    kassa = the_kassa()
    if not merchant_of(kassa).makes_orders:
        raise conflict("[orders] does not say how this merchant makes orders", "its own links")
    order = the_site().fresh_order(kassa)
    account = {name: str(value) for name, value in order.account.items()}
    new = NewPayment(kassa.id, order.amount, account, language.the_language(), origin="control")
    payment = the_server().payments.begin(new)
    return redirect(url_for("payments.one", payment_id=payment.id), 303)


@action
def refund(payment: Payment) -> Answer:
    """Give the money of a paid one back: CancelTransaction with reason 5."""
    if payment.state != Receipt.PAID:
        raise conflict(f"the payment is in state {payment.state}", "a paid one, state 4")
    the_server().payments.cancel(payment.id)
    return _back(payment, "refunded")


@action
def cancel(payment: Payment) -> Answer:
    """Cancel an unpaid one, or give up one that waits for the merchant."""
    if payment.state == Receipt.PAID:
        raise conflict("the payment is paid by now", "an unpaid one: refund it instead")
    reason = _typed().one_of("reason", {str(one) for one in REASONS})
    the_server().payments.cancel(payment.id, int(reason) if reason else None)
    return _back(payment, "cancelled")


@action
def resume(payment: Payment) -> Answer:
    """Make the call that waits in the background now."""
    the_server().payments.resume(payment.id)
    return _back(payment, "resumed")


@action
def look(payment: Payment) -> Answer:
    """Ask the merchant again whether it can be paid."""
    the_server().payments.look(payment.id)
    return _back(payment, "looked")


@action
def repeat(payment: Payment) -> Answer:
    """Make one of its calls once more, and compare the answer with the first one."""
    named = _typed().one_of("method", {method.value for method in Method})
    if named is None:
        raise conflict("no method was chosen", "a call that was made before")
    return _called(payment, "repeated", the_server().desk.repeat(payment.id, Method(named)))


@action
def age(payment: Payment) -> Answer:
    """Make one transaction older on both sides."""
    the_server().desk.age(payment.id, _by_ms())
    the_server().worker.wake()
    return _back(payment, "aged")


@action
def wait(payment: Payment) -> Answer:
    """Let time pass for everybody."""
    the_server().let_time_pass(_by_ms())
    return _back(payment, "passed")


@action
def fiscal(payment: Payment) -> Answer:
    """Send SetFiscalData with what was typed."""
    typed = _typed()
    kind = typed.one_of("type", ("PERFORM", "CANCEL")) or "PERFORM"
    names = ("receipt_id", "terminal_id", "fiscal_sign", "qr_code_url", "date", "message")
    told: dict[str, Any] = {name: typed.text(name, 500) for name in names if typed.text(name)}
    code = typed.whole("status_code")
    if typed.errors:
        raise conflict(f"status_code is {typed.text('status_code')!r}", "a whole number")
    told |= {"status_code": code} if code is not None else {}
    try:
        data = FiscalData(**told).model_dump()
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        raise conflict(f"{first['loc'][0]} is {first['input']!r}", str(first["msg"])) from None
    return _called(payment, "fiscal", the_server().desk.send_fiscal(payment.id, kind, data))


@action
def compare(payment: Payment) -> Answer:
    """Ask by CheckTransaction and GetStatement, look into the database, and lay it side by side."""
    server = the_server()
    checked = server.desk.repeat(payment.id, Method.CHECK)
    at = payment.payme_time or 0
    compared = server.books.compare(payment.kassa_id, at, at)
    payment = server.payments.get(payment.id)
    mine = [one for one in compared.lines if one.transaction_id == payment.transaction_id]
    line = mine[0] if mine else Line(payment.id, "agrees", {}, None, None)
    answer = server.journal.get(checked.exchange_id)
    read = read_answer(answer.status or 0, answer.answer_body, Report())
    told = read.result if read.kind == "result" and isinstance(read.result, dict) else {}
    differing = against(payment, told) if told else ()
    formats = language.formats()
    sheet = sheet_of(line, formats, compared.has_database, told, differing)
    return page(payment, looked=Looked(line, sheet, answer, compared.exchange_id))


def _typed() -> Typed:
    return Typed(request.form.to_dict())


def _by_ms() -> int:
    chosen = _typed().one_of("by_ms", {str(one) for one in STEPS_MS})
    if chosen is None:
        raise conflict("no length of time was chosen", "one of those that the page offers")
    return int(chosen)


def _back(payment: Payment, done: str, call: int | None = None, first: int | None = None) -> Answer:
    where = {"payment_id": payment.id, "done": done, "call": call, "first": first}
    return redirect(url_for("payments.one", **_named(where), _anchor="said"), 303)


def _named(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _called(payment: Payment, done: str, made: Repeated) -> Answer:
    return _back(payment, done, made.exchange_id, made.first_id)
