"""Problems of a configuration, told so that the reader can mend them without looking further."""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.config.positions import Spot

MASK = "••••"
_KEY_LINE = re.compile(r"((?:^|[\s{,.])[\"']?key[\"']?\s*=\s*)(?!\s*[\"']\$\{)(.*)$")
_PASSWORD = re.compile(r"(://[^\s:/@]*:)(?!\$\{)[^\s@/]+(?=@)")


class ConfigError(Exception):
    """The configuration cannot be used. Its text is whole: every problem, with places."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `origin` names the file, the variable or the flag."""

    origin: str
    message: str
    spot: Spot | None = None
    hint: str = ""


def describe(problems: Sequence[Problem], text: str, secrets: Iterable[str] = ()) -> str:
    """All problems as the user reads them; `text` is the file's, for the source lines."""
    lines = text.splitlines()
    ordered = sorted(problems, key=lambda p: (p.spot.line, p.spot.column) if p.spot else (0, 0))
    blocks = [_block(problem, lines) for problem in ordered]
    whole = "\n\n".join(blocks)
    for secret in secrets:
        whole = whole.replace(secret, MASK)
    return whole


def _block(problem: Problem, lines: Sequence[str]) -> str:
    spot = problem.spot
    if spot is None:
        shown = [f"{problem.origin}: {problem.message}"]
    else:
        shown = [f"{problem.origin}:{spot.line}:{spot.column}: {problem.message}"]
        shown += _source(lines, spot)
    return "\n".join(shown + ([f"    {problem.hint}"] if problem.hint else []))


def _source(lines: Sequence[str], spot: Spot) -> list[str]:
    if not 0 < spot.line <= len(lines):
        return []
    line = mask_line(lines[spot.line - 1]).replace("\t", " ")
    room = max(1, min(spot.length, len(line) - spot.column + 1))
    return [f"{spot.line:5} | {line}", f"      | {' ' * (spot.column - 1)}{'^' * room}"]


def mask_line(line: str) -> str:
    """A source line without the key or a password that is written out in it."""
    return _PASSWORD.sub(rf"\g<1>{MASK}", _KEY_LINE.sub(rf"\g<1>{MASK}", line))


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant, or an empty text."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    found = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else ""


def seen(value: Any) -> str:
    """A value and its TOML type, as in `"5" (text)`."""
    kinds: list[tuple[type, str]] = [
        (bool, "true or false"),
        (int, "whole number"),
        (float, "number with a fraction"),
        (str, "text"),
        (list, "list"),
        (dict, "table"),
        (datetime.date, "date"),
        (datetime.time, "time"),
    ]
    kind = next((name for of, name in kinds if isinstance(value, of)), type(value).__name__)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return f"a {kind}"
    shown = f'"{value}"' if isinstance(value, str) else str(value)
    return f"{shown if len(shown) <= 60 else shown[:57] + '…'} ({kind})"
