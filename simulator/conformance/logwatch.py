"""The merchant's log as a run reads it: no line is lost between two steps or two scenarios."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from simulator.caller.masking import Masker
from simulator.observers.log_lines import Mark
from simulator.protocol.finding import Finding, Report

_POLL_S = 0.02
EXCUSED_WHEN_SHARED = ("Traceback", "ERROR in")
"""Words of a line that any call may have caused, a strange one too, when nobody knows which."""
NEVER_EXCUSED = ("IntegrityError", "UNIQUE constraint", "duplicate key value")
"""What no call may cause, not even one that Payme would never send."""
LONGEST_TRACE = 100  # lines
HANG_UP = (
    "BrokenPipe",
    "Broken pipe",
    "ConnectionReset",
    "Connection reset",
    "ConnectionAborted",
    "ClientDisconnect",
    "EPIPE",
    "ECONNRESET",
)


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


class LogSource(Protocol):
    """A log that is read on from marks (see `simulator.observers.log`)."""

    def mark(self) -> Mark: ...
    def read(self, mark: Mark) -> tuple[Sequence[RawLine], Mark]: ...
    def problem(self) -> str: ...


class LogWatch:
    """One log, and what is wrong with a line of it.

    `shared` says that several scenarios run at once, so that nobody knows whose call a line is of.
    """

    def __init__(
        self,
        source: LogSource,
        masker: Masker,
        forbidden: Sequence[str],
        expected: Mapping[str, str],
        *,
        shared: bool = False,
        patience_ms: int = 1000,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._source = source
        self._masker = masker
        self._forbidden = tuple(forbidden)
        self.expected = expected
        self._shared = shared
        self._patience_ms = patience_ms
        self._sleep = sleep
        self._lock = threading.Lock()
        self._disturbed = False
        self._seen = source.mark()

    def reader(self) -> LogReader:
        """A reader that begins where the one that has read most has come to."""
        return LogReader(self, self.seen)

    def problem(self) -> str:
        """Why nothing can be seen of the log, or an empty text."""
        return self._source.problem()

    @property
    def seen(self) -> Mark:
        """How far any reader has come."""
        return self._seen

    def after(self, mark: Mark) -> tuple[list[Line], Mark]:
        """The lines after a mark, masked."""
        raw, now = self._source.read(mark)
        with self._lock:
            self._seen = max(self._seen, now, key=lambda m: m.index)
        return [self._line(one) for one in raw], now

    def _line(self, raw: RawLine) -> Line:
        held_key = self._masker.holds_key(raw.text.encode("utf-8", "replace"))
        return Line(raw.place, self._masker.text(raw.text), held_key)

    def disturbed(self) -> None:
        """From now on a merchant may tell, late and in anybody's time, that we hung up on it."""
        self._disturbed = True

    def wait(self) -> Iterator[None]:
        """Pauses for a line that may be written late, as many as patience allows."""
        for _ in range(1 + self._patience_ms // int(_POLL_S * 1000)):
            self._sleep(_POLL_S)
            yield

    def _is_hang_up(self, trace: Sequence[Line]) -> bool:
        """Whether these lines are about a caller that is gone, after we have been one."""
        return self._disturbed and any(w in line.text for line in trace for w in HANG_UP)

    def judge(self, lines: Sequence[Line], *, unsent: bool) -> tuple[Report, tuple[str, ...]]:
        """The rules that hold for every line, and the lines that break them, worst first."""
        report = Report()
        bad: list[str] = []
        for index, line in enumerate(lines):
            word = next((w for w in self._forbidden if w in line.text), None)
            strange = unsent or self._is_hang_up(lines[index : index + LONGEST_TRACE])
            excused = (strange and word not in NEVER_EXCUSED) or (
                self._shared and word in EXCUSED_WHEN_SHARED
            )
            if word is not None and not excused:
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


class LogReader:
    """A scenario's own place in the log: it sees each line once."""

    def __init__(self, watch: LogWatch, mark: Mark) -> None:
        self._watch = watch
        self._mark = mark

    def look(self) -> list[Line]:
        """The lines that have come since the last look."""
        lines, self._mark = self._watch.after(self._mark)
        return lines

    def look_for(self, text: str, so_far: Sequence[Line]) -> list[Line]:
        """More lines, waiting a moment for one that holds `text`: a log may be written late."""
        lines = list(so_far)
        pauses = self._watch.wait()
        while not any(text in line.text for line in lines) and next(pauses, True) is None:
            lines += self.look()
        return lines

    def skip(self) -> None:
        """Go on behind what others have read while this scenario was waiting."""
        self._mark = max(self._mark, self._watch.seen, key=lambda m: m.index)


def filled(template: str, values: Mapping[str, object]) -> str:
    """An expected text with {number}, {payme_id} and the like filled in; other braces stay."""
    for name, value in values.items():
        template = template.replace("{" + name + "}", str(value))
    return template
