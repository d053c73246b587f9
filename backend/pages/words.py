"""The texts of the shop's pages, and its way to write money."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("ru", "uz", "en")
NAMES = {"ru": "Русский", "uz": "O'zbekcha", "en": "English"}
_CURRENCY = {"ru": "сум", "uz": "so'm", "en": "UZS"}
_BLANK = "\u00a0"


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """Language -> name -> text."""
    path = Path(__file__).with_name("words.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def say(language: str, name: str, **values: object) -> str:
    """One text, its places filled in."""
    return texts()[language][name].format(**values)


def money(language: str, amount_sum: int) -> str:
    """An amount in sum as people there write it: 1 000,00 so'm."""
    blank, point = (",", ".") if language == "en" else (_BLANK, ",")
    return f"{amount_sum:,}".replace(",", blank) + f"{point}00{_BLANK}{_CURRENCY[language]}"
