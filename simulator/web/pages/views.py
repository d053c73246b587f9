"""Calls and verdicts of a run as templates show them. What came from outside is plain text."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.caller.wire import Exchange, WireAnswer, WireFailure
from simulator.conformance.events import Check, Difference, Rule
from simulator.protocol.answer import read_answer
from simulator.protocol.finding import Report
from simulator.reports import body
from simulator.reports.curl import curl
from simulator.reports.text import printable, shortened
from simulator.reports.view import safe_link
from simulator.web.pages.words.rulebook import RuleWords, rule_words

_WIDTH = 64
_MAX_LINES, _MAX_CHARACTERS = 60, 6000
_MAX_EVIDENCE = 12


@dataclass(frozen=True, slots=True)
class CallView:
    """One call and its answer. `kind`: result, error, nothing (no JSON-RPC answer)."""

    number: int
    method: str
    sent_at: int
    took: int
    request: str
    answer: str
    cut: tuple[str, str]
    status: int
    kind: str
    code: int | None
    failure: str
    headers: tuple[tuple[str, str], ...]
    answer_headers: tuple[tuple[str, str], ...]
    curl: str


def call_view(exchange: Exchange) -> CallView:
    """One exchange, its bodies laid out."""
    request = body.show(exchange.request.body, _WIDTH, _MAX_LINES, _MAX_CHARACTERS)
    answer = exchange.answer
    got = answer if isinstance(answer, WireAnswer) else WireAnswer(0)
    shown = body.show(got.body, _WIDTH, _MAX_LINES, _MAX_CHARACTERS)
    read = read_answer(got.status, got.body, Report())
    code = read.code if type(read.code) is int else None
    return CallView(
        exchange.number,
        printable(shortened(exchange.label, 60)),
        exchange.sent_at,
        exchange.took,
        "\n".join(request.lines) if exchange.request.body else "",
        "\n".join(shown.lines) if got.body else "",
        (request.cut, shown.cut),
        got.status,
        "nothing" if isinstance(answer, WireFailure) else read.kind,
        code,
        printable(answer.text) if isinstance(answer, WireFailure) else "",
        _headers(exchange.request.headers),
        _headers(got.headers),
        curl(exchange) if len(exchange.request.body) <= 4000 else "",
    )


def _headers(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((printable(k), printable(shortened(v, 300))) for k, v in headers[:40])


@dataclass(frozen=True, slots=True)
class CheckView:
    """One thing that is wrong, with its rule: what, why it usually is, what to do."""

    outcome: str
    level: str
    verdict: str
    code: str
    rule: str
    language: str
    text: str
    seen: str
    reason: str
    differences: tuple[Difference, ...]
    log_lines: tuple[str, ...]
    rows: tuple[str, ...]
    why: str
    usual_cause: str
    fix: str
    source: str
    link: str
    calls: tuple[int, ...] = field(default=())


def check_view(check: Check, rule: Rule | None, language: str = "en") -> CheckView:
    """A check that does not hold, and what the catalogue says of its rule."""
    words = rule_words(rule, language) if rule else RuleWords("en", check.message, "", "")
    seen = check.message if rule is None or check.message != rule.text else ""
    differences = check.differences
    if not differences and (check.expected or check.actual):
        differences = (Difference("", check.expected, check.actual),)
    return CheckView(
        str(check.outcome),
        str(check.level),
        str(check.verdict),
        check.code,
        check.rule,
        words.language,
        printable(words.text),
        printable(shortened(seen, 1000)) if rule else "",
        printable(check.reason),
        tuple(_difference(one) for one in differences[:20]),
        tuple(printable(shortened(line, 500)) for line in check.log_lines[:_MAX_EVIDENCE]),
        tuple(printable(shortened(line, 500)) for line in check.rows[:_MAX_EVIDENCE]),
        words.why,
        words.cause,
        words.fix,
        printable(check.spec),
        safe_link(check.spec),
        check.exchanges,
    )


def _difference(one: Difference) -> Difference:
    return Difference(
        printable(one.path),
        printable(shortened(one.expected, 500)),
        printable(shortened(one.actual, 500)),
    )
