"""The engine's sentences on pages: every one is known, in both languages, with all its values."""

from __future__ import annotations

import pytest
from flask import Flask, render_template_string

from simulator.web.pages.formats import locale_of
from simulator.web.pages.sentences import is_value, said, translated
from simulator.web.pages.sentences.catalogue import HOLE, Text, sentences

FOREIGN = ("ru", "uz")


def _forms(text: Text) -> list[str]:
    return [text] if isinstance(text, str) else list(text.values())


@pytest.mark.parametrize("language", FOREIGN)
def test_every_sentence_is_translated_and_keeps_its_holes(language: str) -> None:
    wrong = [
        english
        for english, texts in sentences().items()
        for form in _forms(texts.get(language, ""))
        if not form or sorted(HOLE.findall(form)) != sorted(HOLE.findall(english))
    ]

    assert wrong == []


@pytest.mark.parametrize("language", FOREIGN)
def test_plural_forms_are_those_of_the_language(language: str) -> None:
    wanted = set(locale_of(language).plural_form.tags) | {"other"}
    for english, texts in sentences().items():
        assert set(texts) == set(FOREIGN), english
        if not isinstance(texts[language], str):
            assert "{n}" in english
            assert set(texts[language]) == wanted, english


def test_a_sentence_is_filled_with_what_was_said() -> None:
    assert translated("an integer", "ru") == "целое число"
    assert translated('result {"state": 1}', "uz") == 'natija {"state": 1}'
    assert translated("error -31001 or -31050 … -31099", "ru") == (
        "ошибка -31001 или -31050 … -31099"
    )
    assert translated("an integer", "en") == "an integer"


@pytest.mark.parametrize(
    ("count", "words"), [(1, "1 строка"), (3, "3 строки"), (12, "12 строк"), (21, "21 строка")]
)
def test_numbers_take_the_form_of_the_language(count: int, words: str) -> None:
    assert translated(f"{count} rows", "ru") == words


def test_thousands_are_written_as_in_the_language() -> None:
    assert translated("100000 tiyin", "uz") == "100\u00a0000 tiyin"


def test_sentences_within_sentences_are_translated_too() -> None:
    seen = "second 5 (-12)"
    inner = "After a restart: The id is another one. (3 times in this scenario)"

    assert translated(seen, "ru") == "второй: 5 (\u221212)"
    assert translated(inner, "ru") == ("После перезапуска: Это другой id. (3 раза в этом сценарии)")


def test_what_is_not_ours_is_not_translated() -> None:
    assert translated("Order or account not found", "ru") is None
    assert translated('"Order or account not found"', "ru") == '"Order or account not found"'
    assert is_value("result.transactions[0].state")
    assert not is_value("no such thing")


def test_what_is_not_ours_is_marked_and_escaped() -> None:
    app = Flask(__name__)
    app.jinja_env.filters["said"] = said
    with app.app_context():
        shown = render_template_string("{{ text|said }}", text="a <b> c", language="ru")

    assert shown == '<span lang="">a &lt;b&gt; c</span>'
