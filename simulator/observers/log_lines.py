"""Lines of a log as they come in, numbered, with marks between them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import islice

# Longer lines are cut: one line of a dump must not fill the memory or a report.
MOST_BYTES = 64 * 1024
# Older lines are forgotten; a scenario's lines are looked at within seconds.
_MOST_LINES = 200_000
_MOST_KEPT_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line. `place` is like "app.log:5512"."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A place between two lines; `index` counts lines from the beginning of the run."""

    index: int


class LineStore:
    """Bytes in, lines out. Not safe for threads by itself; its owner holds the lock."""

    def __init__(self, name: str, first_number: int = 1) -> None:
        self.name = name
        self._lines: deque[LogLine] = deque()
        self._kept_bytes = 0
        self._count = 0
        self._number = first_number
        self._partial = bytearray()

    def feed(self, data: bytes) -> None:
        """Take what was written. The text after the last line end waits for its own."""
        *whole, rest = data.split(b"\n")
        for piece in whole:
            self._extend(piece)
            self._finish()
            self._number += 1
        self._extend(rest)

    def flush(self) -> None:
        """Make the unfinished line visible; if it goes on, the rest is a line of that number."""
        if self._partial:
            self._finish()

    def restart(self) -> None:
        """A new file begins: numbers start at 1 again."""
        self.flush()
        self._number = 1

    def mark(self) -> Mark:
        """The place after all lines that are whole."""
        return Mark(self._count)

    def since(self, mark: Mark) -> list[LogLine]:
        """Lines after the mark, with an unfinished one last."""
        found = self.whole_since(mark)
        return [*found, self._line()] if self._partial else found

    def whole_since(self, mark: Mark) -> list[LogLine]:
        """Lines after the mark that have their end. What was forgotten is told in a line."""
        wanted = self._count - mark.index
        found = list(islice(reversed(self._lines), max(0, wanted)))[::-1]
        lost = wanted - len(found)
        told = [LogLine(self.name, f"({lost} lines were too many to keep)")] if lost > 0 else []
        return [*told, *found]

    def _extend(self, piece: bytes) -> None:
        room = MOST_BYTES + 1 - len(self._partial)
        if room > 0:
            self._partial += piece[:room]

    def _finish(self) -> None:
        line = self._line()
        self._lines.append(line)
        self._kept_bytes += len(line.text)
        while len(self._lines) > _MOST_LINES or self._kept_bytes > _MOST_KEPT_BYTES:
            self._kept_bytes -= len(self._lines.popleft().text)
        self._count += 1
        self._partial.clear()

    def _line(self) -> LogLine:
        text = self._partial[:MOST_BYTES].decode("utf-8", "replace")
        cut = "… (cut)" if len(self._partial) > MOST_BYTES else ""
        return LogLine(f"{self.name}:{self._number}", text.strip("\r\0") + cut)
