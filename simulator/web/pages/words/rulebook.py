"""The rules of the catalogue, in the page's language.

The catalogue itself is English. `rules/PART.ru.toml` has a part of its rules by their ids: text,
usual cause, fix, and why it matters. Together they are all.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from simulator.conformance.events import Rule


@dataclass(frozen=True, slots=True)
class RuleWords:
    """A rule for people: what it asks, why it is usually broken, what to do, in `language`."""

    language: str
    text: str
    cause: str
    fix: str
    why: str = ""


@cache
def translated(language: str) -> Mapping[str, Mapping[str, str]]:
    """Rules by id: text, cause, fix, why. Empty for the catalogue's own language."""
    found: dict[str, Mapping[str, str]] = {}
    for source in sorted((files(__package__) / "rules").iterdir(), key=lambda one: one.name):
        if source.name.endswith(f".{language}.toml"):
            found |= tomllib.loads(source.read_text(encoding="utf-8"))
    return found


def rule_words(rule: Rule, language: str) -> RuleWords:
    """The rule in that language; one of somebody's own catalogue stays in its words."""
    found = translated(language).get(rule.id)
    if found is None:
        return RuleWords("en", rule.text, rule.usual_cause, rule.fix, rule.why)
    return RuleWords(language, found["text"], found["cause"], found["fix"], found["why"])
