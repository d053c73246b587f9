"""One row of the zoo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from backend.bugs.seams import Switch

Needs = Literal["answer", "database", "log", "simultaneous", "time", "crash"]
"""What one has to look at, or to do, to see the bug."""

Level = Literal["must", "should", "may"]


@dataclass(frozen=True, slots=True)
class Bug:
    """A single thing that the merchant gets wrong.

    `breaks` are the rules of the catalogue that must tell of it; the first is its own. `level` is
    that rule's. `setup` and `profile` are the merchant's in which it shows.
    """

    name: str
    does: str
    breaks: tuple[str, ...]
    level: Level
    needs: Needs
    switch: Switch
    setup: str = "one-time"
    profile: str = "default"

    @property
    def family(self) -> str:
        """The part of the name before the dot."""
        return self.name.partition(".")[0]

    def told(self) -> dict[str, object]:
        """The row as JSON."""
        return {
            "name": self.name,
            "family": self.family,
            "does": self.does,
            "rule": self.breaks[0],
            "breaks": list(self.breaks),
            "level": self.level,
            "needs": self.needs,
            "setup": self.setup,
            "profile": self.profile,
        }


def bug(
    name: str,
    does: str,
    breaks: str,
    switch: Switch,
    *,
    level: Level = "must",
    needs: Needs = "answer",
    setup: str = "one-time",
    profile: str = "default",
) -> Bug:
    """A row; rules are written with blanks between."""
    return Bug(name, does, tuple(breaks.split()), level, needs, switch, setup, profile)
