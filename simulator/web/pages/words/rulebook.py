"""The rules that a sandbox page may find broken, in the page's language.

The catalogue itself is English. The rules that its pages and the published scenarios can show are
translated here; a rule that only a run of the whole catalogue shows stays in English.
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
    """Rules by id: text, cause, fix. Empty for the catalogue's own language."""
    if language == "en":
        return {}
    source = (files(__package__) / "rules" / f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(source)


def rule_words(rule: Rule, language: str) -> RuleWords:
    """The rule in that language, or in English."""
    found = translated(language).get(rule.id)
    if found is None:
        return RuleWords("en", rule.text, rule.usual_cause, rule.fix, rule.why)
    return RuleWords(language, found["text"], found["cause"], found["fix"])
