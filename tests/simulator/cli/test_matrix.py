"""Which scenarios the matrix runs against which bug."""

from __future__ import annotations

import pytest

from simulator.cli.matrix import scenarios_for
from simulator.conformance.load import Catalogue, PlacedScenario, load_catalogue
from simulator.reports.zoo import Row


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def _row(rule: str, needs: str) -> Row:
    return Row("a.bug", "a", "does wrong", (rule,), "must", needs, "one-time", "default")


def _kills(placed: PlacedScenario) -> bool:
    return any(step.step.restart for step in placed.steps)


def test_the_merchant_without_a_bug_gets_what_any_bug_gets(catalogue: Catalogue) -> None:
    bugs = [_row("durability.whole-or-absent", "crash"), _row("race.perform-once", "simultaneous")]
    none = Row.without_bug("one-time", "default")
    run = {one.id: one.scenario.rounds for one in scenarios_for(catalogue, none, bugs)}

    for bug in bugs:
        for one in scenarios_for(catalogue, bug):
            assert run[one.id] >= one.scenario.rounds, one.id
    assert len(scenarios_for(catalogue, none)) < len(run)


def test_only_a_bug_of_crashes_kills(catalogue: Catalogue) -> None:
    crash = scenarios_for(catalogue, _row("durability.whole-or-absent", "crash"))
    answer = scenarios_for(catalogue, _row("durability.whole-or-absent", "answer"))

    assert any(_kills(one) and one.scenario.rounds > 2 for one in crash)
    assert not any(_kills(one) for one in answer)


def test_rounds_are_kept_where_the_rule_is_shown(catalogue: Catalogue) -> None:
    run = scenarios_for(catalogue, _row("race.perform-once", "simultaneous"))
    shown = {one.id for one in run if one.scenario.rounds > 1}

    assert shown
    assert all("race.perform-once" in one.scenario.rules for one in run if one.id in shown)
    usual = {one.id for one in catalogue.scenarios if "slow" not in one.scenario.tags}
    assert usual - {one.id for one in run} == set(), "no scenario of the default run is left out"
