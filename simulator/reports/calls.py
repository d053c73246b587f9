"""The calls that a check judged, on the console: what was sent, what came back."""

from __future__ import annotations

from urllib.parse import urlsplit

from simulator.caller.wire import Exchange, WireFailure
from simulator.reports import body
from simulator.reports.collect import Finding
from simulator.reports.page import Page, Piece
from simulator.reports.text import counted, printable, seconds, shortened

MAX_EXCHANGES = 2


def judged_calls(page: Page, finding: Finding) -> None:
    judged = finding.record.judged(finding.check)
    for exchange in judged[-MAX_EXCHANGES:]:
        page.gap()
        _exchange(page, exchange)
    if len(judged) > MAX_EXCHANGES:
        page.line([f"… judged with {counted(len(judged) - MAX_EXCHANGES, 'call')} before"])


def _exchange(page: Page, exchange: Exchange) -> None:
    number, answer = str(exchange.number), exchange.answer
    inner = 7 + len(number) + 4
    sent: Piece = (f"{number} →  ", "bold")
    came: Piece = (f"{number} ←  ", "bold")
    page.data([printable(request_line(exchange))], label=sent)
    _body(page, exchange.request.body, inner)
    if isinstance(answer, WireFailure):
        text = f"no answer after {seconds(exchange.took)}: {answer.text}"
        page.line([(printable(text), "red")], label=came)
    else:
        kind = answer.header("content-type") or "no Content-Type"
        line = f"{answer.status}   {seconds(exchange.took)}   {kind}"
        page.data([printable(line)], label=came)
        _body(page, answer.body, inner)
    for note in exchange.notes:
        page.line([printable(note)], indent=inner)


def request_line(exchange: Exchange) -> str:
    """`POST /payme   CreateTransaction   Authorization: …` – as little as tells calls apart."""
    request = exchange.request
    parts = urlsplit(request.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = next((v for k, v in request.headers if k.lower() == "authorization"), "")
    authorization = f"Authorization: {shortened(sent, 60)}" if sent else "no Authorization"
    return f"{request.method} {path}   {exchange.label}   {authorization}"


def _body(page: Page, content: bytes, indent: int) -> None:
    shown = body.show(content, min(page.width, 100) - indent)
    for line in shown.lines:
        page.data([line], indent=indent)
    if shown.cut:
        page.line([(shown.cut, "dim")], indent=indent)
