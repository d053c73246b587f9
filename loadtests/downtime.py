"""When the merchant was killed, and when it was ready again: told by who kills it, asked by who
calls it, which are different processes.

A file of the run's folder holds a line for each kill: two moments in ms, or one while it is down.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

FILE = "down.txt"


def _now() -> int:
    return time.time_ns() // 1_000_000


class Downtime:
    """Of one run; `folder` is the run's."""

    def __init__(self, folder: Path, clock: Callable[[], int] = _now) -> None:
        self._path = folder / FILE
        self._clock = clock

    @contextmanager
    def lasting(self) -> Iterator[None]:
        """The merchant is down within the block; to the end of the run if the block fails."""
        self._write(str(self._clock()))
        yield
        self._write(f" {self._clock()}\n")

    def _write(self, text: str) -> None:
        with self._path.open("a", encoding="ascii") as file:
            file.write(text)

    def met(self, since: int) -> bool:
        """Whether the merchant was down at any moment from then, in ms, until now."""
        try:
            lines = self._path.read_text(encoding="ascii").splitlines()
        except FileNotFoundError:
            return False
        times = [[int(part) for part in line.split()] for line in lines]
        return any(len(pair) == 1 or pair[1] >= since for pair in times)
