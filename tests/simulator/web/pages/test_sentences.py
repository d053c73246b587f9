"""The engine's sentences on pages: every one is known, in both languages, with all its values."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from flask import Flask, render_template_string

from simulator.conformance.matchers import TYPES
from simulator.reports.text import printable, shortened
from simulator.web.pages.chains import catalogue
from simulator.web.pages.formats import locale_of
from simulator.web.pages.sentences import is_value, said, translated
from simulator.web.pages.sentences.catalogue import HOLE, Text, sentences
from tests.simulator.web.pages import sources
from tests.simulator.web.pages.sources import HOLE as VALUE

FOREIGN = ("ru", "uz")
_ENGLISH = re.compile(r"[A-Za-z]{2,}")
_CODE = re.compile(
    r"`[^`]*`|\[[^]]*\]|\{\w+\}|\"[^\"]*\"|\S*[_./:=*-]\S*|[A-Z]+[a-z]+[A-Z]\w*|[A-Z]{2,}\w*"
)
_CODE_WORDS = (
    "Payme Paycom Python Debian id Id false true null result capture command hook ru uz en list "
    "jsonrpc xx install where refunds columns libfaketime faketime params status datetime number "
    "account pip output cwd error amount database process log trouble payable timeout http https "
    "base localhost serve success reserved paid refunded cancelled"
)
"""Names of the protocol, of the configuration and of programs."""


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


def test_what_is_counted_in_russian_has_plural_forms() -> None:
    genitive = re.compile(r"\{n\d?\} [а-я]+(ов|ев|ей|ий|ок|ек)\b")
    texts = [one["ru"] for one in sentences().values()]
    assert [one for one in texts if isinstance(one, str) and genitive.search(one)] == []


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


def test_a_sentence_that_was_shortened_or_put_on_one_line_is_found() -> None:
    long = shortened('result {"a": "' + "x" * 90 + '"}', 20)
    lines = printable(
        "No order could be made: [orders.http] POST /x: HTTP 500, wanted 2xx\nthe answer was: no"
    )

    assert translated(long, "ru") == 'результат {"a": "xxxxxx… (ещё 86 знаков)'
    assert translated(lines, "uz") == (
        "Buyurtma yaratib bo'lmadi: [orders.http] POST /x: HTTP 500, 2xx kerak edi\njavob: no"
    )


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


def _within(source: str, known: Iterable[str]) -> bool:
    """Whether the sentence of the source is one of these, or a part of one."""
    pieces = source.split(VALUE)
    longest = max(pieces, key=len)
    pattern = re.compile(".*".join(map(re.escape, pieces)), re.DOTALL)
    return any(longest in one and pattern.search(one) for one in known)


def _is_told(source: str) -> bool:
    return any(translated(source.replace(VALUE, one), "ru") is not None for one in ("7", "null"))


def test_no_sentence_in_the_source_is_untranslated() -> None:
    known = [HOLE.sub(VALUE, english) for english in sentences()]
    found = list(sources.sentences())
    untranslated = [one for one in found if not _within(one[1], known) and not _is_told(one[1])]

    assert len(found) > 400
    assert untranslated == [], "see CONTRIBUTING.md: a sentence and its translations"


@pytest.mark.parametrize("language", FOREIGN)
def test_no_title_of_a_scenario_is_untranslated(language: str) -> None:
    titles = [one.scenario.title for one in catalogue().scenarios]

    assert [title for title in titles if translated(title, language) is None] == []


_PUT_TOGETHER = {
    *(f"{status}: {{said}}" for status in ("payable", "reserved", "paid", "refunded", "cancelled")),
    *(f"{{said}} ({unit})" for unit in ("s", "ms", "datetime")),
    *(f"a {kind}" for kind in TYPES),
    *("{n} x {method} -> {said}", "{n} x {method} -> {said}; {said2}"),
    "this is no address: {error}",
}
"""Sentences that the source makes of a word of its own and a value of a list."""


def test_no_translation_is_of_a_sentence_that_nobody_says() -> None:
    texts = {text for _, text in sources.sentences()} | set(sources.framework())
    titles = {one.scenario.title for one in catalogue().scenarios}
    said = [text for text in texts if re.search("[A-Za-z]{2}", text)]
    words = sources.words()
    stale = [
        english
        for english in sentences()
        if english not in titles | words | _PUT_TOGETHER
        and not _is_said(HOLE.sub(VALUE, english), said)
    ]

    assert stale == []


def _is_said(known: str, said: Iterable[str]) -> bool:
    bare = not re.search("[A-Za-z]", known)  # what only joins others
    return bare or _within(known, said) or any(_within(source, [known]) for source in said)


def test_nothing_of_the_english_is_left_in_russian() -> None:
    """But for code: what is quoted, dotted, in brackets or in capitals."""
    left: dict[str, list[str]] = {}
    for english, texts in sentences().items():
        for form in _forms(texts["ru"]):
            words = sorted(set(_ENGLISH.findall(_CODE.sub(" ", form))) - set(_CODE_WORDS.split()))
            if words:
                left[english] = words

    assert left == {}
