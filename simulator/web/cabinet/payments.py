"""Payments: the list, one payment with all that happened to it, and both books."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for

from simulator.protocol.vocabulary import REASONS, Method
from simulator.reports.text import printable, shortened
from simulator.web.books import Compared, Line
from simulator.web.cabinet.booked import Sheet, sheet_of
from simulator.web.cabinet.commands import for_payment
from simulator.web.cabinet.stateline import STUCK, line_of
from simulator.web.cabinet.timeline import timeline
from simulator.web.cabinet.typed import Typed
from simulator.web.current import the_server
from simulator.web.journal import Wanted
from simulator.web.pages import language
from simulator.web.pages.site import merchant_of, the_kassa
from simulator.web.payments import Filter, Receipt, settled
from simulator.web.payments.desk import Repeated
from simulator.web.payments.states import PENDING
from simulator.web.problems import Problem, not_found
from simulator.web.store import Exchange, Payment

blueprint = Blueprint("payments", __name__)
PAGE = 50
MOST_CALLS = 500
MOST_LINES = 200
HOUR_MS = 3_600_000
STEPS_MS = (60_000, HOUR_MS, 12 * HOUR_MS + 60_000, 24 * HOUR_MS)
"""How far time can be put forward, or a transaction back, on one press."""
PERIODS_MS = {"hour": HOUR_MS, "day": 24 * HOUR_MS, "month": 30 * 24 * HOUR_MS}
DONE = (
    "refunded",
    "cancelled",
    "resumed",
    "repeated",
    "fiscal",
    "aged",
    "passed",
    "looked",
)
"""What an action may say when it is back on the payment's page."""


_FILTERS = ("state", "amount", "text", "from", "to")


@blueprint.get("/payments")
def listed() -> str:
    typed = Typed(request.args.to_dict())
    state = typed.one_of("state", {str(int(one)) for one in Receipt})
    since, until = typed.days()
    found = the_server().payments.records.search(
        Filter(
            kassa=the_kassa().id,
            states=(int(state),) if state else (),
            text=typed.text("text"),
            amount=typed.whole("amount"),
            created_from=since,
            created_to=until,
            before=typed.text("before") or None,
            limit=PAGE,
        )
    )
    kept = {name: typed.text(name) for name in _FILTERS if typed.text(name)}
    return render_template(
        "cabinet/payments.html",
        found=found,
        typed=typed,
        receipts=list(Receipt),
        kept=kept,
        before=typed.text("before"),
        after=found[-1].id if len(found) == PAGE else "",
        makes_orders=merchant_of(the_kassa()).makes_orders,
    )


@blueprint.get("/payments/<payment_id>")
def one(payment_id: str) -> str:
    return page(the_server().payments.get(payment_id))


@blueprint.get("/books")
def books() -> str | tuple[str, int]:
    """Both books of a period. The merchant is asked when `period` is named."""
    period = Typed(request.args.to_dict()).one_of("period", PERIODS_MS)
    compared: Compared | None = None
    problem: Problem | None = None
    if period is not None:
        server = the_server()
        end = server.clock.now()
        try:
            compared = server.books.compare(the_kassa().id, end - PERIODS_MS[period], end)
        except Problem as error:
            problem = error
    formats = language.formats()

    def sheet(line: Line) -> Sheet:
        return sheet_of(line, formats, bool(compared and compared.has_database))

    shown = render_template(
        "cabinet/books.html",
        period=period or "day",
        periods=list(PERIODS_MS),
        compared=compared,
        problem=problem,
        lines=_shown(compared.lines) if compared else [],
        sheet=sheet,
    )
    return (shown, problem.status) if problem else shown


def _shown(lines: list[Line]) -> list[Line]:
    """A page's worth: what needs a look before what agrees, the newest of each."""
    odd = [line.verdict != "agrees" and not line.note for line in lines]
    newest = sorted(range(len(lines)), key=lambda place: (odd[place], place), reverse=True)
    return [lines[place] for place in sorted(newest[:MOST_LINES])]


@dataclass(frozen=True, slots=True)
class Looked:
    """Both books of one payment: what they say, and what told it."""

    line: Line
    sheet: Sheet
    check: Exchange
    statement_id: int


def page(payment: Payment, problem: Problem | None = None, looked: Looked | None = None) -> str:
    """A payment's page: with what was wrong with an action, or with both books."""
    server = the_server()
    calls = server.journal.oldest_first(Wanted(payment=payment.id, limit=MOST_CALLS))
    may, methods = _may(payment), _repeatable(payment)
    return render_template(
        "cabinet/payment.html",
        payment=payment,
        line=line_of(payment),
        happened=timeline(payment, calls),
        settled=settled(payment),
        stuck=payment.state in STUCK,
        may=may,
        methods=methods,
        commands=[
            (language.words()(does), command)
            for does, command in for_payment(payment, may, methods)
        ],
        reasons=sorted(REASONS),
        steps=STEPS_MS,
        checkout=_checkout(payment),
        done=_done(),
        repeated=_repeated(payment),
        now=server.clock.now(),
        message=_message(payment),
        problem=problem,
        looked=looked,
    )


def _message(payment: Payment) -> str:
    """What the payer was told, in the page's language where the merchant has it."""
    message = payment.error["message"] if payment.error else ""
    if isinstance(message, dict):
        message = message.get(language.the_language(), message)
    text = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
    return printable(shortened(text, 1000))


def _may(payment: Payment) -> dict[str, bool]:
    """Which actions make sense now. The server decides again when one is asked for."""
    told, free = payment.payme_time is not None, not payment.busy
    return {
        "refund": payment.state == Receipt.PAID and free,
        "cancel": payment.state in (Receipt.WAITING, *PENDING) and free,
        "resume": payment.suspended and free,
        "look": payment.state == Receipt.WAITING,
        "told": told,
    }


def _repeatable(payment: Payment) -> list[str]:
    sent = {
        Method.CREATE: payment.payme_time,
        Method.PERFORM: payment.debited_at,
        Method.CANCEL: payment.reason if payment.payme_time is not None else None,
        Method.CHECK: payment.payme_time,
    }
    return [method.value for method, known in sent.items() if known is not None]


def _checkout(payment: Payment) -> str:
    """The payer's page, where there is one."""
    if "checkout" not in current_app.blueprints:
        return ""
    return f"{url_for('payments.listed').removesuffix('/payments')}/checkout/{payment.id}"


def _done() -> str:
    return Typed(request.args.to_dict()).one_of("done", DONE) or ""


def _repeated(payment: Payment) -> dict[str, Any] | None:
    """The call that an action made, and how its answer differs from the first one."""
    typed = Typed(request.args.to_dict())
    made, first = typed.whole("call"), typed.whole("first")
    if not made:
        return None
    server = the_server()
    for number in filter(None, (made, first)):
        if server.journal.get(number).payment_id != payment.id:
            raise not_found("exchange", str(number))
    told: Repeated = server.desk.compared(made, first or None)
    return {"told": told, "call": server.journal.get(made)}
