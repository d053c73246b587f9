"""The sequence of a scenario: order of time, marks, cuts, and answers in a few words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.caller.wire import FailureKind, WireAnswer, WireFailure
from simulator.conformance.events import Event
from simulator.reports.collect import Collector, ScenarioRecord
from simulator.reports.diagram import MAX_CALLS, Row, gist, rows
from tests.simulator.reports import stream


def record(events: list[Event], name: str) -> ScenarioRecord:
    collector = Collector()
    stream.feed(collector, events)
    return collector.run.scenarios[name]


def test_a_call_and_its_repeat() -> None:
    scenario = record(stream.one_failing(), "create.repeat")
    assert rows(scenario, scenario.exchanges, "FAIL") == [
        Row("step", "create"),
        Row("call", "71 CreateTransaction", "+0 ms", "judged"),
        Row("answer", "71 result state 1", "14 ms", "judged"),
        Row("call", "72 CreateTransaction", "+40 ms", "FAIL"),
        Row("answer", "72 result state 1", "22 ms", "FAIL"),
        Row("look", "", marks=(("database", "ok"), ("log", "FAIL"))),
    ]


def test_calls_made_at_once_are_seen_to_overlap() -> None:
    scenario = record(stream.race(4), "create.race")
    shown = rows(scenario, scenario.exchanges, "FAIL")
    assert [row.kind for row in shown] == ["step", *["call"] * 4, *["answer"] * 4]
    assert [row.text[0] for row in shown[5:]] == ["4", "3", "2", "1"]
    assert {row.judged for row in shown[1:]} == {"judged"}


def test_long_scenarios_are_cut_to_what_led_to_the_failure() -> None:
    calls = [stream.call(n, "s.x", "again", "CheckTransaction") for n in range(1, 56)]
    scenario = ScenarioRecord("s.x", exchanges=calls)
    shown = rows(scenario, [calls[29]], "FAIL")
    assert shown[0] == Row("gap", "19 calls before")
    assert shown[-1] == Row("gap", "22 calls after")
    assert sum(row.kind == "call" for row in shown) == MAX_CALLS
    assert any(row.judged == "FAIL" for row in shown)
    assert rows(scenario, [calls[-1]], "FAIL")[-1].judged == "FAIL"


def test_a_scenario_without_calls_has_no_diagram() -> None:
    assert rows(ScenarioRecord("s.x"), [], "FAIL") == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"result":{"state":-2}}', "result state -2"),
        (b'{"result":{"allow":true}}', "result allow True"),
        (b'{"result":{"transactions":[]}}', "result"),
        (b'{"error":{"code":-31008}}', "error -31008"),
        (b'{"error":{"code":"\\u001b"}}', "error \\x1b"),
        (b'{"id":1}', "neither result nor error"),
        (b"[]", "no JSON object"),
        (b"<h1>", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "no JSON object"),
    ],
)
def test_an_answer_in_a_few_words(body: bytes, words: str) -> None:
    exchange = replace(stream.create(1, "s.x", "a", 1), answer=WireAnswer(200, (), body))
    assert gist(exchange) == words


def test_other_statuses_and_no_answer() -> None:
    exchange = stream.create(1, "s.x", "a", 1)
    broken = replace(exchange, answer=WireAnswer(500, (), b"<h1>Error</h1>"))
    assert gist(broken) == "HTTP 500 not JSON"
    silent = replace(exchange, answer=WireFailure(FailureKind.TIMEOUT, "no answer in 10 s"))
    assert gist(silent) == "no answer (timeout)"
