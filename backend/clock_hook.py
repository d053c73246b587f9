"""A test's way to move the merchant's clock. Never there unless PAYME_BACKEND_CLOCK_HOOK=1."""

from __future__ import annotations

from backend.clock import Clock

PATH = "/test/clock"
_FURTHEST_MS = 366 * 86_400_000


class ShiftedClock:
    """A clock that can be put forward. Each process has its own, so it is for a single worker."""

    def __init__(self, true: Clock) -> None:
        """`true` is the clock that it is shifted from, in ms."""
        self._true = true
        self._shift_ms = 0

    def __call__(self) -> int:
        return self._true() + self._shift_ms

    def shift(self, sent: object) -> dict[str, int]:
        """Take {"shift_ms": 43260000}: so far ahead of the true time from now on.

        Answers the shift and the merchant's new time. Raises ValueError for anything else.
        """
        ms = sent.get("shift_ms") if isinstance(sent, dict) else None
        if type(ms) is not int or not 0 <= ms <= _FURTHEST_MS:
            raise ValueError(f'{{"shift_ms": n}} is needed, with 0 <= n <= {_FURTHEST_MS}')
        self._shift_ms = ms
        return {"shift_ms": ms, "now": self()}
