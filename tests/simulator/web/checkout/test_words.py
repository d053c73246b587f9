"""The checkout's texts: every language has all of them, and all of them are used."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import simulator.web as web
from simulator.protocol.checkout import LANGUAGES
from simulator.web.checkout.words import Words, texts
from simulator.web.payments import CARDS
from simulator.web.payments.cards import AT_ONCE

HOME = Path(web.__file__).parent
_NAMED = re.compile(r"""\bsay\(["']([a-z_]+\.[a-z0-9_]+)["']""")
KINDS = {
    *(
        "not_base64",
        "not_text",
        "line_break",
        "no_value",
        "twice",
        "missing",
        "no_account",
        "empty",
        "long",
    ),
    *("not_a_number", "fraction", "not_positive", "below", "below_as_sum", "above", "language"),
    *(
        "timeout",
        "currency",
        "callback_scheme",
        "callback_address",
        "callback_long",
        "callback_blank",
        "detail",
    ),
    *("detail_object", "unknown_kassa", "unknown_member", "unknown", "alphabet", "padding"),
}
FAMILIES = {
    "card": {card.outcome for card in CARDS},
    "wrong_card": {"unknown", "expiry", *AT_ONCE},
    "progress": {"0", "1", "2", "3", "done", "now", "later"},
    "wrong_link": KINDS,
}


def used() -> set[str]:
    sources = [*(HOME / "templates" / "checkout").glob("*.html")]
    found = {key for path in sources for key in _NAMED.findall(path.read_text(encoding="utf-8"))}
    return found | {f"{family}.{name}" for family, names in FAMILIES.items() for name in names}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_untranslated_and_nothing_unused(language: str) -> None:
    have = set(texts(language))
    assert sorted(used() - have) == []
    assert sorted(have - used()) == []


def test_every_kind_of_wrong_has_words() -> None:
    """Whoever adds a kind without words is told here, not by a payer's broken page."""
    folder = HOME.parent / "protocol"
    sources = [folder / "checkout.py", folder / "checkout_reading.py"]
    quoted = set()
    for path in sources:
        quoted |= set(re.findall(r'"([a-z_0-9]+)"', path.read_text(encoding="utf-8")))
    assert {kind for kind in KINDS if not kind.startswith("callback_")} - quoted <= {
        "unknown_kassa"
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_no_others_than_in_english(language: str) -> None:
    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    for key, text in texts("en").items():
        assert places(texts(language)[key]) == places(text), key


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_no_text_was_left_in_english(language: str) -> None:
    english = texts("en")
    assert [key for key, text in texts(language).items() if text == english[key]] == []


def test_russian_is_cyrillic_and_uzbek_is_latin() -> None:
    cyrillic = re.compile("[а-яё]", re.IGNORECASE)
    assert [key for key, text in texts("uz").items() if cyrillic.search(text)] == []
    assert [key for key, text in texts("ru").items() if not cyrillic.search(text)] == []


def test_another_language_is_taken_as_russian() -> None:
    assert Words("tlh")("paid.title") == Words("ru")("paid.title")
    with pytest.raises(KeyError):
        Words("ru")("paid.nothing")
