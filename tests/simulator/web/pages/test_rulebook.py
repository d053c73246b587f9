"""The rules of the sandbox's pages in Russian and Uzbek: all of them, with the same codes."""

from __future__ import annotations

import re

import pytest

from simulator.conformance.judging import ENGINE_RULES
from simulator.conformance.load import PlacedScenario
from simulator.web.pages.chains import catalogue, chains
from simulator.web.pages.words.rulebook import rule_words, translated

NOT_ON_A_PAGE = ("durability.", "trouble.")  # nothing is killed or troubled there
FEW = 5  # rules that are too young to be translated
CODE = re.compile(r"-3[0-9]{4}")


def rules_of(scenario: PlacedScenario) -> set[str]:
    """Every rule that a scenario can find broken by its steps."""
    steps = [placed.step for placed in scenario.steps]
    named = {step.rule for step in steps} | {also.rule for step in steps for also in step.also}
    return {*scenario.scenario.rules, *(rule for rule in named if rule)}


def of_pages() -> set[str]:
    """The rules of the pages' own steps and of the published scenarios."""
    published = [s for s in catalogue().scenarios if s.id.startswith("official.")]
    return {rule for one in (*chains().values(), *published) for rule in rules_of(one)}


def of_every_call() -> set[str]:
    """The rules that hold for whatever is called."""
    return {rule for rule in ENGINE_RULES if not rule.startswith(NOT_ON_A_PAGE)}


@pytest.mark.parametrize("language", ["ru", "uz"])
def test_every_rule_that_a_page_can_show_is_translated(language: str) -> None:
    have = set(translated(language))
    assert sorted(of_pages() - have) == []
    assert len(of_every_call() - have) <= FEW, sorted(of_every_call() - have)
    assert sorted(have - of_pages() - of_every_call()) == []
    for rule, words in translated(language).items():
        assert set(words) == {"text", "cause", "fix"}, rule
        assert all(text.strip() for text in words.values()), rule


@pytest.mark.parametrize("language", ["ru", "uz"])
def test_a_translation_names_the_same_codes(language: str) -> None:
    rules = catalogue().rules
    for name, words in translated(language).items():
        rule = rules[name]
        pairs = [("text", rule.text), ("cause", rule.usual_cause), ("fix", rule.fix)]
        for part, english in pairs:
            assert set(CODE.findall(words[part])) == set(CODE.findall(english)), (name, part)


def test_other_rules_stay_english() -> None:
    rules = catalogue().rules
    assert rule_words(rules["durability.starts-again"], "ru").language == "en"
    assert rule_words(rules["official.amount"], "uz").text.startswith("«Noto'g'ri summa»")
    assert rule_words(rules["official.amount"], "en").why
