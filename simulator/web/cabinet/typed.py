"""What people type into filters and forms, read without a fuss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from simulator.web.days import bounds, day_of

_LONGEST = 16


@dataclass(slots=True)
class Typed:
    """A form's texts, trimmed. `errors` names each field that was not understood, with the key of
    the text that says what is accepted."""

    texts: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, longest: int = 200) -> str:
        return self.texts.get(name, "").strip()[:longest]

    def whole(self, name: str) -> int | None:
        """A whole number of 0 or more, None if there is none; blanks between digits are nothing."""
        text = "".join(self.text(name).split())
        if not text:
            return None
        if text.isascii() and text.isdigit() and len(text) <= _LONGEST:
            return int(text)
        self.errors[name] = "cabinet.whole_number"
        return None

    def days(self) -> tuple[int | None, int | None]:
        """The ms at which the days `from` and `to` begin and end; None where none was typed."""
        return bounds(self._day("from"), self._day("to"))

    def _day(self, name: str) -> date | None:
        text = self.text(name)
        if not text:
            return None
        try:
            return day_of(text)
        except ValueError:
            self.errors[name] = "cabinet.day"
            return None

    def one_of(self, name: str, known: object) -> str | None:
        """One of the known words, None for anything else."""
        text = self.text(name)
        return text if isinstance(known, tuple | frozenset | set | dict) and text in known else None
