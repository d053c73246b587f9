"""Where shops send their payers: `GET /<base64>` and a form to `/`.

A payer who opens a link again before it is paid comes to the same payment, in any tab.
"""

from __future__ import annotations

import hashlib
import json

from flask import Blueprint, Flask, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.routing import BaseConverter

from simulator.protocol.checkout import (
    FORM,
    LINK,
    Checkout,
    Names,
    Reading,
    Terms,
    Wrong,
    against,
)
from simulator.protocol.checkout_reading import is_like_link, read_form, read_link
from simulator.web.checkout.asking import the_asking
from simulator.web.checkout.views import around, language_of
from simulator.web.current import the_server
from simulator.web.payments import NewPayment
from simulator.web.payments.states import FINAL
from simulator.web.problems import Problem
from simulator.web.security import from_anywhere

_OPEN, _NOTES = "checkout", "checkout-odd"
_REMEMBERED = 12
_LONGEST_FIELD = 200


def made(app: Flask) -> Blueprint:
    """The blueprint, around what the application has already."""
    taken = {rule.rule.strip("/").partition("/")[0] for rule in app.url_map.iter_rules()}
    names = "|".join(sorted(name for name in taken if name and not name.startswith("<")))

    class Code(BaseConverter):
        """Base64 may hold slashes; another part's address is not one, whatever the method."""

        regex = rf"(?!(?:{names})(?:/|$)).+"
        part_isolating = False

    app.url_map.converters["checkout_code"] = Code
    blueprint = Blueprint("checkout_links", __name__)
    blueprint.add_url_rule("/<checkout_code:code>", "link", link)
    blueprint.add_url_rule("/", "form", form, methods=["POST"])
    return blueprint


def link(code: str) -> ResponseReturnValue:
    """A payer who follows a link or scanned it."""
    if not is_like_link(code):
        abort(404)
    reading = read_link(code)
    return _begun(reading, LINK)


@from_anywhere
def form() -> ResponseReturnValue:
    """A payer whom a form of the shop's sends. It begins a payment, and does nothing more."""
    fields = list(request.form.items(multi=True))
    return _begun(read_form(fields, request.referrer or ""), FORM)


def _begun(reading: Reading, names: Names) -> ResponseReturnValue:
    checkout = reading.checkout
    wrong = reading.wrong if checkout is None else refused(checkout, names)
    if checkout is None or wrong:
        return _bad(wrong, reading)
    known = _known(checkout)
    payment_id = known or begin(checkout)
    if names is LINK:
        _remember(checkout, payment_id)
    if names is LINK or session:
        # With another site's form no cookie comes: a new one would take the other tabs' place.
        odd = [[one.parameter, one.kind, one.seen] for one in reading.notes]
        session[_NOTES] = [payment_id, odd[:5]]
    the_asking().ask(payment_id)
    return redirect(url_for("checkout.page", payment_id=payment_id), 303)


def begin(checkout: Checkout) -> str:
    """Begin the payment that a link asks for; its id."""
    new = NewPayment(
        kassa_id=checkout.kassa,
        amount=checkout.amount,
        account=checkout.account,
        language=checkout.language,
        callback=checkout.callback,
        callback_timeout_ms=checkout.timeout_ms,
        description=checkout.description,
        detail=checkout.detail,
    )
    return the_server().payments.begin(new).id


def refused(checkout: Checkout, names: Names) -> tuple[Wrong, ...]:
    """What there is against it at the kassa."""
    kassas = {kassa.id: kassa for kassa in the_server().kassas.all()}
    kassa = kassas.get(checkout.kassa)
    if kassa is None:
        seen = checkout.kassa[:_LONGEST_FIELD]
        return (Wrong(names.kassa, "unknown_kassa", seen, accepted=tuple(kassas)),)
    terms = Terms(tuple(kassa.account), kassa.min_amount, kassa.max_amount)
    return against(checkout, terms, names)


def _bad(wrong: tuple[Wrong, ...], reading: Reading) -> ResponseReturnValue:
    """What is wrong with which parameter."""
    of_link = reading.checkout.language if reading.checkout else reading.language
    shown = around(language_of(of_link))
    told = render_template("checkout/bad_link.html", wrong=wrong, notes=reading.notes, **shown)
    return told, 400


def _known(checkout: Checkout) -> str | None:
    """This payer's payment for the same link, unless it is over."""
    opened = session.get(_OPEN)
    payment_id = opened.get(_digest(checkout)) if isinstance(opened, dict) else None
    if payment_id is None:
        return None
    try:
        payment = the_server().payments.get(payment_id)
    except Problem:
        return None  # the server was reset meanwhile
    return None if payment.state in FINAL else payment.id


def _remember(checkout: Checkout, payment_id: str) -> None:
    opened = dict(session.get(_OPEN) or {})
    opened.pop(_digest(checkout), None)
    opened[_digest(checkout)] = payment_id
    session[_OPEN] = dict(list(opened.items())[-_REMEMBERED:])


def _digest(checkout: Checkout) -> str:
    told = [checkout.kassa, checkout.amount, dict(checkout.account), checkout.callback]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]
