"""The merchant's own clock, the one place where time is read."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Answers the present moment in ms since 1970-01-01 UTC."""

TIMEOUT_MS = 43_200_000
"""Twelve hours: how long a transaction may wait to be performed, counted from Payme's `time`."""


def now_ms() -> int:
    """The present moment in whole ms since 1970-01-01 UTC."""
    return time.time_ns() // 1_000_000
