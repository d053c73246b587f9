"""The merchant's log as a run reads it: one cursor, so that no line is lost between two steps."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from simulator.caller.masking import Masker
from simulator.protocol.finding import Finding, Report

_POLL_S = 0.02
EXCUSED_FOR_UNSENT = ("Traceback", "ERROR in")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log, masked: its place like `app.log:5512`, its text, whether a secret
    stood in it."""

    place: str
    text: str
    held_key: bool


class RawLine(Protocol):
    """A line as an observer reads it."""

    @property
    def place(self) -> str: ...
    @property
    def text(self) -> str: ...


class LogWatch:
    """Lines since the last look. `fetch` gives each line of the log once, in order."""

    def __init__(
        self,
        fetch: Callable[[], Sequence[RawLine]],
        masker: Masker,
        forbidden: Sequence[str],
        expected: Mapping[str, str],
        patience_ms: int = 1000,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._fetch = fetch
        self._masker = masker
        self._forbidden = tuple(forbidden)
        self.expected = expected
        self._patience_ms = patience_ms
        self._sleep = sleep

    def look(self) -> list[Line]:
        """The lines that have come since the last look."""
        return [
            Line(
                raw.place,
                self._masker.text(raw.text),
                self._masker.holds_key(raw.text.encode("utf-8", "replace")),
            )
            for raw in self._fetch()
        ]

    def look_for(self, text: str, so_far: Sequence[Line]) -> list[Line]:
        """More lines, waiting a moment for one that holds `text`: a log may be written late."""
        lines = list(so_far)
        tries = 1 + self._patience_ms // int(_POLL_S * 1000)
        while tries and not any(text in line.text for line in lines):
            self._sleep(_POLL_S)
            lines += self.look()
            tries -= 1
        return lines

    def judge(self, lines: Sequence[Line], *, unsent: bool) -> tuple[Report, tuple[str, ...]]:
        """The rules that hold for every line, and the lines that break them, worst first."""
        report = Report()
        bad: list[str] = []
        for line in lines:
            word = next((w for w in self._forbidden if w in line.text), None)
            if word is not None and not (unsent and word in EXCUSED_FOR_UNSENT):
                bad.append(f"{line.place}: {line.text}")
                report.findings.append(
                    Finding(
                        "log.nothing-forbidden",
                        "The log shows that the merchant's code broke.",
                        line.place,
                        f"no line with {word}",
                        line.text,
                    )
                )
            if line.held_key:
                bad.insert(0, f"{line.place}: {line.text}")
                report.findings.append(
                    Finding(
                        "log.no-key",
                        "The kassa's key stands in the log.",
                        line.place,
                        "a log without secrets",
                        line.text,
                    )
                )
        report.looked_at |= {"log.nothing-forbidden", "log.no-key"}
        return report, tuple(bad)


def filled(template: str, values: Mapping[str, object]) -> str:
    """An expected text with {number}, {payme_id} and the like filled in; other braces stay."""
    for name, value in values.items():
        template = template.replace("{" + name + "}", str(value))
    return template
