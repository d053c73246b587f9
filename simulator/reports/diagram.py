"""A scenario as a sequence: who said what to whom, and what was then seen in database and log."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from simulator.caller.faults import fault_of
from simulator.caller.wire import Exchange, WireFailure
from simulator.conformance.events import Check, Verdict
from simulator.reports.collect import ScenarioRecord
from simulator.reports.text import counted, printable, seconds, shortened
from simulator.reports.words import UNSEEN, verdict_word

MAX_CALLS = 14
_AROUND = 10
_LARGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the diagram.

    `kind` is `step`, `call`, `answer`, `look` or `gap`; `at` is the time since the scenario's
    first call; `judged` says in a word what a judged call came to; `marks` are the words of
    database and log in a `look` row.
    """

    kind: str
    text: str
    at: str = ""
    judged: str = ""
    marks: tuple[tuple[str, str], ...] = ()


def rows(record: ScenarioRecord, judged: Iterable[Exchange], mark: str) -> list[Row]:
    """The scenario from its first call on; long ones are cut to what surrounds the judged calls."""
    marked = _marked(judged, mark)
    shown = _window(record.exchanges, marked)
    if not shown:
        return []
    start = record.exchanges[0].sent_at
    result: list[Row] = []
    before = record.exchanges.index(shown[0])
    if before:
        result.append(Row("gap", counted(before, "call") + " before"))
    for step, exchanges in _by_step(shown):
        result.append(Row("step", printable(step or "call")))
        result += _messages(exchanges, marked, start)
        result += _look(record.of_step(step))
    after = len(record.exchanges) - before - len(shown)
    if after:
        result.append(Row("gap", counted(after, "call") + " after"))
    return result


def _marked(judged: Iterable[Exchange], mark: str) -> dict[int, str]:
    """A word for each judged call: of a call and its repeat, the repeat is the one that fails."""
    numbers = [exchange.number for exchange in judged]
    words = dict.fromkeys(numbers, "judged")
    if 0 < len(numbers) <= 2:
        words[numbers[-1]] = mark
    return words


def _window(exchanges: list[Exchange], marked: dict[int, str]) -> list[Exchange]:
    """The calls to be shown: all, or the last judged one with those that led to it."""
    if len(exchanges) <= MAX_CALLS:
        return exchanges
    last = max((n for n, e in enumerate(exchanges) if e.number in marked), default=_AROUND)
    first = max(0, min(last - _AROUND, len(exchanges) - MAX_CALLS))
    return exchanges[first : first + MAX_CALLS]


def _by_step(exchanges: list[Exchange]) -> list[tuple[str, list[Exchange]]]:
    steps: list[tuple[str, list[Exchange]]] = []
    for exchange in exchanges:
        if not steps or steps[-1][0] != exchange.step:
            steps.append((exchange.step, []))
        steps[-1][1].append(exchange)
    return steps


def _messages(exchanges: list[Exchange], marked: dict[int, str], start: int) -> list[Row]:
    """Calls and answers in the order of time, so that calls made at once are seen to overlap."""
    told: list[tuple[int, int, Row]] = []
    for exchange in exchanges:
        word = marked.get(exchange.number, "")
        sent, came = exchange.sent_at, exchange.sent_at + exchange.took
        fault = fault_of(exchange.notes).partition(":")[0]
        spoiled = f", {fault}" if fault else ""
        call = f"{exchange.number} {printable(shortened(exchange.label, 40))}{spoiled}"
        answer = f"{exchange.number} {gist(exchange)}"
        told.append((sent, 0, Row("call", call, f"+{seconds(max(0, sent - start))}", word)))
        told.append((came, 1, Row("answer", answer, seconds(exchange.took), word)))
    return [row for _, _, row in sorted(told, key=lambda item: item[:2])]


def _look(checks: list[Check]) -> list[Row]:
    words = tuple(
        (lane, verdict_word([c for c in checks if c.verdict == lane]))
        for lane in (Verdict.DATABASE, Verdict.LOG)
    )
    if all(word == UNSEEN for _, word in words):
        return []
    return [Row("look", "", marks=tuple((str(lane), word) for lane, word in words))]


def gist(exchange: Exchange) -> str:
    """An answer in a few words: `result state 2`, `error -31008`, `HTTP 500`, `no answer`."""
    answer = exchange.answer
    if isinstance(answer, WireFailure):
        return f"no answer ({answer.kind})"
    status = "" if answer.status == 200 else f"HTTP {answer.status} "
    try:
        body = json.loads(answer.body) if len(answer.body) <= _LARGEST else None
    except (ValueError, RecursionError):
        return f"{status}not JSON"
    return printable(status + _member(body))


def _member(body: object) -> str:
    if not isinstance(body, dict):
        return "no JSON object"
    if isinstance(error := body.get("error"), dict):
        return f"error {shortened(str(error.get('code')), 20)}"
    result = body.get("result")
    if not isinstance(result, dict):
        return "result" if "result" in body else "neither result nor error"
    told = (f" {k} {shortened(str(result[k]), 20)}" for k in ("state", "allow") if k in result)
    return "result" + "".join(told)
