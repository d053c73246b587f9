"""Twelve hours that pass at once, for the reference merchant, by each adapter there is."""

from __future__ import annotations

import pytest

from simulator.conformance.events import Check, Outcome
from simulator.conformance.load import Catalogue
from simulator.observers.clock import find_faketime
from tests.scenarios.harness import Seen
from tests.scenarios.reference import run_reference

_SCENARIOS = (
    "clock-dies",
    "clock-lives",
    "clock-paid",
    "clock-repeat",
    "clock-second-old",
    "clock-second-young",
)
_BY_TIME = ("old-create", "old-perform", "old-repeat", "old-second-id", "young-lives")


def _of(seen: Seen, way: str) -> list[Check]:
    return [check for check in seen.checks if check.scenario.endswith(f"[{way}]")]


@pytest.mark.parametrize("way", ["rows", "hook", "faketime"])
def test_expiry_by_a_moved_clock(way: str, catalogue: Catalogue) -> None:
    if way == "faketime" and find_faketime() is None:
        pytest.skip("libfaketime is not installed here (apt-get install faketime)")
    settings = {"clock.faketime": "true"} if way == "faketime" else {}
    only = " ".join(f"expiry.{name}" for name in _SCENARIOS)
    seen = run_reference(catalogue, only, settings=settings)

    checks = _of(seen, way)
    assert {check.scenario.partition("[")[0] for check in checks} == set(only.split())
    assert {check.outcome for check in checks} == {Outcome.PASSED}
    steps = {(check.scenario.partition("[")[0], check.step) for check in checks}
    assert ("expiry.clock-dies", "check") in steps
    assert ("expiry.clock-second-old", "perform-second") in steps
    # and the clock is right again for whatever comes after
    assert seen.stopped == ""


def test_expiry_by_paymes_own_time(catalogue: Catalogue) -> None:
    seen = run_reference(catalogue, " ".join(f"expiry.{name}" for name in _BY_TIME))
    assert seen.rules(Outcome.FAILED) | seen.rules(Outcome.WARNED) == set()
    lived = [c for c in seen.checks if c.scenario == "expiry.young-lives[11h59m]"]
    assert {check.outcome for check in lived} == {Outcome.PASSED}


def test_what_cannot_move_the_clock_is_said(catalogue: Catalogue) -> None:
    seen = run_reference(catalogue, "expiry.clock-lives", settings={"database.age_rows": "false"})
    assert {check.outcome for check in _of(seen, "hook")} == {Outcome.PASSED}
    for way, why in (("rows", "must not be aged"), ("faketime", "was not asked for")):
        (check,) = _of(seen, way)
        assert check.outcome is Outcome.SKIPPED
        assert why in check.reason


def test_a_hook_that_is_not_there_cannot_be_used(catalogue: Catalogue) -> None:
    seen = run_reference(
        catalogue,
        "expiry.clock-lives",
        environ={"PAYME_BACKEND_CLOCK_HOOK": "0"},
        settings={"process.env": '{ PAYME_BACKEND_KEY = "x" }', "merchant.key": "x"},
    )
    told = [c for c in _of(seen, "hook") if c.outcome is Outcome.NOT_TESTABLE]
    assert told
    assert "/test/clock answers HTTP 404" in told[0].reason
    assert "must take POST" in told[0].reason
