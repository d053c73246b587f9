"""Forbidden lines of the merchant's log, counted while the load runs."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from loadtests.results import LogLines
from simulator.caller.masking import Masker
from simulator.conformance.logwatch import EXCUSED_WHEN_SHARED, HANG_UP, LONGEST_TRACE
from simulator.observers.log import LogReader
from simulator.observers.log_lines import LogLine

_KEY = "the kassa's key"
_PAUSE_S = 0.25
_GOES_ON = ("During handling of the above", "The above exception was the direct cause")


class LogTally:
    """Reads on in a thread of its own, so that no line is forgotten before it was counted.

    hang_ups: replies are lost on purpose, and a merchant may tell that its caller had gone; a trace
    that says so is ours.
    """

    def __init__(
        self,
        log: LogReader,
        forbidden: Sequence[str],
        masker: Masker,
        *,
        hang_ups: bool = False,
    ) -> None:
        self._log = log
        self._masker = masker
        self._mark = log.mark()
        self._lines = ForbiddenLines(forbidden, hang_ups)
        self._problem = ""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Read what has come until now, and no further."""
        if not self._stop.is_set():
            self._stop.set()
            self._thread.join()
            self._log.flush()
            self._take()
            self._lines.end()
            self._problem = self._log.problem()

    def problem(self) -> str:
        """Why the log could not be read when the load stopped, or an empty text."""
        return self._problem

    def found(self) -> tuple[LogLines, ...]:
        """What was forbidden, most frequent first."""
        lines = self._lines
        return tuple(
            LogLines(text, count, self._masker.text(line.text)[:500], line.place)
            for text, count in lines.counts.most_common()
            for line in (lines.first[text],)
        )

    def _follow(self) -> None:
        while not self._stop.wait(_PAUSE_S):
            self._take()

    def _take(self) -> None:
        lines, self._mark = self._log.read(self._mark)
        for line in lines:
            self._lines.take(line)
            if self._masker.holds_key(line.text.encode("utf-8", "replace")):
                self._lines.count(_KEY, line)


class ForbiddenLines:
    """Counts; a line that a hang-up may excuse waits until its trace must have ended."""

    def __init__(self, forbidden: Sequence[str], hang_ups: bool) -> None:
        self._forbidden = tuple(forbidden)
        self._hang_ups = hang_ups
        self._waiting: list[tuple[int, str, LogLine]] = []
        self._number = 0
        self._goes_on = False
        self.counts: Counter[str] = Counter()
        self.first: dict[str, LogLine] = {}

    def take(self, line: LogLine) -> None:
        """The next line of the log."""
        self._number += 1
        text = line.text
        word = next((one for one in self._forbidden if one in text), None)
        if word is not None and self._hang_ups and word in EXCUSED_WHEN_SHARED:
            if not self._goes_on:  # else it is a second heading of one trace
                self._waiting.append((self._number, word, line))
        elif word is not None:
            self.count(word, line)
        if text.strip():
            self._goes_on = text.startswith(_GOES_ON)
        if self._waiting:
            self._settle(text)

    def end(self) -> None:
        """No more lines come."""
        for _, word, line in self._waiting:
            self.count(word, line)
        self._waiting.clear()

    def count(self, text: str, line: LogLine) -> None:
        """One more."""
        self.counts[text] += 1
        self.first.setdefault(text, line)

    def _settle(self, text: str) -> None:
        """A hang-up excuses the trace that it ends: the last of each word."""
        if any(word in text for word in HANG_UP):
            last = {word: number for number, word, _ in self._waiting}
            self._waiting = [one for one in self._waiting if last[one[1]] != one[0]]
        while self._waiting and self._waiting[0][0] < self._number - LONGEST_TRACE:
            _, word, line = self._waiting.pop(0)
            self.count(word, line)
