"""The journal: every exchange with every merchant."""

from __future__ import annotations

import json

from flask import Response

from simulator.reports.curl import curl
from simulator.web.control import schemas, shown
from simulator.web.control.operation import operation
from simulator.web.control.schemas import ExchangeNumber
from simulator.web.days import bounds
from simulator.web.exports import har, scenario
from simulator.web.journal import Wanted, wire_of
from simulator.web.server import Server


@operation("GET", "/exchanges")
def list_exchanges(server: Server, query: schemas.ExchangesQuery) -> schemas.ExchangesShown:
    """Exchanges, the newest first. `text` is searched in what went over the wire and in ids."""
    found = server.journal.search(_wanted(query))
    more = found[-1].id if len(found) == query.limit else None
    return schemas.ExchangesShown(exchanges=[shown.exchange(one) for one in found], next=more)


@operation("GET", "/exchanges/{exchange_number}")
def show_exchange(server: Server, exchange_number: ExchangeNumber) -> schemas.ExchangeShown:
    """One exchange, with headers and bodies."""
    return shown.exchange(server.journal.get(exchange_number))


@operation("GET", "/exchanges/{exchange_number}/curl")
def exchange_as_curl(server: Server, exchange_number: ExchangeNumber) -> schemas.CurlShown:
    """The same call as a shell command."""
    return schemas.CurlShown(curl=curl(wire_of(server.journal.get(exchange_number))))


@operation("GET", "/journal.har")
def export_har(server: Server, query: schemas.ExchangesQuery) -> Response:
    """The exchanges that the filters choose as an HTTP archive, the oldest first."""
    found = server.journal.oldest_first(_wanted(query))
    body = json.dumps(har(found), ensure_ascii=False)
    return _file(body, "application/json", "payme-sandbox.har")


@operation("GET", "/journal.yaml", refuses=(409,), media="application/yaml")
def export_scenario(server: Server, query: schemas.ExchangesQuery) -> Response:
    """The same exchanges as a scenario file, which makes the calls again on fresh orders."""
    found = server.journal.oldest_first(_wanted(query))
    return _file(scenario(found), "application/yaml", "recorded.yaml")


def _wanted(query: schemas.ExchangesQuery) -> Wanted:
    told = query.model_dump(exclude={"first_day", "last_day"})
    days = (query.first_day, query.last_day)
    told["sent_from"], told["sent_to"] = bounds(*days, query.sent_from, query.sent_to)
    return Wanted(**told)


def _file(body: str, media: str, name: str) -> Response:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, content_type=media, headers=disposition)
