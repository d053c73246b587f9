"""Ids as Payme gives them: 24 hex digits, the first eight of them the time in seconds."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

ID = re.compile(r"[0-9a-f]{24}")


class Ids:
    """Makes ids that nobody has had. `rng` is injected; `now` gives ms."""

    def __init__(self, rng: random.Random, now: Callable[[], int]) -> None:
        self._rng = rng
        self._now = now

    def new(self) -> str:
        return f"{self._now() // 1000 & 0xFFFFFFFF:08x}{self._rng.getrandbits(64):016x}"
