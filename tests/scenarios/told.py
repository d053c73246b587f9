"""Which sentences of a run a page could not tell in its language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from simulator.conformance.events import Check, Outcome, Rule, Verdict
from simulator.conformance.load import Catalogue
from simulator.web.pages.sentences import ENGLISH, translated
from simulator.web.pages.words import LANGUAGES
from tests.scenarios.harness import Seen


def untold(catalogue: Catalogue, seen: Seen) -> set[str]:
    """Each sentence without a translation into some language; empty is what is wanted."""
    every = [seen.stopped, *(text for one in seen.checks for text in _said(one, catalogue.rules))]
    return {
        text
        for text in every
        if text and any(translated(text, language) is None for language in _FOREIGN)
    }


_TIMES = re.compile(r" \(\d+ times in this scenario\)$")
_FOREIGN = [language for language in LANGUAGES if language != ENGLISH]


def _said(check: Check, rules: Mapping[str, Rule]) -> Iterator[str]:
    """What a page shows of a check, but for what the merchant or the configuration says."""
    if check.outcome is Outcome.PASSED:
        return
    theirs = _theirs(check)
    if check.message not in (rules[check.rule].text, ""):
        yield from _unless(theirs, [_TIMES.sub("", check.message)])
    yield check.reason
    for one in check.differences:
        yield from _unless(theirs, [one.path, one.expected])
        if check.verdict is not Verdict.LOG:  # there it is a line of the merchant's
            yield one.actual
    yield from check.rows


def _theirs(check: Check) -> str:
    """The name of an invariant that the configuration has, which is a sentence of its own."""
    named = check.verdict is Verdict.INVARIANT and check.message.startswith(
        tuple(f"{one.path}." for one in check.differences)
    )
    return check.differences[0].path if named and check.differences else ""


def _unless(theirs: str, texts: Iterable[str]) -> Iterator[str]:
    yield from (text for text in texts if not theirs or not text.startswith(theirs))
