"""How the story shows answers, long texts and what was not found."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from simulator.caller.wire import FailureKind, WireAnswer, WireFailure
from simulator.reports.story import Attempt, Found, Story, cut, seen

GOOD = WireAnswer(200, (), b'{"id": 1, "result": {"state": 1, "create_time": 5}}')
ATTEMPT = Attempt("7", 1000, "a" * 24, GOOD, GOOD, 1, 1, 1, ((("shop.log:3"), "x DEBUG: done"),))


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (GOOD, 'result {"state": 1, "create_time": 5}'),
        (WireAnswer(200, (), b'{"id": 1, "error": {"code": -31008}}'), 'error {"code": -31008}'),
        (WireAnswer(200, (), b"hello"), "HTTP 200, no content type: no answer of JSON-RPC"),
        (WireAnswer(502, (("Content-Type", "text/html; x"),)), "HTTP 502, text/html: no answer"),
        (WireFailure(FailureKind.TIMEOUT, "nothing within 5 s"), "nothing within 5 s"),
    ],
)
def test_an_answer_as_payme_sees_it(answer: WireAnswer | WireFailure, shown: str) -> None:
    assert seen(answer).startswith(shown)


def test_an_attempt_works_with_equal_results_in_one_row() -> None:
    assert ATTEMPT.worked
    other = WireAnswer(200, (), b'{"id": 1, "result": {"state": 1, "create_time": 6}}')
    refused = WireAnswer(200, (), b'{"id": 1, "error": {"code": -31008}}')
    for changed in (
        replace(ATTEMPT, again=other),
        replace(ATTEMPT, answer=refused, again=refused),
        replace(ATTEMPT, rows=2),
        replace(ATTEMPT, stored=0),
        replace(ATTEMPT, rows_before=0),
    ):
        assert not changed.worked


def test_cut_leaves_what_fits() -> None:
    assert [cut("abcd", n) for n in (4, 3, 1)] == ["abcd", "ab…", "…"]
    assert [cut("✅bcd", n) for n in (5, 4, 3, 2)] == ["✅bcd", "✅b…", "✅…", "…"]


def test_what_was_not_found_is_said() -> None:
    out = io.StringIO()
    story = Story(Console(file=out, width=100))
    story.bug(Found("the amount is not looked at", "amount.wrong-create", None))
    story.log(ATTEMPT, ["no such line", "done"])
    story.end(["after-fix: not found"], 1200)
    lines = [line.split() for line in out.getvalue().splitlines()]
    assert lines[0][0] == "?"
    assert lines[1] == ["shop.log:3", "done"]
    assert lines[3][:3] == ["not", "as", "told"]
    assert ["as", "told", "1.2", "s"] not in lines
