"""One call and its answer, as the HTML page shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from simulator.caller.wire import Exchange, Header, WireFailure
from simulator.reports import body
from simulator.reports.curl import curl
from simulator.reports.text import printable, seconds, shortened

_WIDTH = 58


@dataclass(frozen=True, slots=True)
class ExchangeView:
    """One call and its answer."""

    number: int
    label: str
    step: str
    request: str
    request_headers: list[Header]
    request_body: str
    answer: str
    answer_headers: list[Header]
    answer_body: str
    failed: bool
    notes: list[str]
    curl: str


def exchange_view(exchange: Exchange, with_curl: bool) -> ExchangeView:
    """One exchange with its bodies laid out."""
    request, answer = exchange.request, exchange.answer
    if isinstance(answer, WireFailure):
        words = f"no answer after {seconds(exchange.took)}: {printable(answer.text)}"
        headers: list[Header] = []
        content = ""
    else:
        words = f"HTTP {answer.status} after {seconds(exchange.took)}"
        headers, content = _headers(answer.headers), _body(answer.body)
    return ExchangeView(
        exchange.number,
        printable(shortened(exchange.label, 60)),
        printable(exchange.step),
        printable(f"{request.method} {shortened(request.url, 300)}"),
        _headers(request.headers),
        _body(request.body),
        words,
        headers,
        content,
        isinstance(answer, WireFailure),
        [printable(note) for note in exchange.notes],
        curl(exchange) if with_curl and len(request.body) <= 4000 else "",
    )


def _headers(headers: Iterable[Header]) -> list[Header]:
    return [(printable(k), printable(shortened(v, 500))) for k, v in list(headers)[:40]]


def _body(content: bytes) -> str:
    shown = body.show(content, _WIDTH, max_lines=40, max_characters=2000)
    return "\n".join([*shown.lines, *([shown.cut] if shown.cut else [])])
