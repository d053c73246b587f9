"""What one run has measured so far, and whether it should end early; the engine's memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from loadtests.judging import Judged, judge
from loadtests.results import ORDERS, Met, Second
from loadtests.series import Series
from loadtests.tally import Blame, Totals
from simulator.config.thresholds import Threshold

OUTCOME = "outcome.json"
_SHOWN = (Decimal(50), Decimal(95), Decimal(99))


class Outcome(msgspec.Struct, kw_only=True):
    """What the engine leaves behind.

    thresholds: (text, observed, samples, met). methods: name -> numbers, latencies in µs.
    troubles: (method, text, whose fault, count, example). stopped: why it ended early, or "".
    """

    began: int
    elapsed_ms: int
    workers: int
    payments: dict[str, int]
    methods: dict[str, dict[str, int]]
    everything: dict[str, int]
    thresholds: list[tuple[str, str, int, Met]]
    series: list[Second]
    troubles: list[tuple[str, str, Blame, int, str]]
    notes: list[str]
    stopped: str
    failed: str


class Board:
    """Fed with what workers drain; `users` tells how many payers there are."""

    def __init__(
        self,
        thresholds: Sequence[Threshold],
        duration_ms: int,
        users: Callable[[], int],
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._thresholds = thresholds
        self._clock = clock
        self._users = users
        self.totals = Totals()
        self.began = clock()
        self._ended: int | None = None
        self._series = Series(self.began // 1000, duration_ms // 1000, users)

    def add(self, drained: dict[str, Any]) -> None:
        """What one worker had."""
        self.totals.add(drained)
        self._series.add(drained, self._clock() // 1000)

    def end(self) -> None:
        """The load is over; what still comes was measured before."""
        if self._ended is None:
            self._ended = self._clock()

    @property
    def elapsed_ms(self) -> int:
        """Since the load began, until it ended."""
        return (self._ended or self._clock()) - self.began

    def abort(self) -> str:
        """Why to end the load now, or ""."""
        for threshold in self._thresholds:
            if threshold.abort:
                judged = judge(threshold, self.totals, self.elapsed_ms)
                if judged.met is Met.BREACHED:
                    return f"`{threshold.text}`: {judged.shown} after {self.elapsed_ms // 1000} s"
        return ""

    def judged(self) -> list[Judged]:
        """Every threshold, as it stands now."""
        return [judge(one, self.totals, self.elapsed_ms) for one in self._thresholds]

    def progress(self) -> dict[str, Any]:
        """For whoever watches: plain data, all since the beginning."""
        totals = self.totals
        return {
            "elapsed_ms": self.elapsed_ms,
            "users": self._users(),
            "payments": dict(totals.payments),
            "methods": self._methods(),
            "everything": _numbers(totals.everything),
        }

    def _methods(self) -> dict[str, dict[str, int]]:
        """Orders are worth a line if some could not be made."""
        return {
            name: _numbers(one)
            for name, one in sorted(self.totals.methods.items())
            if name != ORDERS or one.bad
        }

    def outcome(self, workers: int, stopped: str, failed: str) -> Outcome:
        """All of it, at the end."""
        return Outcome(
            began=self.began,
            elapsed_ms=self.elapsed_ms,
            workers=workers,
            payments=dict(self.totals.payments),
            methods=self._methods(),
            everything=_numbers(self.totals.everything),
            thresholds=[_plain(one) for one in self.judged()],
            series=list(self._series.points()),
            troubles=[(*what, *known) for what, known in self.totals.troubles.items()],
            notes=self.totals.notes,
            stopped=stopped,
            failed=failed,
        )


def _numbers(measured: Any) -> dict[str, int]:
    percentiles = {f"p{one}": measured.at(one) for one in (*_SHOWN, Decimal("99.9"))}
    return {
        "calls": measured.calls,
        "errors": measured.bad,
        "unanswered": measured.errors["unanswered"],
        "down": measured.errors["down"],
        **percentiles,
        "max": measured.highest,
    }


def _plain(judged: Judged) -> tuple[str, str, int, Met]:
    return judged.threshold.text, judged.shown, judged.samples, judged.met


def write_outcome(outcome: Outcome, folder: Path) -> None:
    """Beside the run's other files; whole or not at all."""
    path = folder / OUTCOME
    draft = path.with_suffix(".draft")
    draft.write_bytes(msgspec.json.encode(outcome))
    draft.replace(path)


def read_outcome(folder: Path) -> Outcome | None:
    """None if the engine did not come to its end."""
    path = folder / OUTCOME
    return msgspec.json.decode(path.read_bytes(), type=Outcome) if path.is_file() else None
