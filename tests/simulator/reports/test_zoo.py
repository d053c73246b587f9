"""The matrix of bugs: what counts as caught, and how it is shown."""

from __future__ import annotations

import re

import pytest

from simulator.conformance.events import Level, Outcome, Rule
from simulator.reports.zoo import Caught, Matrix, Row, Seen, Told, matrix_document, summed_up
from simulator.reports.zoo_page import matrix_page

_RULES = {
    name: Rule(f"PM-X-0{number}", name, level, f"Keep {name}.", "https://example.test", "group")
    for number, (name, level) in enumerate(
        {"a.own": Level.MUST, "a.other": Level.MUST, "a.soft": Level.SHOULD}.items()
    )
}
_BUG = Row("a.bug", "a", "does <b>wrong</b>", ("a.own",), "must", "answer", "one-time", "default")
_NONE = Row.without_bug("one-time", "default")


def _told(rule: str, outcome: Outcome = Outcome.FAILED) -> Told:
    return Told(rule, outcome, "scenario", "step", "It is wrong.")


@pytest.mark.parametrize(
    ("row", "told", "stopped", "caught"),
    [
        (_BUG, [_told("a.own")], "", Caught.YES),
        (_BUG, [_told("a.own", Outcome.WARNED), _told("a.other")], "", Caught.YES),
        (_BUG, [_told("a.own", Outcome.NOT_TESTABLE)], "", Caught.BY_ACCIDENT),
        (_BUG, [_told("a.other")], "", Caught.BY_ACCIDENT),
        (_BUG, [], "it died", Caught.BY_ACCIDENT),
        (_BUG, [], "", Caught.NO),
        (_NONE, [], "", Caught.CLEAN),
        (_NONE, [_told("a.soft", Outcome.WARNED)], "", Caught.ALARM),
        (_NONE, [], "it died", Caught.ALARM),
    ],
)
def test_caught(row: Row, told: list[Told], stopped: str, caught: Caught) -> None:
    seen = Seen(row, tuple(told), stopped)

    assert seen.caught is caught
    assert seen.good is (caught in (Caught.YES, Caught.CLEAN))
    assert Matrix((seen,), _RULES, 1).good is seen.good


def test_failure_counts_more_than_warning() -> None:
    seen = Seen(_BUG, (_told("a.own", Outcome.WARNED), _told("a.own"), _told("a.own")))

    assert seen.rules == {"a.own": Outcome.FAILED}


def test_document_and_words() -> None:
    missed = Seen(_BUG, (_told("a.other"),))
    matrix = Matrix((Seen(_NONE, ()), missed), _RULES, 12)
    document = matrix_document(matrix)

    assert (document["good"], document["musts_without_bug"]) == (False, ["a.own"])
    assert document["totals"] == {"bugs": 1, "caught": 0, "setups": 1, "alarms": 0}
    assert summed_up(matrix).splitlines() == [
        " BY ACCIDENT  a.bug: does <b>wrong</b>",
        "       should be told by a.own",
        "       told by a.other (failed)",
        "",
        " 0 of 1 bug caught by the rules they break, the reference clean in 1 of 1 set-up   12.0 s",
    ]


def test_page_is_whole_and_safe() -> None:
    seen = (Seen(_NONE, ()), Seen(_BUG, (_told("a.own"), _told("a.soft", Outcome.WARNED))))
    page = matrix_page(Matrix(seen, _RULES, 12))

    assert "1 of 1 bug caught, 0 false alarms on the reference" in page
    assert "does &lt;b&gt;wrong&lt;/b&gt;" in page
    assert re.search(r'href="#grid-a">a <span class="quiet">1/1<', page)
    assert "the 2 of 3 rules that told of something" in page
    assert 'class="failed own" title="a.bug: a.own failed in scenario"' in page
    assert 'class="warned" title="a.bug: a.soft warned in scenario"' in page
    assert "http" not in page.replace("http-equiv", "")
    assert "script" not in page
