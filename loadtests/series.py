"""How a run went over time, in few enough points for a chart, however long it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from loadtests.results import Second
from loadtests.tally import Measured, among_calls

_POINTS = 600
_LATE_S = 15
"""So long after its end a point waits for workers that report late."""


@dataclass(slots=True)
class _Open:
    methods: dict[str, Measured] = field(default_factory=dict)
    payments: Counter[str] = field(default_factory=Counter)
    users: int = 0


class Series:
    """Collects what workers drain into points of `width` seconds; `began` is in s."""

    def __init__(self, began: int, duration_s: int, users: Callable[[], int]) -> None:
        self._began = began
        self.width = max(1, -(-duration_s // _POINTS))
        self._users = users
        self._open: dict[int, _Open] = {}
        self._done: dict[int, Second] = {}

    def add(self, drained: dict[str, Any], now: int) -> None:
        """What one worker had, `now` in s. What comes too late is left to the totals."""
        for second, method, *told in drained["cells"]:
            point = self._point(second)
            if point is not None:
                point.methods.setdefault(method, Measured()).add(*among_calls(method, *told))
        for second, outcome, count in drained["payments"]:
            point = self._point(second)
            if point is not None:
                point.payments[outcome] += count
        point = self._point(now)
        if point is not None:
            point.users = max(point.users, self._users())
        self._close(now - _LATE_S)

    def points(self) -> tuple[Second, ...]:
        """All of them, in order."""
        self._close(None)
        return tuple(self._done[at] for at in sorted(self._done))

    def _point(self, second: int) -> _Open | None:
        at = max(0, second - self._began) // self.width * self.width
        return None if at in self._done else self._open.setdefault(at, _Open())

    def _close(self, before: int | None) -> None:
        for at in sorted(self._open):
            if before is None or self._began + at + self.width < before:
                self._done[at] = _second(at, self._open.pop(at))


def _second(at: int, point: _Open) -> Second:
    answered = {name: m for name, m in point.methods.items() if m.answered}
    return Second(
        at=at,
        calls=sum(m.calls for m in point.methods.values()),
        errors=sum(m.bad for m in point.methods.values()),
        users=point.users,
        payments=point.payments["performed"] + point.payments["refunded"],
        p50={name: m.at(Decimal(50)) for name, m in answered.items()},
        p95={name: m.at(Decimal(95)) for name, m in answered.items()},
    )
