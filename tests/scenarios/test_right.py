"""A merchant that is right is told so: nothing fails, warns or cannot be tested."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.conformance.events import Level
from simulator.conformance.load import Catalogue, PlacedScenario
from tests.merchants.bugs import CHOICES, Bug
from tests.scenarios.harness import check, examine

_WRONG = ("failed", "warned", "not_testable")
_ONLY_BILLS = {"order.one-live-transaction", "order.status-fits", "order.amount-stays"}
_ONLY_DIGITS = {"account.text-accepted"}
_BY_CHANCE = {"durability.retry-answered"}  # only where the kill came before an answer


def _applies(scenario: PlacedScenario, kind: str) -> bool:
    inner = scenario.scenario
    accounts = "accumulating" if kind == "accumulating" else "one-time"
    lacking = "refunds" if kind == "no-refunds" else "no-refunds"
    return accounts in inner.account_types and lacking not in inner.requires


@pytest.mark.timeout(300)  # the whole catalogue with its slow scenarios, on a busy machine too
@pytest.mark.parametrize(
    ("kind", "profile"),
    [
        ("one-time", "default"),
        ("one-time", "docs"),
        ("one-time", "sandbox"),
        ("accumulating", "default"),
        ("no-refunds", "default"),
        ("digits", "default"),
    ],
)
def test_right_merchant_passes(
    kind: str, profile: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    code, report = check(kind, tmp_path, "--strict", "--only", "*", profile=profile)

    wrong = [c for c in report["checks"] if c["outcome"] in _WRONG]
    assert wrong == []
    assert code == 0
    passed = {c["rule"] for c in report["checks"] if c["outcome"] == "passed"}
    shown = {r for s in catalogue.scenarios if _applies(s, kind) for r in s.scenario.rules}
    must = {r for r in shown if catalogue.rules[r].level is Level.MUST}
    unasked = _ONLY_BILLS if kind == "accumulating" else set()
    unasked |= set() if kind == "digits" else _ONLY_DIGITS
    assert must - passed - _BY_CHANCE <= unasked, "these were never judged"


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: choice.name)
def test_choice_is_left_to_the_merchant(choice: Bug, catalogue: Catalogue, tmp_path: Path) -> None:
    seen = examine(catalogue, choice, tmp_path)

    assert seen.checks
    assert [c for c in seen.checks if c.outcome in _WRONG] == [], choice.does
