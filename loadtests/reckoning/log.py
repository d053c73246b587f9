"""Forbidden lines of the merchant's log, counted while the load runs."""

from __future__ import annotations

import threading
from collections import Counter
from types import TracebackType
from typing import Self

from loadtests.results import LogLines
from simulator.caller.masking import Masker
from simulator.observers.log import LogReader
from simulator.observers.log_lines import LogLine

_KEY = "the kassa's key"
_PAUSE_S = 0.25


class LogTally:
    """Reads on in a thread of its own, so that no line is forgotten before it was counted.

    `hang_ups`: words that excuse a line, since our own dropped connections may be told of.
    """

    def __init__(self, log: LogReader, forbidden: tuple[str, ...], masker: Masker) -> None:
        self._log = log
        self._forbidden = forbidden
        self._masker = masker
        self._mark = log.mark()
        self._counts: Counter[str] = Counter()
        self._first: dict[str, LogLine] = {}
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
            self._take()

    def problem(self) -> str:
        """Why the log could not be read, or an empty text."""
        return self._log.problem()

    def found(self) -> tuple[LogLines, ...]:
        """What was forbidden, most frequent first."""
        return tuple(
            LogLines(text, count, self._masker.text(line.text)[:500], line.place)
            for text, count in self._counts.most_common()
            for line in (self._first[text],)
        )

    def _follow(self) -> None:
        while not self._stop.wait(_PAUSE_S):
            self._take()

    def _take(self) -> None:
        lines, self._mark = self._log.read(self._mark)
        for line in lines:
            word = next((one for one in self._forbidden if one in line.text), None)
            if word is not None:
                self._note(word, line)
            if self._masker.holds_key(line.text.encode("utf-8", "replace")):
                self._note(_KEY, line)

    def _note(self, text: str, line: LogLine) -> None:
        self._counts[text] += 1
        self._first.setdefault(text, line)
