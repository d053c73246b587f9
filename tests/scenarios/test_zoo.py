"""Every bug of the reference merchant is told of, under the rules that it breaks."""

from __future__ import annotations

import pytest

from backend.bugs import BUGS, Bug, transport
from simulator.conformance.events import Level, Outcome
from simulator.conformance.load import Catalogue
from tests.scenarios.harness import Seen
from tests.scenarios.told import untold
from tests.scenarios.zoo import examine

_WRONG = (Outcome.FAILED, Outcome.WARNED, Outcome.NOT_TESTABLE)


def _missed(catalogue: Catalogue, bug: Bug, seen: Seen) -> list[str]:
    return [
        rule
        for rule in bug.breaks
        if rule
        not in seen.rules(
            Outcome.FAILED if catalogue.rules[rule].level is Level.MUST else Outcome.WARNED
        )
    ]


@pytest.mark.parametrize(
    "bug", [b for b in BUGS.values() if b.needs != "crash"], ids=lambda bug: bug.name
)
def test_bug_is_caught_by_its_own_rules(
    bug: Bug, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "SLOW_S", 0.9)
    patience_ms = 500 if bug.name == "transport.slow" else 10_000
    seen = examine(catalogue, bug, bug.breaks, patience_ms=patience_ms)
    if _missed(catalogue, bug, seen):
        seen = examine(catalogue, bug, bug.breaks, waits=True, patient=bug.needs == "simultaneous")

    failed, warned = sorted(seen.rules(Outcome.FAILED)), sorted(seen.rules(Outcome.WARNED))
    assert _missed(catalogue, bug, seen) == [], (
        f"{bug.does}; failed: {failed}, warned: {warned}, of {len(seen.checks)}, {seen.stopped}"
    )
    assert untold(catalogue, seen) == set()


@pytest.mark.parametrize(
    ("setup", "profile"), sorted({(b.setup, b.profile) for b in BUGS.values()})
)
def test_reference_is_clean_under_the_same_run(
    setup: str, profile: str, catalogue: Catalogue
) -> None:
    shown = [bug for bug in BUGS.values() if (bug.setup, bug.profile) == (setup, profile)]
    only = sorted({rule for bug in shown for rule in bug.breaks})
    seen = examine(catalogue, None, only, setup, profile)

    assert seen.checks
    assert [c for c in seen.checks if c.outcome in _WRONG] == []


def test_rows_are_right(catalogue: Catalogue) -> None:
    for bug in BUGS.values():
        assert set(bug.breaks) <= set(catalogue.rules), bug.name
        assert catalogue.rules[bug.breaks[0]].level == bug.level, bug.name


def test_every_must_is_broken_by_a_bug(catalogue: Catalogue) -> None:
    broken = {rule for bug in BUGS.values() for rule in bug.breaks}
    must = {rule.id for rule in catalogue.rules.values() if rule.level is Level.MUST}

    assert must - broken == set()


def test_every_family_has_bugs() -> None:
    assert len(BUGS) >= 100
    assert {bug.family for bug in BUGS.values()} >= {
        *("auth", "transport", "amounts", "accounts", "create", "perform", "cancel", "check"),
        *("statement", "fiscal", "simultaneous", "durability", "log", "database"),
    }
