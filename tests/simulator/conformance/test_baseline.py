"""Known failures: excused while their day has not come, told when they are not needed any more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest

from simulator.conformance.baseline import Baseline, BaselineError, Known, load_baseline
from simulator.conformance.events import Check, Level, Outcome, Verdict

TODAY = dt.date(2026, 11, 23)


def check(
    outcome: Outcome = Outcome.FAILED, scenario: str = "create.repeat", code: str = "PM-CR-04"
) -> Check:
    rule = "create.repeat-same-answer"
    return Check(
        code, rule, Level.MUST, scenario, "again", Verdict.ANSWER, outcome, "Keep it.", "https://x"
    )


def known(until: dt.date = TODAY, scenario: str = "create.*", code: str = "PM-CR-04") -> Known:
    return Known(code, scenario, "fixed in 2.3", "payments team", until)


def settled(
    entries: Sequence[Known], *checks: Check, chancy: Sequence[str] = ()
) -> tuple[list[Outcome], tuple[str, ...]]:
    baseline = Baseline(entries, TODAY, chancy)
    outcomes = [one.outcome for one in baseline.settle(checks)]
    return outcomes, baseline.complaints()


YESTERDAY, TOMORROW = TODAY - dt.timedelta(days=1), TODAY + dt.timedelta(days=1)


def test_a_known_failure_is_excused_and_says_until_when() -> None:
    baseline = Baseline([known()], TODAY)
    (one,) = baseline.settle([check()])
    assert (one.outcome, one.reason) == (
        Outcome.KNOWN,
        "until 2026-11-23 (payments team): fixed in 2.3",
    )
    assert baseline.complaints() == ()


@pytest.mark.parametrize(
    "other", [check(code="PM-CR-05"), check(scenario="perform.repeat"), check(scenario="create")]
)
def test_other_failures_are_not(other: Check) -> None:
    assert settled([known()], check(), other) == ([Outcome.KNOWN, Outcome.FAILED], ())


def test_the_last_day_counts() -> None:
    assert settled([known(TODAY)], check())[0] == [Outcome.KNOWN]
    outcomes, complaints = settled([known(YESTERDAY)], check())
    assert outcomes == [Outcome.FAILED]
    assert complaints == ("expired: PM-CR-04 create.* (until 2026-11-22, payments team)",)


def test_an_expired_entry_beside_one_that_holds() -> None:
    outcomes, complaints = settled([known(YESTERDAY), known(TOMORROW)], check())
    assert outcomes == [Outcome.KNOWN]
    assert len(complaints) == 1


def test_an_entry_that_is_not_needed_is_stale() -> None:
    outcomes, complaints = settled([known()], check(Outcome.PASSED))
    assert outcomes == [Outcome.PASSED]
    assert complaints == (
        "stale, it does not fail any more: PM-CR-04 create.* (until 2026-11-23, payments team); "
        "take it out",
    )


@pytest.mark.parametrize(
    "checks",
    [
        [],
        [check(Outcome.SKIPPED)],
        [check(Outcome.NOT_TESTABLE)],
        [check(Outcome.WARNED)],
        [check(Outcome.PASSED), check(Outcome.WARNED)],
        [check(Outcome.PASSED), check(Outcome.FAILED)],
        [check(Outcome.PASSED, scenario="perform.repeat")],
        [check(Outcome.PASSED, code="PM-CR-05")],
    ],
)
def test_an_entry_is_not_stale_while_its_check_was_not_made_or_does_not_hold(
    checks: list[Check],
) -> None:
    assert settled([known()], *checks)[1] == ()


def test_what_fails_only_at_times_is_never_stale() -> None:
    race = check(Outcome.PASSED, scenario="create.race")
    assert settled([known()], race, chancy=["create.race"])[1] == ()
    assert len(settled([known()], race)[1]) == 1


GOOD = """
[[known]]
code = "PM-CR-04"
scenario = "create.repeat*"
reason = "fixed in 2.3"
owner = "payments team"
until = 2027-01-15
"""


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "b.toml"
    path.write_text(GOOD, encoding="utf-8")
    day = dt.date(2027, 1, 15)
    assert load_baseline(path) == [
        Known("PM-CR-04", "create.repeat*", "fixed in 2.3", "payments team", day)
    ]
    path.write_text("", encoding="utf-8")
    assert load_baseline(path) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[known", "not TOML: "),
        (GOOD.replace("known", "knwon"), "knwon is not a known key. Each"),
        (
            GOOD.replace("PM-CR-04", "CR-4"),
            'known.1.code is "CR-4" (text); it must be PM-, two capital letters',
        ),
        (GOOD.replace("owner =", "ownr ="), "known.1.owner is missing. Each"),
        (GOOD.replace('"payments team"', '""'), 'known.1.owner is "" (text); it must be not empty'),
        (
            GOOD.replace("2027-01-15", '"2027-01-15"'),
            'known.1.until is "2027-01-15" (text); it must be a date with',
        ),
        (
            GOOD.replace("2027-01-15", "2027-01-15T10:00:00"),
            "known.1.until is 2027-01-15 10:00:00 (date); it must be a date with",
        ),
        (GOOD + GOOD.replace("reason =", "why ="), "known.2.reason is missing. Each"),
    ],
)
def test_a_file_that_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "b.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BaselineError) as caught:
        load_baseline(path)
    assert str(caught.value).startswith(f"{path}: {message}")
    assert text == "[[known" or "Each [[known]] has code, scenario, reason" in str(caught.value)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="cannot be read: No such file"):
        load_baseline(tmp_path / "none.toml")
    with pytest.raises(BaselineError, match="cannot be read: Is a directory"):
        load_baseline(tmp_path)
    (tmp_path / "b.toml").write_bytes(b"\xff")
    with pytest.raises(BaselineError, match="not TOML"):
        load_baseline(tmp_path / "b.toml")
