"""The checkout's texts in three languages: one TOML file each, the same keys in all."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from simulator.protocol.checkout import LANGUAGES

NAMES = {"ru": "Русский", "uz": "O'zbekcha", "en": "English"}


@cache
def texts(language: str) -> Mapping[str, str]:
    """All texts of a language, by `group.name`."""
    source = (files(__name__) / f"{language}.toml").read_text(encoding="utf-8")
    groups = tomllib.loads(source)
    return {
        f"{group}.{name}": text for group, named in groups.items() for name, text in named.items()
    }


@dataclass(frozen=True, slots=True)
class Words:
    """One language's texts; another one's than those known is taken as Russian."""

    language: str

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of that key, its places filled in. KeyError if there is none."""
        text = texts(self.language if self.language in LANGUAGES else LANGUAGES[0])[key]
        return text.format_map(values) if values else text
