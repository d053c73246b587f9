"""The rules in Russian and Uzbek: all of them, with the same codes and names of members."""

from __future__ import annotations

import re

import pytest

from simulator.web.pages.chains import catalogue
from simulator.web.pages.words.rulebook import rule_words, translated

PARTS = {"text", "cause", "fix", "why"}
CODE = re.compile(r"-3[0-9]{4}|`[^`]*`")


@pytest.mark.parametrize("language", ["ru", "uz"])
def test_every_rule_is_translated(language: str) -> None:
    assert set(translated(language)) == set(catalogue().rules)
    for rule, words in translated(language).items():
        assert set(words) == PARTS, rule
        assert all(text.strip() for text in words.values()), rule


@pytest.mark.parametrize("language", ["ru", "uz"])
def test_a_translation_names_the_same_codes(language: str) -> None:
    for rule in catalogue().rules.values():
        english = {"text": rule.text, "cause": rule.usual_cause, "fix": rule.fix, "why": rule.why}
        for part, words in translated(language)[rule.id].items():
            assert set(CODE.findall(words)) == set(CODE.findall(english[part])), (rule.id, part)


def test_a_rule_is_told_in_the_language_of_the_page() -> None:
    rules = catalogue().rules
    shown = rule_words(rules["durability.starts-again"], "ru")

    assert shown.language == "ru"
    assert shown.text.startswith("После того как вас убили")
    assert shown.why.startswith("Серверы теряют питание")
    assert rule_words(rules["official.amount"], "uz").text.startswith("«Noto'g'ri summa»")
    assert rule_words(rules["official.amount"], "en").why == rules["official.amount"].why
