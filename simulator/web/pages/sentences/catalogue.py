"""The known sentences, read from the files of this folder."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

Text = str | Mapping[str, str]
Texts = Mapping[str, Text]

HOLE = re.compile(r"\{([a-z_]+\d?)\}")
_KINDS = {"n": r"[+-]?\d+(?:[ ,]\d{3})*", "word": r"[^\s:=]+"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """An English sentence with holes, and its `texts` by language."""

    pattern: re.Pattern[str]
    anchor: str
    texts: Texts

    def match(self, sentence: str) -> re.Match[str] | None:
        """What stands in the holes, if the sentence was made from this one."""
        return self.pattern.fullmatch(sentence) if self.anchor in sentence else None


@cache
def sentences() -> Mapping[str, Texts]:
    """Every sentence with its translations. ValueError if one stands in two files."""
    found: dict[str, Texts] = {}
    for source in sorted(files(__package__).iterdir(), key=lambda one: one.name):
        if source.name.endswith(".toml"):
            here = tomllib.loads(source.read_text(encoding="utf-8"))
            if twice := found.keys() & here.keys():
                raise ValueError(f"{source.name}: also in another file: {min(twice)}")
            found |= here
    return found


@cache
def exact() -> Mapping[str, Texts]:
    """Those without holes."""
    return {english: texts for english, texts in sentences().items() if not HOLE.search(english)}


@cache
def made() -> tuple[Sentence, ...]:
    """Those with holes; what says most comes first, so that nothing vague hides it."""
    found = [(e, t) for e, t in sentences().items() if HOLE.search(e)]
    found.sort(key=lambda one: -len("".join(literals(one[0]))))
    return tuple(
        Sentence(re.compile(_pattern(english), re.DOTALL), max(literals(english), key=len), texts)
        for english, texts in found
    )


def literals(english: str) -> list[str]:
    """What stands between the holes."""
    return HOLE.split(english)[::2]


def _pattern(english: str) -> str:
    parts, seen = [], set[str]()
    for index, part in enumerate(HOLE.split(english)):
        if index % 2 == 0:
            parts.append(re.escape(part))
        elif part in seen:
            parts.append(f"(?P={part})")
        else:
            seen.add(part)
            kind = _KINDS.get(part.rstrip("0123456789"), ".*?")
            parts.append(f"(?P<{part}>{kind})")
    return "".join(parts)
