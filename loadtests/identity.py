"""Names that no two workers of a run give, and no two runs: order numbers and transaction ids."""

from __future__ import annotations

import hashlib
import itertools
import time
from collections.abc import Callable

from simulator.observers.orders import Numbers

LARGEST_SEED = 0xFFFFFF
MOST_WORKERS = 256
_FIRST = 1_000_000_000
_BLOCK = 1000
_BLOCKS = 1_147_483  # so that the last number is still below 2^31


class TransactionIds:
    """Payme ids: the second, the run's seed, the worker, a counter; 24 hexadecimal digits.

    `6b0409d9 00107a 02 0000002a` is the 42nd of worker 2 of the run with seed 4218.
    """

    def __init__(
        self,
        seed: int,
        worker: int,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000_000,
    ) -> None:
        self._middle = f"{seed & LARGEST_SEED:06x}{worker % MOST_WORKERS:02x}"
        self._counter = itertools.count(1)
        self._clock = clock

    def take(self) -> str:
        """The next one."""
        number = next(self._counter) & 0xFFFFFFFF
        return f"{self._clock() & 0xFFFFFFFF:08x}{self._middle}{number:08x}"


class BlockNumbers(Numbers):
    """Order numbers in blocks of a thousand; worker w of a run has every 256th block.

    Where the run's blocks begin follows from its seed and its beginning in ms, so that runs on one
    database hardly ever meet.
    """

    def __init__(self, seed: int, began: int, worker: int) -> None:
        super().__init__()
        digest = hashlib.sha256(f"{seed}/{began}".encode()).digest()
        self._block = int.from_bytes(digest[:8], "big") + worker % MOST_WORKERS
        self._left = iter(range(0))

    def take_int(self) -> int:
        """The next number as an integer of ten digits, below 2^31."""
        with self._lock:
            number = next(self._left, None)
            if number is None:
                start = _FIRST + self._block % _BLOCKS * _BLOCK
                self._block += MOST_WORKERS
                self._left = iter(range(start, start + _BLOCK))
                number = next(self._left)
            return number
