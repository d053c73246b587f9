"""Keeping a server process on one processor.

The threads of one interpreter take turns anyway. On several processors each turn is passed from one
to another, which on SQLite takes as long as the decisions themselves.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path


def can_stay() -> bool:
    """Whether this system lets a process choose its processors."""
    return sys.platform == "linux"


def stay() -> int:
    """Keep this process, with all its threads, on one of the processors that it may use: on that
    which the fewest of its parent's other children keep to. Answers its number."""
    if sys.platform != "linux":
        raise RuntimeError("only Linux lets a process choose its processors")
    import fcntl

    with open(__file__, "rb") as turn:
        # Two that start together would choose the same one.
        fcntl.flock(turn, fcntl.LOCK_EX)
        taken = Counter(_only(pid) for pid in _siblings())
        chosen = min(sorted(os.sched_getaffinity(0)), key=lambda number: taken[number])
        for thread in os.listdir("/proc/self/task"):
            with suppress(ProcessLookupError):  # it has just ended
                os.sched_setaffinity(int(thread), {chosen})
    return chosen


def _siblings() -> list[int]:
    """The parent's other children."""
    found: list[int] = []
    for listed in Path(f"/proc/{os.getppid()}/task").glob("*/children"):
        found += [int(text) for text in listed.read_text().split()]
    return [pid for pid in found if pid != os.getpid()]


def _only(pid: int) -> int | None:
    """The one processor that a process may use; None if there are more, or it has ended."""
    if sys.platform == "linux":
        try:
            allowed = os.sched_getaffinity(pid)
        except ProcessLookupError:
            return None
        if len(allowed) == 1:
            return min(allowed)
    return None
