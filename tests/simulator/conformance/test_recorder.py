"""Levels and outcomes: a must fails, a should warns unless --strict, a may is only told."""

from __future__ import annotations

import pytest

from simulator.conformance.events import Difference, Level, Outcome, Place, Rule, Verdict
from simulator.conformance.recorder import Evidence, Recorder
from simulator.protocol.finding import Finding, Report

RULES = {
    f"a.{level}": Rule(f"PM-AA-0{n}", f"a.{level}", level, f"Keep a.{level}.", "https://x", "a")
    for n, level in enumerate(Level)
}
WRONG = [Difference("result.state", "1", "2"), Difference("result.b", "3", "4")]


def recorder(strict: bool = False) -> Recorder:
    return Recorder("some.scenario", RULES, strict)


@pytest.mark.parametrize(
    ("rule", "strict", "outcome"),
    [
        ("a.must", False, Outcome.FAILED),
        ("a.must", True, Outcome.FAILED),
        ("a.should", False, Outcome.WARNED),
        ("a.should", True, Outcome.FAILED),
        ("a.may", False, Outcome.PASSED),
        ("a.may", True, Outcome.PASSED),
    ],
)
def test_what_a_broken_rule_comes_to(rule: str, strict: bool, outcome: Outcome) -> None:
    written = recorder(strict)
    written.explicit("one", Verdict.ANSWER, rule, WRONG)
    written.standing("two", Report({rule}, [Finding(rule, "Broken.")]), Verdict.LOG)
    assert [check.outcome for check in written.checks()] == [outcome, outcome]


def test_a_rule_that_was_kept() -> None:
    written = recorder(strict=True)
    written.explicit("one", Verdict.DATABASE, "a.must", place=Place("f", 1, 1, 1, "x"))
    written.standing("two", Report({"a.should"}), Verdict.LOG)
    explicit, standing = written.checks()
    assert (explicit.outcome, explicit.step, explicit.place) == (Outcome.PASSED, "one", None)
    assert (standing.outcome, standing.step, standing.message) == (
        Outcome.PASSED,
        "",
        "Keep a.should.",
    )


def test_a_broken_check_carries_all_that_a_reader_needs() -> None:
    written = recorder()
    place = Place("f.yaml", 3, 5, 2, "  x")
    evidence = Evidence((4, 5), ("app.log:1: x",), ("row",))
    written.explicit("one", Verdict.ANSWER, "a.must", WRONG, place=place, evidence=evidence)
    (check,) = written.checks()
    assert (check.code, check.rule, check.level) == ("PM-AA-00", "a.must", Level.MUST)
    assert (check.scenario, check.step, check.verdict) == ("some.scenario", "one", Verdict.ANSWER)
    assert (check.message, check.spec) == ("Keep a.must.", "https://x")
    assert (check.expected, check.actual) == ("1", "2")
    assert check.differences == tuple(WRONG)
    assert (check.exchanges, check.log_lines, check.rows) == ((4, 5), ("app.log:1: x",), ("row",))
    assert check.place is place


def test_a_standing_rule_tells_its_first_finding_and_how_many_there_were() -> None:
    written = recorder()
    for step, number in (("one", 1), ("two", 2), ("three", 3)):
        finding = Finding("a.must", "Broken.", "result.x", "5", str(number))
        report = Report({"a.must"}, [finding] if number > 1 else [])
        written.standing(step, report, Verdict.ANSWER, Evidence((number,)))
    (check,) = written.checks()
    assert (check.step, check.actual, check.exchanges) == ("two", "2", (2,))
    assert check.message == "Broken. (2 times in this scenario)"
    assert check.differences == (Difference("result.x", "5", "2"),)


def test_each_verdict_of_a_standing_rule_is_a_check_of_its_own() -> None:
    written = recorder()
    for verdict in (Verdict.ANSWER, Verdict.DATABASE):
        written.standing("one", Report({"a.must"}), verdict)
    assert [check.verdict for check in written.checks()] == [Verdict.ANSWER, Verdict.DATABASE]


def test_a_check_that_was_not_made_says_why() -> None:
    written = recorder()
    written.unseen("one", Verdict.LOG, "a.should", Outcome.NOT_TESTABLE, "there is no file")
    (check,) = written.checks()
    assert (check.outcome, check.reason) == (Outcome.NOT_TESTABLE, "there is no file")
    assert check.message == "Keep a.should."


def test_explicit_checks_come_first_in_the_order_of_the_steps() -> None:
    written = recorder()
    written.standing("one", Report({"a.must", "a.may"}))
    written.explicit("two", Verdict.ANSWER, "a.should")
    written.explicit("one", Verdict.ANSWER, "a.may")
    assert [(c.rule, c.step) for c in written.checks()] == [
        ("a.should", "two"),
        ("a.may", "one"),
        ("a.may", ""),
        ("a.must", ""),
    ]
