"""What was measured: latencies, errors, payments; counted by each worker, added up exactly.

A latency is in µs and counts from the moment the call was meant to be sent. Histograms keep three
significant digits up to ten minutes and are added bucket by bucket, so the percentiles of many
workers are those that one worker with all the calls would have seen.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from hdrh.histogram import HdrHistogram

from loadtests.results import ORDERS

LONGEST_US = 600_000_000
Trouble = Literal["wrong", "unanswered", "down"]
"""down: not answered, because we had killed the merchant; no error of its."""
Blame = Literal["merchant", "call", "down"]
"""Whose fault it is that a call was no good: a refusal may be what the call deserved."""


def histogram() -> Any:
    """An empty one."""
    return HdrHistogram(1, LONGEST_US, 3)


def value_at(of: Any, percentile: Decimal) -> int:
    """µs; 0 of an empty one."""
    return int(of.get_value_at_percentile(float(percentile)))


@dataclass(slots=True)
class Cell:
    """One method within one second, as a worker sends it."""

    calls: int = 0
    counts: Counter[int] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)


class Tally:
    """Of one worker: filled call by call, emptied about once a second."""

    def __init__(self, clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000_000) -> None:
        self._clock = clock
        self._cells: dict[tuple[int, str], Cell] = {}
        self._payments: Counter[tuple[int, str]] = Counter()
        self._troubles: dict[tuple[str, str, Blame], list[Any]] = {}
        self._notes: list[str] = []

    def call(self, method: str, took_us: int, trouble: Trouble | None = None) -> None:
        """A call ended, well or not. Those whose reply was lost on purpose are not told here.

        The latency of one that was not answered is not kept: a refused connection is quick.
        """
        key = (self._clock(), method)
        cell = self._cells.get(key)
        if cell is None:
            cell = self._cells[key] = Cell()
        cell.calls += 1
        if trouble not in ("unanswered", "down"):
            cell.counts[took_us] += 1
        if trouble is not None:
            cell.errors[trouble] += 1

    def order(self, trouble: Trouble | None = None, text: str = "", example: str = "") -> None:
        """An order was made, or could not be: then with why, and an example, as for `trouble`."""
        cell = self._cells.setdefault((self._clock(), ORDERS), Cell())
        cell.calls += 1
        if trouble is not None:
            cell.errors[trouble] += 1
            self.trouble(ORDERS, text, "merchant", example)

    def trouble(self, method: str, text: str, blame: Blame, example: str = "") -> None:
        """Why a call was no good, in words that do not differ from call to call, and an example."""
        known = self._troubles.setdefault((method, text, blame), [0, example])
        known[0] += 1

    def payment(self, outcome: str) -> None:
        """A payment came to an end."""
        self._payments[self._clock(), outcome] += 1

    def note(self, text: str) -> None:
        """Something that the user should hear."""
        self._notes.append(text)

    def drain(self) -> dict[str, Any]:
        """All since the last time, as plain data that can be sent."""
        cells, payments, troubles, notes = (
            self._cells,
            self._payments,
            self._troubles,
            self._notes,
        )
        self._cells, self._payments, self._troubles, self._notes = {}, Counter(), {}, []
        return {
            "cells": [
                [second, method, cell.calls, _encoded(cell.counts), dict(cell.errors)]
                for (second, method), cell in cells.items()
            ],
            "payments": [[second, name, count] for (second, name), count in payments.items()],
            "troubles": [[list(what), *known] for what, known in troubles.items()],
            "notes": notes,
        }


def _encoded(counts: Counter[int]) -> str:
    filled = histogram()
    for value, count in counts.items():
        filled.record_value(min(max(1, value), LONGEST_US), count)
    return str(filled.encode().decode("ascii"))


@dataclass(slots=True)
class Measured:
    """One method, over the whole run or over a part of it."""

    calls: int = 0
    latencies: Any = field(default_factory=histogram)
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, calls: int, encoded: str, errors: dict[str, int]) -> None:
        """What a worker sent."""
        self.calls += calls
        self.latencies.decode_and_add(encoded)
        self.errors.update(errors)

    @property
    def bad(self) -> int:
        """How many were answered wrongly, or not at all by a merchant that was there."""
        return self.errors["wrong"] + self.errors["unanswered"]

    @property
    def answered(self) -> int:
        """How many latencies there are."""
        return int(self.latencies.get_total_count())

    def at(self, percentile: Decimal) -> int:
        """µs."""
        return value_at(self.latencies, percentile)

    @property
    def highest(self) -> int:
        """µs."""
        return int(self.latencies.get_max_value())

    @property
    def mean(self) -> int:
        """µs."""
        return int(self.latencies.get_mean_value()) if self.answered else 0


def among_calls(
    method: str, calls: int, encoded: str, errors: dict[str, int]
) -> tuple[int, str, dict[str, int]]:
    """What of a cell counts among all calls: an order that was made is no call of Payme's."""
    return (sum(errors.values()) if method == ORDERS else calls), encoded, errors


@dataclass(slots=True)
class Totals:
    """Of the whole run: filled with what the workers drain."""

    methods: dict[str, Measured] = field(default_factory=dict)
    everything: Measured = field(default_factory=Measured)
    payments: Counter[str] = field(default_factory=Counter)
    troubles: dict[tuple[str, str, Blame], list[Any]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, drained: dict[str, Any]) -> None:
        """What one worker had."""
        for _second, method, *told in drained["cells"]:
            self.everything.add(*among_calls(method, *told))
            self.methods.setdefault(method, Measured()).add(*told)
        for _second, outcome, count in drained["payments"]:
            self.payments[outcome] += count
        for (method, text, blame), count, example in drained["troubles"]:
            known = self.troubles.setdefault((method, text, blame), [0, example])
            known[0] += count
        self.notes += [note for note in drained["notes"] if note not in self.notes]
