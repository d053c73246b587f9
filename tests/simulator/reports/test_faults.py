"""A call that was spoiled on purpose is told as such, wherever it is shown."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from simulator.caller.faults import Fault, FaultKind
from simulator.caller.wire import FailureKind, WireFailure
from simulator.conformance.events import Event, ExchangeDone
from simulator.reports import ConsoleReport, HtmlReport, JsonReport
from tests.simulator.reports import stream

FAULT = Fault(FaultKind.DROP_REPLY)
WORDS = FAULT.words(100)


def spoiled() -> list[Event]:
    """A run whose failing check judged a call with a fault and its repetition."""
    events: list[Event] = []
    for event in stream.one_failing():
        if isinstance(event, ExchangeDone) and event.exchange.number == 71:
            lost = WireFailure(FailureKind.INJECTED, "the reply was lost on purpose")
            event = ExchangeDone(replace(event.exchange, answer=lost, notes=(WORDS,)))
        events.append(event)
    return events


def test_json(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    stream.feed(JsonReport(path), spoiled())
    checks = json.loads(path.read_text(encoding="utf-8"))["checks"]
    told = [check for check in checks if "faults" in check]
    assert "create.repeat-same-answer" in [check["rule"] for check in told]
    assert all(71 in check["exchanges"] for check in told)
    words = WORDS.removeprefix("fault: ")
    assert all(check["faults"] == [{"exchange": 71, "fault": words}] for check in told)
    assert words.startswith("drop-reply: ")


def test_html(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    stream.feed(HtmlReport(path), spoiled())
    page = path.read_text(encoding="utf-8")
    assert WORDS in page
    assert "71 CreateTransaction, drop-reply" in page
    assert "no answer (injected)" in page


def test_console() -> None:
    out = io.StringIO()
    stream.feed(ConsoleReport(Console(file=out, width=100)), spoiled())
    assert WORDS in " ".join(out.getvalue().split())
