"""Thresholds of a load run as they are written: `PerformTransaction p95 > 800ms, min 100, abort`.

A threshold says what must NOT be. Limits are whole numbers: µs for latencies, millionths for
shares, thousandths a second for rates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from simulator.config.problems import nearest
from simulator.protocol.vocabulary import Method

Unit = Literal["us", "ppm", "count", "per-1000s"]

_TEXT = re.compile(r"(?:([A-Za-z]+)\s+)?([a-z]+[\d.]*)\s*(>=|<=|>|<)\s*(\S+)", re.IGNORECASE)
_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,3})?)")
_NUMBER = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(us|µs|ms|s|%|/s)?")
_US = {"us": 1, "µs": 1, "ms": 1_000, "s": 1_000_000}
_SHARES = ("errors", "wrong", "unanswered")
_SUBJECTS = {
    "payments": "payments",
    "orders": "orders",
    **{str(method).lower(): str(method) for method in Method},
}

ACCEPTED = """\
accepted are, with a method's name in front or without one for all calls:
      PerformTransaction p95 > 800ms      p50, p90, p95, p99, p99.9, max, mean; us, ms, s
      errors > 0.1%                       errors, wrong, unanswered; a share, or a plain number
      orders errors > 0                   orders that could not be made
      payments rate < 50/s                calls or payments a second
      CreateTransaction count < 1000      how many there were
    and behind it, if wanted: ", min 200" (fewer samples fail) and ", abort" (end the load)"""


class ThresholdError(ValueError):
    """A text that is no threshold. Says what is wrong with it and what is accepted."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """One condition that fails the run when it holds.

    subject: a method, "payments", "orders", or "" for all calls. measure: what is looked at.
    limit: in `unit`. minimum: how many samples there must be at least. abort: ends the load.
    """

    text: str
    subject: str
    measure: str
    above: bool
    inclusive: bool
    limit: int
    unit: Unit
    minimum: int
    abort: bool = False

    @property
    def percentile(self) -> Decimal | None:
        """99.9 for p99.9; None if it is about something else."""
        match = _PERCENTILE.fullmatch(self.measure)
        return Decimal(match[1]) if match else None

    def broken_by(self, observed: int) -> bool:
        """Whether a value, in `unit`, is what must not be."""
        if observed == self.limit:
            return self.inclusive
        return (observed > self.limit) == self.above


def parse_threshold(text: str) -> Threshold:
    """ThresholdError says what is accepted."""
    head, *modifiers = [part.strip() for part in text.split(",")]
    match = _TEXT.fullmatch(head)
    if match is None:
        raise _wrong(text, "it is not of the form: [method] measure > value")
    subject, measure = _subject(match[1] or "", text), match[2].lower()
    limit, unit = _limit(subject, measure, match[4], text)
    if unit == "ppm" and limit >= (1_000_000 if match[3] == ">" else 1_000_001):
        raise _wrong(text, "no share is above 100 %")
    minimum, abort = _modifiers(modifiers, text)
    return Threshold(
        text=text.strip(),
        subject=subject,
        measure=measure,
        above=match[3].startswith(">"),
        inclusive=match[3].endswith("="),
        limit=limit,
        unit=unit,
        minimum=_least(measure) if minimum is None else minimum,
        abort=abort,
    )


def _wrong(text: str, why: str) -> ThresholdError:
    return ThresholdError(f"`{text}` is no threshold: {why}\n    {ACCEPTED}")


def _subject(word: str, text: str) -> str:
    if not word or word.lower() == "all":
        return ""
    if word.lower() in _SUBJECTS:
        return _SUBJECTS[word.lower()]
    meant = nearest(word, _SUBJECTS.values())
    hint = f"; did you mean {meant}?" if meant else ""
    raise _wrong(text, f"there is no method {word}{hint}")


def _limit(subject: str, measure: str, value: str, text: str) -> tuple[int, Unit]:
    match = _NUMBER.fullmatch(value)
    if match is None:
        raise _wrong(text, f"{value} is no value")
    number, suffix = Decimal(match[1]), match[2] or ""
    latency = _PERCENTILE.fullmatch(measure) or measure in ("max", "mean")
    if subject == "orders" and measure not in _SHARES:
        raise _wrong(text, f"there is no measure {measure} of orders")
    if latency and subject != "payments":
        if suffix not in _US:
            raise _wrong(text, f"a latency is compared with a time like 800ms, not with {value}")
        return int(number * _US[suffix]), "us"
    if measure in _SHARES and subject != "payments":
        return _share(number, suffix, value, text)
    if measure == "rate" and suffix in ("/s", ""):
        return int(number * 1000), "per-1000s"
    if measure == "count" and not suffix and number == int(number):
        return int(number), "count"
    if measure in ("rate", "count"):
        raise _wrong(text, f"{measure} is not compared with {value}")
    of = "payments" if subject == "payments" else "calls"
    raise _wrong(text, f"there is no measure {measure} of {of}")


def _share(number: Decimal, suffix: str, value: str, text: str) -> tuple[int, Unit]:
    if suffix == "%":
        return int(number * 10_000), "ppm"
    if not suffix and number == int(number):
        return int(number), "count"
    raise _wrong(text, f"errors are compared with a share like 0.1% or a number, not with {value}")


def _modifiers(words: list[str], text: str) -> tuple[int | None, bool]:
    minimum, abort = None, False
    for word in words:
        if match := re.fullmatch(r"min\s+(\d{1,9})", word):
            minimum = int(match[1])
        elif word == "abort":
            abort = True
        else:
            raise _wrong(text, f"`{word}` is neither `min 200` nor `abort`")
    return minimum, abort


def _least(measure: str) -> int:
    """So many samples a percentile needs to mean anything: 20 for p95, 1000 for p99.9."""
    match = _PERCENTILE.fullmatch(measure)
    if match is None or Decimal(match[1]) <= 50:
        return 0 if measure in ("rate", "count") else 1
    return int(100 / (100 - Decimal(match[1])))
