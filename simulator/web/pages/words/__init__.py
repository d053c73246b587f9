"""Every text of the pages, in three languages: the same files and the same keys in each.

`ru.toml` has what all pages share, `PART.ru.toml` what one part of them says.

A text is named by a dotted key. `{name}` in it is filled in; a table of plural forms (one, few,
many, other) is chosen from by `n`. An unknown key is an error: nothing is shown half translated.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from simulator.web.pages.formats import Formats

LANGUAGES = ("ru", "uz", "en")
"""As Payme's own `lang` names them. The first is what a stranger gets."""

NAMES = {"ru": "Русский", "uz": "O'zbekcha", "en": "English"}
PLURALS = frozenset({"zero", "one", "two", "few", "many", "other"})

Text = str | Mapping[str, str]


@cache
def texts(language: str) -> Mapping[str, Text]:
    """All texts of a language by dotted key."""
    found: dict[str, Text] = {}
    for source in sorted(files(__name__).iterdir(), key=lambda one: one.name):
        if f".{source.name}".endswith(f".{language}.toml"):
            found |= _flat(tomllib.loads(source.read_text(encoding="utf-8")), "")
    return found


def _flat(table: Mapping[str, Any], prefix: str) -> list[tuple[str, Text]]:
    found: list[tuple[str, Text]] = []
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, str) or set(value) <= PLURALS:
            found.append((key, value))
        else:
            found += _flat(value, f"{key}.")
    return found


@dataclass(frozen=True, slots=True)
class Words:
    """One language's texts."""

    language: str

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of that key. KeyError if there is none."""
        text = texts(self.language)[key]
        formats = Formats(self.language)
        if not isinstance(text, str):
            count = values["n"]
            assert isinstance(count, int)
            text = text[formats.plural(count)]
            values["n"] = formats.number(count)
        return text.format_map(values) if values else text

    def label(self, family: str, name: object) -> str:
        """The word for one of a family (`state`, `outcome` ...); what has none names itself."""
        text = texts(self.language).get(f"{family}.{name}", str(name))
        return text if isinstance(text, str) else str(name)
