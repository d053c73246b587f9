"""A merchant that means harm to whoever reads about it."""

from __future__ import annotations

from dataclasses import replace

from simulator.caller.wire import Exchange, FailureKind, WireAnswer, WireFailure
from simulator.conformance.events import Difference, Event, Outcome, Place
from tests.simulator.reports.stream import START, URL, answer, check, request, run, scenario

HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07\x9b31m\x00 \u202egnp.exe\u202c\u200b\u2028\ud800\ufffe ]]> "
    "<script>window.owned=1</script></script><!-- <img src=x onerror=window.owned=1> "
    "\"'&amp; {{7*7}} | `x` **b** @all\r\n::error::owned\n##[group]owned [red]markup[/red] :smile:"
)


def hostile() -> list[Event]:
    """A merchant that puts all that can hurt a terminal, a file or a page wherever it can."""
    name, text = "create.hostile", HOSTILE
    raw = text.encode("utf-8", "surrogatepass")
    answers: list[WireAnswer | WireFailure] = [
        WireAnswer(200, (("Content-Type", text), ("X-\x1b[1m", text)), raw),
        answer(2, result={"transaction": text, text: [text]}),
        WireAnswer(200, (), bytes(range(256)) * 8),
        WireAnswer(200, (("Content-Type", "text/html"),), b"<script>window.owned=1</script>" * 9),
        WireAnswer(500, (), b"A" * 10_000_000),
        WireFailure(FailureKind.NOT_HTTP, text),
    ]
    exchanges = [
        Exchange(
            number,
            name,
            "create",
            text,
            START + number,
            1,
            replace(request("CreateTransaction", number), url=f"{URL}?{text[:40]}", body=raw),
            got,
            (text,),
        )
        for number, got in enumerate(answers, start=1)
    ]
    checks = [
        check(
            rule,
            name,
            "create",
            outcome,
            message=text,
            expected=text,
            actual=text,
            case="h0st1",
            reason=text,
            place=Place("scenarios/x.yaml", 3, 5, 4, f"a: {text}"),
            differences=(Difference(text, text, text * 50),),
            exchanges=exchanges_of,
            log_lines=(text, text * 100),
            rows=(text,),
        )
        for rule, outcome, exchanges_of in (
            ("create.new", Outcome.FAILED, (1, 2)),
            ("create.amount", Outcome.FAILED, (3, 4)),
            ("create.busy", Outcome.FAILED, (5, 6)),
            ("create.busy-code", Outcome.WARNED, (1,)),
            ("create.one-row", Outcome.KNOWN, (2,)),
            ("log.no-key", Outcome.NOT_TESTABLE, ()),
        )
    ]
    part = scenario(name, text, exchanges, checks, "h0st1")
    return run([part], stopped=text, stale=(text,), not_looked_at=(text,), baseline=text)
