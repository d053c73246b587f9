"""The texts: every language has all of them, and all of them are used."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import simulator.web as web
from simulator.conformance.events import Level, Outcome, Verdict
from simulator.web.cabinet import booked, journal, payments, settings, timeline
from simulator.web.faults import KINDS
from simulator.web.pages import chains
from simulator.web.pages.formats import locale_of
from simulator.web.pages.frame import SECTIONS
from simulator.web.pages.words import LANGUAGES, Text, Words, texts
from simulator.web.payments import Doing, Receipt

HOME = Path(web.__file__).parent
SAME_EVERYWHERE = re.compile(r"page\.[a-z-]+|verdict\.invariant|frame\.kassa|settings\.login")

STEPS = {step.id for chain in chains.chains().values() for step in chain.steps} | {
    step.id
    for scenario in chains.catalogue().scenarios
    if scenario.id.startswith("official.")
    for step in scenario.steps
    if step.own
}
SEQUENCES = [chains.official(*kind) for kind in ((True, True), (True, False), (False, True))]
FAMILIES: dict[str, set[str]] = {
    "nav": set(SECTIONS),
    "group": {chains.INVALID, chains.REQUESTS},
    "page": set(chains.BY_SLUG),
    "page_lead": set(chains.BY_SLUG),
    "sequence": {name for kind in SEQUENCES for name, _ in kind},
    "sequence_hint": {name for kind in SEQUENCES for name, _ in kind},
    "scenario": {one for kind in SEQUENCES for _, ids in kind for one in ids},
    "field": {name for page in chains.PAGES for name in page.fields},
    "problem": {name for page in chains.PAGES for name in page.fields} | {"no_orders"},
    "account_type": set(chains.ACCOUNT_TYPES),
    "account_state": set(chains.ACCOUNT_STATES),
    "state": {str(state) for state in (*chains.STATES, chains.UNKNOWN)},
    "reason": set(map(str, chains.REASONS)),
    "credentials": set(chains.CREDENTIALS),
    "period": set(chains.PERIODS),
    "document": set(chains.DOCUMENTS),
    "outcome": {str(one) for one in Outcome} | {"waiting", "going", "stopped"},
    "level": {str(one) for one in Level},
    "verdict": {str(one) for one in Verdict},
    "step": STEPS | {"audit"},
    "profile": {"default", "docs", "sandbox"},
    "receipt": {str(int(one)) for one in Receipt},
    "doing": {str(one) for one in Doing},
    "moment": set(timeline.MOMENTS),
    "by": {"merchant", "payme", "card"},
    "answer": set(journal.VERDICTS),
    "origin": set(journal.ORIGINS),
    "faulted": {"yes", "no"},
    "fault": set(KINDS),
    "cabinet": {"from", "to"},
    "faults": {"times", "delay_ms", "count", "nth", "amount", "percent", "seed"},
    "done": set(payments.DONE),
    "settled": set(settings.DONE),
    "book": {booked.OURS, booked.STATEMENT, booked.CHECK, booked.DATABASE},
    "line": {"agrees", "differs", "waiting", "only-payme", "only-merchant"},
}
"""Texts that are named by what a program calls a thing: the family, and all that may be in it."""

_NAMED = re.compile(r"""(?:\bt|words|words\(\))\(\s*["']([a-z_]+(?:\.[a-z_]+)+)["']""")
_QUOTED = re.compile(r"""["']((?:error|count)\.(?!html)[a-z_]+)["']""")


def named() -> set[str]:
    """Every key that a template or a module names whole."""
    sources = [*HOME.rglob("*.html"), *HOME.rglob("*.py")]
    found: set[str] = set()
    for path in sources:
        text = path.read_text(encoding="utf-8")
        found |= set(_NAMED.findall(text)) | set(_QUOTED.findall(text))
    return found


def used() -> set[str]:
    families = {f"{family}.{name}" for family, names in FAMILIES.items() for name in names}
    counts = {f"count.{name}" for name in ("passed", "failed", "not_testable", "warned", "skipped")}
    return named() | families | counts


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_untranslated_and_nothing_unused(language: str) -> None:
    have = set(texts(language))
    assert sorted(used() - have) == []
    assert sorted(have - used()) == []


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def forms(text: Text) -> list[str]:
    return [text] if isinstance(text, str) else list(text.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_the_same_everywhere(language: str) -> None:
    for key, text in texts("en").items():
        wanted = {name for form in forms(text) for name in places(form)}
        for form in forms(texts(language)[key]):
            assert places(form) == wanted, (key, form)


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals_have_the_languages_own_forms(language: str) -> None:
    wanted = set(locale_of(language).plural_form.tags) | {"other"}
    for key, text in texts(language).items():
        if not isinstance(text, str):
            assert set(text) == wanted, key


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_no_text_was_left_in_english(language: str) -> None:
    english = texts("en")
    same = {key for key, text in texts(language).items() if text == english[key]}
    assert sorted(key for key in same if not SAME_EVERYWHERE.fullmatch(key)) == []


def test_russian_is_cyrillic_and_uzbek_is_latin() -> None:
    cyrillic = re.compile("[а-яё]", re.IGNORECASE)
    for key, text in texts("uz").items():
        assert not any(cyrillic.search(form) for form in forms(text)), key
    shown = [form for text in texts("ru").values() for form in forms(text)]
    latin = [form for form in shown if re.search("[A-Za-z]", form) and not cyrillic.search(form)]
    assert set(latin) <= {page.method for page in chains.PAGES}


def test_a_thing_has_one_name_and_one_spelling_in_uzbek() -> None:
    """The sandbox (sinov muhiti, not maydoni), a state (1-holat), and the apostrophe."""
    others = re.compile(r"sinov maydon|(?<![-\d])\b[12] holat|[og][‘’ʻʼ`]", re.IGNORECASE)
    files = [*HOME.rglob("words/**/*.toml"), *HOME.rglob("sentences/*.toml")]
    shown = [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line for line in shown if others.search(line)] == []


def test_an_unknown_key_is_an_error_and_an_unknown_label_names_itself() -> None:
    words = Words("ru")
    with pytest.raises(KeyError):
        words("run.nothing_of_that_name")
    assert words.label("state", 7) == "7"


def test_a_count_takes_its_form() -> None:
    assert Words("ru")("count.checks", n=1) == "1 проверка"
    assert Words("ru")("count.checks", n=1_002) == "1\u00a0002 проверки"
    assert Words("uz")("count.checks", n=5) == "5 ta tekshiruv"
