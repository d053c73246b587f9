"""The open model: payments begin when they begin, whether or not the merchant keeps up."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from loadtests.shapes import WHOLE, level

_SECOND_US = 1_000_000


class Arrivals:
    """Hands out the moments at which payments are to begin: random gaps, as payers come.

    rate: a second, of the whole run at its height. share: of it that is ours, as (part, whole);
    asked anew for each, since workers come and go.
    """

    def __init__(
        self,
        rate: int,
        shape: str,
        duration_ms: int,
        rng: Random,
        share: Callable[[], tuple[int, int]],
    ) -> None:
        self._rate = rate
        self._shape = shape
        self._duration_ms = duration_ms
        self._rng = rng
        self._share = share
        self._next_us = 0

    def take(self) -> int:
        """The next one, in µs since the load began."""
        moment = self._next_us
        part, whole = self._share()
        now = level(self._shape, moment // 1000, self._duration_ms)
        thousandths = max(1, self._rate * now * max(1, part) // max(1, whole))
        mean_us = _SECOND_US * WHOLE // thousandths
        self._next_us += max(1, int(self._rng.expovariate(1) * mean_us))
        return moment
