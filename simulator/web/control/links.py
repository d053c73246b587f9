"""The links that shops send their payers to."""

from __future__ import annotations

import re
from urllib.parse import unquote

from simulator.protocol.checkout import LINK, Wrong
from simulator.protocol.checkout_reading import read_link
from simulator.web.checkout.links import begin, refused
from simulator.web.checkout.words import Words
from simulator.web.control import schemas, shown
from simulator.web.control.operation import operation
from simulator.web.problems import Problem
from simulator.web.server import Server

_HOST = re.compile(r"https?://[^/]*/", re.IGNORECASE)
_WORDS = Words("en")


@operation("POST", "/links", status=201, refuses=(409,))
def follow_link(server: Server, body: schemas.LinkBody) -> schemas.FollowedShown:
    """Follow a shop's checkout link, as a payer's browser does, whatever its host is.

    A link that cannot be used is refused with what is wrong with which parameter.
    """
    reading = read_link(unquote(_HOST.sub("", body.link, count=1)))
    checkout = reading.checkout
    wrong = reading.wrong if checkout is None else refused(checkout, LINK)
    if checkout is None or wrong:
        raise Problem(
            409,
            "not a checkout link",
            f"{wrong[0].parameter}: {_said(wrong[0])}",
            "; ".join(f"{one.parameter}: {_said(one)}" for one in wrong[1:]),
            "such as m=KASSA;ac.order_id=197;a=100000 in base64",
            member=wrong[0].parameter,
        )
    payment_id = begin(checkout)
    payments = server.payments
    begun = payments.look(payment_id) if body.look else payments.get(payment_id)
    notes = [schemas.NoteShown(parameter=one.parameter, text=_said(one)) for one in reading.notes]
    return schemas.FollowedShown(payment=shown.payment(server, begun), notes=notes)


def _said(wrong: Wrong) -> str:
    accepted = ", ".join(wrong.accepted)
    key = f"wrong_link.{wrong.kind}"
    return _WORDS(key, seen=wrong.seen, amount=wrong.amount, accepted=accepted)
