"""What the engine and the server say in English, in the language of the page that shows it.

The engine knows no languages: its sentences go to consoles and reports, too, which are English. A
page gives the finished sentence to `translated`, which finds the one it was made from among those
of the `*.toml` files here, and fills its translation with the same values. A file has a table for
each sentence:

    ["no whole answer within {n} ms"]
    ru = { one = "нет целого ответа за {n} мс", ... }
    uz = "{n} ms ichida to'liq javob kelmadi"

`{n}`, `{n2}` stand for whole numbers, and `{n}` chooses the plural form. `{said}`, `{said2}` stand
for sentences that are translated in turn, or for values. `{word}` is one word that is the same in
all languages, and any other name stands for a value of any length: JSON, the merchant's own text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from simulator.web.pages.formats import Formats
from simulator.web.pages.sentences.catalogue import HOLE, Sentence, Text, exact, made

ENGLISH = "en"
_LONGEST = 6000
_DEEPEST = 24
_TOKEN = re.compile(r"[^\s\"'{}]+|'.*'|-?\d+ … -?\d+|[\w-]+/[\w.+-]+; ?\w+=\S+")


def translated(sentence: str, language: str) -> str | None:
    """The sentence in that language. None if it is neither known nor a value."""
    if language == ENGLISH:
        return sentence
    found = _found(sentence, language, _DEEPEST)
    if found is None and "\\n" in sentence:  # its lines were put on one for the page
        found = _found(sentence.replace("\\n", "\n"), language, _DEEPEST)
    return found


@pass_context
def said(context: Context, sentence: str) -> str:
    """A filter for templates: the sentence in the page's language; what is none of ours, as a
    merchant's text in a log, is marked as of no known language."""
    found = translated(sentence, str(context["language"]))
    return Markup('<span lang="">{}</span>').format(sentence) if found is None else found


def is_value(text: str) -> bool:
    """Whether it is no sentence: a list of words, like numbers, paths or methods; JSON."""
    if all(_TOKEN.fullmatch(one) for one in text.split(", ")):
        return True
    if text[:1] not in '"{[':
        return False
    try:
        json.loads(text)
    except ValueError:
        return text.endswith("…")
    return True


@lru_cache(maxsize=4096)
def _found(sentence: str, language: str, depth: int) -> str | None:
    if sentence in exact():
        return _chosen(exact()[sentence][language], {}, language)
    if is_value(sentence) or not sentence:
        return sentence
    if len(sentence) > _LONGEST or not depth:
        return None
    for known in made():
        filled = _filled(known, sentence, language, depth)
        if filled is not None:
            return filled
    return None


def _filled(known: Sentence, sentence: str, language: str, depth: int) -> str | None:
    """The translation, if the sentence was made from this one."""
    match = known.match(sentence)
    if match is None:
        return None
    values: dict[str, str] = {}
    for name, value in match.groupdict().items():
        inner = _found(value, language, depth - 1) if name.startswith("said") else value
        if inner is None:
            return None
        values[name] = inner
    return _chosen(known.texts[language], values, language)


def _chosen(text: Text, values: Mapping[str, str], language: str) -> str:
    formats = Formats(language)
    numbers = {k: int(re.sub("[ ,]", "", v)) for k, v in values.items() if re.fullmatch(r"n\d*", k)}
    if not isinstance(text, str):
        text = text[formats.plural(numbers["n"])]
    shown = {k: _number(v, values[k], formats) for k, v in numbers.items()}
    return HOLE.sub(lambda hole: {**values, **shown}[hole[1]], text)


def _number(number: int, written: str, formats: Formats) -> str:
    plain = formats.number(abs(number))
    sign = "+" if written.startswith("+") else "\u2212" if number < 0 else ""
    return sign + plain
