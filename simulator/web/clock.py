"""The server's clock: the true time, put forward by whoever lets time pass."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

FURTHEST_MS = 366 * 86_400_000


def true_ms() -> int:
    """ms since 1970, this machine's."""
    return time.time_ns() // 1_000_000


class ServerClock:
    """`now()` in ms since 1970. It only ever goes forward, and starts where it was left."""

    def __init__(self, true: Callable[[], int] = true_ms, shift_ms: int = 0) -> None:
        self._true = true
        self._shift_ms = shift_ms
        self._lock = threading.Lock()

    @property
    def shift_ms(self) -> int:
        """So far ahead of the true time."""
        return self._shift_ms

    def now(self) -> int:
        return self._true() + self._shift_ms

    def set(self, shift_ms: int) -> None:
        """So far ahead from now on. ValueError below 0 and beyond 366 days."""
        if not 0 <= shift_ms <= FURTHEST_MS:
            raise ValueError(f"the clock can be 0 to {FURTHEST_MS} ms ahead, not {shift_ms}")
        with self._lock:
            self._shift_ms = shift_ms
