"""Names for orders that no earlier run has used.

Each run starts at a block of 1000 that the clock picks, so runs need not remember one another.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal

_FIRST = 1_000_000_000
_PAST_LAST = 2_147_483_000  # an order number may be kept in a signed 32-bit column
_BLOCK = 1000
_PREFIX = "Psb-"  # both cases and a dash, so that a careless comparison shows

Style = Literal["letters", "digits"]


class Numbers:
    """Hands out numbers, each once. Safe to use from several threads.

    `style` is "letters" (`Psb-` and ten digits) until somebody sets it to "digits". `after` are
    those of an earlier run of this process: two that begin in one instant share no block.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        style: Style = "letters",
        after: Numbers | None = None,
    ) -> None:
        blocks = (_PAST_LAST - _FIRST) // _BLOCK
        first = _FIRST + (int(clock()) // 2 % blocks) * _BLOCK
        self._next = first if after is None else max(first, after.past_block())
        self._lock = threading.Lock()
        self.style: Style = style

    def past_block(self) -> int:
        """Where the next block begins."""
        with self._lock:
            block = self._next // _BLOCK + 1
        return block * _BLOCK if (block + 1) * _BLOCK <= _PAST_LAST else _FIRST

    def take(self) -> str:
        """The next number, in the style of the moment."""
        digits = self.take_int()
        return str(digits) if self.style == "digits" else f"{_PREFIX}{digits}"

    def take_int(self) -> int:
        """The next number as an integer of ten digits, below 2^31."""
        with self._lock:
            taken = self._next
            self._next = taken + 1 if taken + 1 < _PAST_LAST else _FIRST
            return taken
