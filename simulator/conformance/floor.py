"""The floor: who holds it may call the merchant. A scenario that waits lets others have it.

So calls are made one after another, each log line and row belongs to the step that caused it,
and yet all waits pass side by side. `--jobs N` gives the floor to N scenarios at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Interrupted(Exception):
    """The run was told to end while this scenario was waiting or about to begin."""


class Floor:
    """A room for `places` scenarios at a time."""

    def __init__(self, places: int = 1, sleep: Callable[[float], None] | None = None) -> None:
        self._places = threading.Semaphore(places)
        self._ended = threading.Event()
        self._sleep = sleep or self._wait

    def _wait(self, seconds: float) -> None:
        self._ended.wait(seconds)

    def end(self) -> None:
        """Let nobody on again; those who wait wake up."""
        self._ended.set()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Take the floor for a scenario. Raises Interrupted if the run has ended."""
        self._places.acquire()
        try:
            self._check()
            yield
        finally:
            self._places.release()

    def pause(self, ms: int) -> None:
        """Leave the floor for that long, then queue for it again."""
        self._places.release()
        try:
            self._sleep(ms / 1000)
        finally:
            self._places.acquire()
        self._check()

    def _check(self) -> None:
        if self._ended.is_set():
            raise Interrupted


def elapsed_ms(since_ns: int) -> int:
    """Whole ms since a reading of the monotonic clock."""
    return (time.monotonic_ns() - since_ns) // 1_000_000
