"""The pages of one payment: the order and the card, the SMS code, how it goes on, how it ended.

Every page is a GET that shows how the payment stands; every button is a POST that leads back to
it. So pressing twice, going back and a second tab show the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from simulator.protocol import callback
from simulator.protocol.checkout import LANGUAGES, Checkout, code_of
from simulator.web.checkout import showing
from simulator.web.checkout.asking import the_asking
from simulator.web.checkout.words import NAMES, Words
from simulator.web.current import the_server
from simulator.web.pages.formats import Formats
from simulator.web.payments import CARDS, Receipt, accept, check_code
from simulator.web.payments.cards import EXPIRY, SMS_CODE
from simulator.web.payments.states import FINAL
from simulator.web.problems import Problem
from simulator.web.store import Payment

blueprint = Blueprint("checkout", __name__, url_prefix="/checkout")

_CARDS = "checkout-cards"
_REMEMBERED = 5
_SETTLING_S = 3.0
_KINDS = {
    Receipt.CREATING: "progress",
    Receipt.DEBITING: "progress",
    Receipt.CLOSING: "progress",
    Receipt.PAUSED: "pending",
    Receipt.QUEUED: "pending",
    Receipt.CANCELLING: "cancelling",
    Receipt.PAID: "paid",
    Receipt.CANCELLED: "cancelled",
}
_STEPS = (Receipt.WAITING, Receipt.CREATING, Receipt.DEBITING, Receipt.CLOSING)


class Unknown(Exception):
    """No payment has that id: it never had, or the sandbox was reset."""


@blueprint.errorhandler(Unknown)
def unknown(error: Unknown) -> ResponseReturnValue:
    """The payer is told in the checkout's own look, and what he can do."""
    return render_template("checkout/unknown.html", **around(language_of())), 404


@blueprint.get("/<payment_id>")
def page(payment_id: str) -> ResponseReturnValue:
    """How the payment stands, and what can be done."""
    return _shown(_payment(payment_id))


@blueprint.get("/<payment_id>/version")
def version(payment_id: str) -> ResponseReturnValue:
    """Changes whenever the page would."""
    payment = _found(payment_id)
    asking = the_asking().is_asking(payment_id)
    return {"version": f"{payment.version}{'?' if asking else ''}"}


@blueprint.get("/<payment_id>/<any(card, pay, cancel, again, age):button>")
def loaded_anew(payment_id: str, button: str) -> ResponseReturnValue:
    """A button's address, opened without pressing it: nothing is done."""
    return _back(_found(payment_id))


@blueprint.post("/<payment_id>/card")
def card(payment_id: str) -> ResponseReturnValue:
    """A card was typed, or a test card chosen: the SMS code comes next."""
    payment = _payment(payment_id)
    number = request.form.get("take") or request.form.get("number", "")
    expiry = EXPIRY if "take" in request.form else request.form.get("expiry", "")
    try:
        accepted = accept(number, expiry)
    except Problem as problem:
        told = {"number": number[:30], "expiry": expiry[:10], "wrong": _why(problem, number)}
        return _shown(payment, told), 422
    cards = dict(session.get(_CARDS) or {})
    cards[payment.id] = accepted.number
    session[_CARDS] = dict(list(cards.items())[-_REMEMBERED:])
    return redirect(url_for("checkout.page", payment_id=payment.id, step="code"), 303)


@blueprint.post("/<payment_id>/pay")
def pay(payment_id: str) -> ResponseReturnValue:
    """The SMS code was typed. Paying twice is paying once."""
    payment = _payment(payment_id)
    number = _card_of(payment)
    if number is None:
        return _back(payment)
    try:
        check_code(request.form.get("code", ""))
    except Problem:
        return _shown(payment, {"wrong": "code"}), 422
    _try(lambda: the_server().payments.pay(payment.id, accept(number)))
    return _back(payment)


@blueprint.post("/<payment_id>/cancel")
def cancel(payment_id: str) -> ResponseReturnValue:
    """The payer does not want to pay any more; or not to wait any more."""
    payment = _payment(payment_id)
    if payment.state not in FINAL:  # a paid one is not refunded by who paid it
        _try(lambda: the_server().payments.cancel(payment.id))
        the_server().payments.wait(payment.id, _SETTLING_S)
    return _back(payment)


@blueprint.post("/<payment_id>/again")
def again(payment_id: str) -> ResponseReturnValue:
    """Ask the shop again, or make the call that waits now."""
    payment = _payment(payment_id)
    if payment.state == Receipt.WAITING:
        the_asking().ask(payment.id)
    else:
        _try(lambda: the_server().payments.resume(payment.id))
        the_server().payments.wait(payment.id, _SETTLING_S)
    return _back(payment)


@blueprint.post("/<payment_id>/age")
def age(payment_id: str) -> ResponseReturnValue:
    """Let so much time pass that the payment's 12 hours are over."""
    payment, server = _payment(payment_id), the_server()
    if payment.expires_at is not None:
        server.let_time_pass(max(payment.expires_at - server.clock.now(), 0) + 1)
        server.payments.wait(payment.id, _SETTLING_S)
    return _back(payment)


@blueprint.get("/<payment_id>/return")
def leave(payment_id: str) -> ResponseReturnValue:
    """To the shop, with the placeholders of its address filled in."""
    payment, server = _payment(payment_id), the_server()
    if callback.unfit(payment.callback):
        return _back(payment)
    if payment.state in FINAL:
        returned = {"returned_at": server.clock.now()}
        server.payments.records.change(payment.id, returned, Payment.returned_at.is_(None))
    way_back = callback.filled(payment.callback, payment.transaction_id, payment.account)
    return redirect(way_back, 303)


def around(language: str) -> dict[str, Any]:
    """What every page of the checkout is shown with."""
    say = Words(language)
    return {
        "say": say,
        "fmt": Formats(language),
        "language": language,
        "languages": list(NAMES.items()),
    }


def language_of(*wishes: str) -> str:
    """The one that the address names, else the first wish that is one, else the browser's."""
    best = request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]
    asked = request.args.get("lang", "")
    return next((one for one in (asked, *wishes) if one in LANGUAGES), best)


def _found(payment_id: str) -> Payment:
    try:
        return the_server().payments.get(payment_id)
    except Problem as problem:
        if problem.status != 404:
            raise
        raise Unknown(payment_id) from problem


def _payment(payment_id: str) -> Payment:
    """Raises Unknown. A language that was chosen is the payment's from now on."""
    payment = _found(payment_id)
    chosen = request.args.get("lang")
    if chosen in LANGUAGES and chosen != payment.language:
        changed = the_server().payments.records.change(payment_id, {"language": chosen})
        return changed or payment
    return payment


def _shown(payment: Payment, told: Mapping[str, str] | None = None) -> str:
    kind = _kind(payment)
    if kind == "ask":
        payment = the_asking().ask(payment.id)
        kind = _kind(payment) if _kind(payment) != "ask" else "asking"
    server, language = the_server(), payment.language
    notes = session.get("checkout-odd") or ["", []]
    values = {
        "payment": payment,
        "kind": kind,
        "told": told or {},
        "shop": _shop(server.kassas.get(payment.kassa_id).name),
        "lines": showing.lines_of(payment.detail or payment.sent_detail),
        "facts": showing.facts_of(payment.additional, language),
        "described": showing.description_of(payment.description, language),
        "refusal": _refusal(payment),
        "cards": CARDS,
        "sms_code": SMS_CODE,
        "masked": _masked(payment),
        "steps": [(int(step), _step(payment, step)) for step in _STEPS],
        "returns": not callback.unfit(payment.callback),
        "goes_back": _goes_back(payment),
        "once_more": _link(payment),
        "notes": notes[1] if notes[0] == payment.id else [],
        "watched": kind in ("asking", "progress", "pending", "cancelling"),
        "asking": the_asking().is_asking(payment.id),
    }
    return render_template(f"checkout/{kind}.html", **values, **around(language))


def _kind(payment: Payment) -> str:
    """Which page it is."""
    if payment.state != Receipt.WAITING:
        return _KINDS[Receipt(payment.state)]
    if the_asking().is_asking(payment.id):
        return "asking"
    if payment.error is not None:
        return "refused"
    if not payment.allowed:
        return "ask"
    wants_code = request.args.get("step") == "code" or request.endpoint == "checkout.pay"
    return "code" if wants_code and _card_of(payment) else "card"


def _refusal(payment: Payment) -> dict[str, object]:
    """Why it cannot be paid: by whom, the code, and the merchant's own words."""
    error = payment.error or {}
    return {
        "by": error.get("by", ""),
        "code": error.get("code", 0),
        "text": showing.message_of(error.get("message"), payment.language),
        "outcome": payment.card.get("outcome", "pays"),
        "as_sum": payment.amount * 100,
    }


def _shop(name: str) -> str:
    """A kassa without a name of its own is called by its webhook's address."""
    return urlsplit(name).netloc or name if name.startswith("http") else name


def _step(payment: Payment, step: Receipt) -> str:
    if step < payment.state:
        return "done"
    return "now" if step == payment.state else "later"


def _goes_back(payment: Payment) -> bool:
    """Whether the page leads back by itself: once, when it was paid or the payer cancelled it."""
    gave_up = payment.state == Receipt.CANCELLED and payment.error is None and not payment.reason
    over = payment.state == Receipt.PAID or gave_up
    return over and payment.returned_at is None and not callback.unfit(payment.callback)


def _link(payment: Payment) -> str:
    """The way to try once more; empty if no link can hold it."""
    made = Checkout(
        payment.kassa_id,
        payment.amount,
        payment.account,
        payment.language,
        payment.callback,
        payment.callback_timeout_ms,
    )
    try:
        return f"/{code_of(made)}"
    except ValueError:
        return ""


def _card_of(payment: Payment) -> str | None:
    found = (session.get(_CARDS) or {}).get(payment.id)
    return str(found) if found else None


def _masked(payment: Payment) -> str:
    number = _card_of(payment)
    shown = payment.card.get("masked") or (accept(number).masked if number else "")
    return " ".join(re.findall(".{4}", str(shown)))


def _why(problem: Problem, number: str) -> str:
    """A word for what is wrong with a card."""
    if problem.member == "expiry":
        return "expiry"
    digits = re.sub(r"\D", "", number)
    return next((one.outcome for one in CARDS if one.number == digits), "unknown")


def _try(act: Any) -> None:
    """What cannot be done now is not done: the page says how the payment stands."""
    try:
        act()
    except Problem as problem:
        if problem.status != 409:
            raise


def _back(payment: Payment) -> Response:
    return redirect(url_for("checkout.page", payment_id=payment.id), 303)
