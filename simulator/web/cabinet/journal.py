"""The journal of every exchange: found, looked at, taken away as HAR or as a scenario."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, render_template, request

from simulator.protocol.vocabulary import Method
from simulator.web.cabinet.typed import Typed
from simulator.web.current import the_server
from simulator.web.exports import har, scenario
from simulator.web.journal import Wanted, wire_of
from simulator.web.pages.site import the_kassa
from simulator.web.pages.views import call_view
from simulator.web.problems import not_found
from simulator.web.store import Exchange

blueprint = Blueprint("journal", __name__, url_prefix="/journal")
PAGE = 50
EXPORTED = 500
VERDICTS = ("result", "error", "flaw")
ORIGINS = ("payment", "repeat", "statement", "sandbox")
_LONGEST_NUMBER = 15


@blueprint.get("")
def listed() -> str:
    typed = Typed(request.args.to_dict())
    before = typed.whole("before")
    found = the_server().journal.search(_wanted(typed, PAGE, before))
    kept = {name: typed.text(name) for name in _NAMES if typed.text(name)}
    return render_template(
        "cabinet/journal.html",
        found=found,
        typed=typed,
        kept=kept,
        before=before,
        after=found[-1].id if len(found) == PAGE else None,
        methods=[method.value for method in Method],
        verdicts=VERDICTS,
        origins=ORIGINS,
        exported=EXPORTED,
    )


@blueprint.get("/<number>")
def one(number: str) -> str:
    """One exchange: headers, bodies, and the command that makes the call again."""
    row = _row(number)
    server = the_server()
    beside: dict[str, int | None] = {"earlier": None, "later": None}
    if row.payment_id is not None:
        calls = server.journal.oldest_first(Wanted(payment=row.payment_id, limit=EXPORTED))
        ids = [call.id for call in calls]
        place = ids.index(row.id) if row.id in ids else -1
        if place > 0:
            beside["earlier"] = ids[place - 1]
        if 0 <= place < len(ids) - 1:
            beside["later"] = ids[place + 1]
    return render_template(
        "cabinet/exchange.html", row=row, call=call_view(wire_of(row)), beside=beside
    )


@blueprint.get("/payme-sandbox.har")
def as_har() -> Response:
    """What the filters choose, as an HTTP archive."""
    body = json.dumps(har(_chosen()), ensure_ascii=False)
    return _file(body, "application/json", "payme-sandbox.har")


@blueprint.get("/recorded.yaml")
def as_scenario() -> Response:
    """What the filters choose, as a scenario file that makes the calls again."""
    return _file(scenario(_chosen()), "application/yaml", "recorded.yaml")


_NAMES = ("text", "method", "verdict", "origin", "faulted", "from", "to", "payment", "number")


def _wanted(typed: Typed, limit: int, before: int | None = None) -> Wanted:
    faulted: Any = {"yes": True, "no": False}.get(typed.text("faulted"))
    since, until = typed.days()
    return Wanted(
        kassa=the_kassa().id,
        payment=typed.text("payment") or None,
        method=typed.one_of("method", {method.value for method in Method}),
        verdict=typed.one_of("verdict", VERDICTS),
        origin=typed.one_of("origin", ORIGINS),
        faulted=faulted,
        text=typed.text("text"),
        sent_from=since,
        sent_to=until,
        before=before,
        limit=limit,
    )


def _chosen() -> list[Exchange]:
    typed = Typed(request.args.to_dict())
    number = typed.text("number")
    if number:
        return [_row(number)]
    return the_server().journal.oldest_first(_wanted(typed, EXPORTED))


def _row(number: str) -> Exchange:
    if not (number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER):
        raise not_found("exchange", number)
    return the_server().journal.get(int(number))


def _file(body: str, media: str, name: str) -> Response:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, content_type=media, headers=disposition)
