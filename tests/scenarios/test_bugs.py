"""Every single bug is told of, under the rules it breaks and at their level."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.conformance.events import Level, Outcome
from simulator.conformance.load import Catalogue
from tests.merchants.bugs import BUGS, Bug
from tests.scenarios.harness import Seen, check, examine
from tests.scenarios.told import untold

_OF_A_MOMENT = ("race.", "crash.")
"""Bugs that need two things at once. On a busy machine the few rounds of a usual run may miss the
moment (a write waits for the disk until all who look have looked), so `--all` has many."""


def _told(catalogue: Catalogue, seen: Seen, rule: str) -> bool:
    level = catalogue.rules[rule].level
    return rule in seen.rules(Outcome.FAILED if level is Level.MUST else Outcome.WARNED)


def _missed(catalogue: Catalogue, bug: Bug, seen: Seen) -> list[str]:
    return [rule for rule in bug.breaks if not _told(catalogue, seen, rule)]


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_bug_is_found(bug: Bug, catalogue: Catalogue, tmp_path: Path) -> None:
    seen = examine(catalogue, bug, tmp_path)
    missed = _missed(catalogue, bug, seen)
    if missed and bug.name.startswith(_OF_A_MOMENT):
        again = tmp_path / "again"
        again.mkdir()
        seen = examine(catalogue, bug, again, patient=True)
        missed = _missed(catalogue, bug, seen)

    failed, warned = sorted(seen.rules(Outcome.FAILED)), sorted(seen.rules(Outcome.WARNED))
    assert not missed, f"{bug.does}; failed: {failed}, warned: {warned}, {seen.stopped}"
    if all(catalogue.rules[rule].level is Level.SHOULD for rule in bug.breaks):
        assert failed == [], f"{bug.does}: that may only warn"
    assert untold(catalogue, seen) == set()


def test_bug_fails_the_command(tmp_path: Path) -> None:
    only = ["--only", "perform.repeat", "--only", "check.performed"]
    code, report = check("one-time", tmp_path, *only, bug="perform.new-time-each")

    broken = {c["rule"] for c in report["checks"] if c["outcome"] == "failed"}
    assert code == 1
    assert broken == {"perform.repeat-same-answer"}


def test_should_fails_only_when_strict(tmp_path: Path) -> None:
    only = ["--only", "auth.check-transaction"]
    code, report = check("one-time", tmp_path, *only, bug="auth.any-login")
    strict, _ = check("one-time", tmp_path, *only, "--strict", bug="auth.any-login")

    assert (code, report["totals"]["failed"], strict) == (0, 0, 1)
    assert {c["rule"] for c in report["checks"] if c["outcome"] == "warned"} == {"auth.wrong-login"}
