"""The floor: who holds it may call the merchant. A scenario that waits lets others have it.

So calls are made one after another, each log line and row belongs to the step that caused it,
and yet all waits pass side by side. `--jobs N` gives the floor to N scenarios at once.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Interrupted(Exception):
    """The run was told to end while this scenario was waiting or about to begin."""


class Gate:
    """A place in the queue: `open` lets its owner on."""

    def __init__(self) -> None:
        self._closed = threading.Lock()
        self._closed.acquire()

    def open(self) -> None:
        self._closed.release()

    def wait(self) -> None:
        self._closed.acquire()


class Floor:
    """A room for `places` scenarios at a time, let in as they have queued."""

    def __init__(self, places: int = 1, sleep: Callable[[float], None] | None = None) -> None:
        self._lock = threading.Lock()
        self._free = places
        self._queue = deque[Gate]()
        self._ended = threading.Event()
        self._sleep = sleep or self._wait

    def _wait(self, seconds: float) -> None:
        self._ended.wait(seconds)

    def end(self) -> None:
        """Let nobody on again; those who wait wake up."""
        with self._lock:
            self._ended.set()
            while self._queue:
                self._queue.popleft().open()

    def queue(self) -> Gate:
        """Queue; `held` waits for the turn. Who queues first is first, whichever thread is slow."""
        gate = Gate()
        with self._lock:
            if self._free or self._ended.is_set():
                self._free -= 1
                gate.open()
            else:
                self._queue.append(gate)
        return gate

    @contextmanager
    def held(self, gate: Gate | None = None) -> Iterator[None]:
        """Take the floor for a scenario. Raises Interrupted if the run has ended."""
        (gate or self.queue()).wait()
        try:
            self._check()
            yield
        finally:
            self._leave()

    def pause(self, ms: int) -> None:
        """Leave the floor for that long, then queue for it again."""
        self._leave()
        try:
            self._sleep(ms / 1000)
        finally:
            self.queue().wait()
        self._check()

    def _leave(self) -> None:
        with self._lock:
            if self._queue:
                self._queue.popleft().open()
            else:
                self._free += 1

    def _check(self) -> None:
        if self._ended.is_set():
            raise Interrupted


def elapsed_ms(since_ns: int) -> int:
    """Whole ms since a reading of the monotonic clock."""
    return (time.monotonic_ns() - since_ns) // 1_000_000
