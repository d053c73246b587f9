"""One row of the table of bugs, and of the table of choices that are as right as the default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.merchants.habits import Habits


@dataclass(frozen=True, slots=True)
class Bug:
    """A single bug. `breaks` are the rules that must tell of it, every one.

    `only` names the scenarios that suffice to find it; by default all that show those rules.
    `kind` is the merchant it is in: one-time, accumulating, no-refunds, digits (in bills'
    numbers), free-branch (the file says that a bill's branch may be any) or closing (a bill whose
    transaction was cancelled stays closed) or dated (times are looked at as dates). `waits` is true
    if the scenarios' pauses are needed to find it; `patience_ms` is the time limit of a call.
    """

    name: str
    breaks: tuple[str, ...]
    does: str
    habits: Habits
    only: tuple[str, ...]
    kind: str = "one-time"
    profile: str = "default"
    waits: bool = False
    patience_ms: int = 10_000


def bug(
    name: str,
    breaks: str,
    does: str,
    *,
    only: str = "",
    kind: str = "one-time",
    profile: str = "default",
    waits: bool = False,
    patience_ms: int = 10_000,
    **habits: Any,
) -> Bug:
    """A row; rules and scenarios are written with blanks between, all else are `Habits`."""
    rules = tuple(breaks.split())
    chosen = tuple(only.split()) or rules
    return Bug(name, rules, does, Habits(**habits), chosen, kind, profile, waits, patience_ms)


def choice(
    name: str, does: str, only: str, *, kind: str = "one-time", waits: bool = False, **habits: Any
) -> Bug:
    """A way of working that the documents leave open: it breaks nothing."""
    return Bug(name, (), does, Habits(**habits), tuple(only.split()), kind, waits=waits)
