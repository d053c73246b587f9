"""From rule to scenario to bug, with nothing missing on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.conformance.events import Level
from simulator.conformance.judging import ENGINE_RULES
from simulator.conformance.load import FOLDER, Catalogue, PlacedScenario, PlacedStep
from tests.merchants.bugs import BUGS

_FILES = sorted(p for p in FOLDER.rglob("*.yaml") if p.parent != FOLDER)
_HEADER = "# yaml-language-server: $schema=../schema.json\n"
_SITE = "https://developer.help.paycom.uz/"


def _judged_by(placed: PlacedStep, default: str) -> set[str]:
    """The rules that a step has a verdict for."""
    step = placed.step
    own = step.rule or default
    rules = {also.rule for also in step.also}
    rules |= {part.rule or own for part in (step.database, step.log) if part is not None}
    for change in step.profiles.values():
        rules |= {also.rule for also in change.also or []}
    return rules | ({own} if step.expect is not None or step.profiles else set())


def _judged(scenario: PlacedScenario) -> set[str]:
    default = scenario.scenario.rules[0]
    return {rule for step in scenario.steps for rule in _judged_by(step, default)}


def test_every_must_has_a_scenario_that_judges_it(catalogue: Catalogue) -> None:
    judged = {rule for scenario in catalogue.scenarios for rule in _judged(scenario)}
    must = {rule.id for rule in catalogue.rules.values() if rule.level is Level.MUST}

    assert must - judged - set(ENGINE_RULES) == set()


def test_every_must_and_should_is_named_by_a_scenario(catalogue: Catalogue) -> None:
    named = {rule for scenario in catalogue.scenarios for rule in scenario.scenario.rules}
    binding = {rule.id for rule in catalogue.rules.values() if rule.level is not Level.MAY}

    assert binding - named == {"transport.unsent-answer"}  # whatever is sent that Payme never sends


def test_no_scenario_names_a_rule_that_it_never_judges(catalogue: Catalogue) -> None:
    idle = {
        scenario.id: set(scenario.scenario.rules) - _judged(scenario) - set(ENGINE_RULES)
        for scenario in catalogue.scenarios
    }

    assert {name: rules for name, rules in idle.items() if rules} == {}


def test_engine_rules_have_rows(catalogue: Catalogue) -> None:
    assert set(ENGINE_RULES) - set(catalogue.rules) == set()


def test_rules_are_complete(catalogue: Catalogue) -> None:
    for rule in catalogue.rules.values():
        told = (rule.text, rule.source, rule.why, rule.usual_cause, rule.fix, rule.group)
        assert all(text.strip() for text in told), rule.id
        assert rule.source.startswith(_SITE), rule.id


def test_codes_are_unique(catalogue: Catalogue) -> None:
    codes = [rule.code for rule in catalogue.rules.values()]

    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("path", _FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_file_names_its_schema(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith(_HEADER)


def test_every_must_is_broken_by_a_bug(catalogue: Catalogue) -> None:
    broken = {rule for bug in BUGS for rule in bug.breaks}
    must = {rule.id for rule in catalogue.rules.values() if rule.level is Level.MUST}

    assert must - broken == set()


def test_every_should_is_broken_by_a_bug(catalogue: Catalogue) -> None:
    broken = {rule for bug in BUGS for rule in bug.breaks}
    should = {rule.id for rule in catalogue.rules.values() if rule.level is Level.SHOULD}

    assert should - broken == set()


def test_bugs_break_rules_that_there_are(catalogue: Catalogue) -> None:
    assert {rule for bug in BUGS for rule in bug.breaks} - set(catalogue.rules) == set()


def test_bugs_have_names_of_their_own() -> None:
    names = [bug.name for bug in BUGS]

    assert len(names) == len(set(names))
