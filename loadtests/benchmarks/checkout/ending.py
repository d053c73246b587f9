"""How it ended: whether both books have every payment that a payer was told of, and once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from loadtests.benchmarks.checkout.payers import KASSA

_SLICE_MS = 20_000
_PERFORMED = 2


@dataclass(frozen=True)
class Ending:
    """Transactions that both books agree on, those that they do not, orders paid twice, and orders
    that a payer was told are paid and the merchant has not."""

    agreed: int
    differing: int
    waiting: int
    twice: int
    lost: int

    @property
    def good(self) -> bool:
        return not (self.differing or self.waiting or self.twice or self.lost)

    def told(self) -> str:
        verdict = "both books say the same" if self.good else "THE BOOKS DO NOT AGREE"
        return (
            f"{verdict}: {self.agreed} transactions agree, {self.differing} differ, "
            f"{self.waiting} wait, {self.twice} orders paid twice, {self.lost} lost"
        )


def ending(base: str, began_ms: int, paid: Iterable[str]) -> Ending:
    """Slice by slice, as a day's statement may be long."""
    verdicts: Counter[str] = Counter()
    bought: Counter[str] = Counter()
    for line in _lines(base, began_ms, time.time_ns() // 1_000_000):
        verdicts[
            "differs" if line["verdict"] not in ("agrees", "waiting") else line["verdict"]
        ] += 1
        theirs = line["statement"]
        if theirs is not None and theirs["state"] == _PERFORMED:
            bought[str(theirs["account"]["order_id"])] += 1
    told = Counter(paid)
    return Ending(
        agreed=verdicts["agrees"],
        differing=verdicts["differs"],
        waiting=verdicts["waiting"],
        twice=sum(times > 1 for times in (bought | told).values()),
        lost=sum(number not in bought for number in told),
    )


def _lines(base: str, start: int, end: int) -> Iterator[dict[str, Any]]:
    with httpx.Client(base_url=base, timeout=60, trust_env=False) as client:
        for since in range(start, end + 1, _SLICE_MS):
            period = {"start": since, "end": min(since + _SLICE_MS - 1, end)}
            answer = client.get(f"/control/kassas/{KASSA}/books", params=period)
            yield from answer.raise_for_status().json()["lines"]
