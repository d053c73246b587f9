"""A stored time, compared with a time in ms as far as its column can tell them apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from simulator.observers.database.values import decimal_of, plain, shown

TimeUnit = Literal["ms", "s", "datetime"]

_EPOCH = datetime(1970, 1, 1)
_QUARTER_US = 15 * 60 * 1_000_000
_MOST_QUARTERS = 14 * 4  # no clock on Earth is further than 14 hours from UTC
_NEVER = ("0000-00-00", "0001-01-01")  # how MySQL, Go and .NET write "no time"

STAMP = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(?P<between>[T ])(?P<clock>\d\d:\d\d(?::\d\d)?)"
    r"(?P<fraction>\.\d{1,9})?(?P<zone> ?(?:Z|UTC|[+-]\d\d(?::?\d\d)?)"
    r"(?: (?:[A-Z]{1,5}|[+-]\d\d(?:\d\d)?))?(?: m=[+-][\d.]+)?)?"  # as Go writes a time
)


@dataclass(frozen=True, slots=True)
class TimeValue:
    """What a time column holds. Two are equal when the column holds the same."""

    raw: Any
    unit: TimeUnit

    @property
    def unset(self) -> bool:
        """0, NULL, empty, or one of the ways to write that there is no time."""
        return self._unset(self._microseconds())

    def matches(self, ms: int) -> bool:
        """Whether this is `ms`, truncated or rounded as the column's precision demands.

        A date with a clock may be off by a time zone: whole quarter hours, at most 14 hours.
        """
        if self.unit == "ms" and type(self.raw) is int:
            return self.raw == ms  # what is kept as it came, and most often
        known = self._microseconds()
        if ms == 0 or self._unset(known):
            return ms == 0 and self._unset(known)
        if known is None:
            return False
        value, step = known
        off = value - ms * 1000
        if _within(off, step):
            return True
        if self.unit != "datetime" or decimal_of(self.raw) is not None:
            return False
        quarters = off // _QUARTER_US
        return any(
            abs(q) <= _MOST_QUARTERS and _within(off - q * _QUARTER_US, step)
            for q in (quarters, quarters + 1)
        )

    def mislabels(self, ms: int) -> bool:
        """Whether it names its zone, and in that zone it is another moment than `ms`."""
        if self.unit != "datetime" or not _names_zone(plain(self.raw)):
            return False
        known = self._microseconds()
        if known is None or self._unset(known):
            return False
        return not _within(known[0] - ms * 1000, known[1])

    def _unset(self, known: tuple[int, int] | None) -> bool:
        value = plain(self.raw)
        if value is None or (isinstance(value, str) and value.strip() in ("", "0", "null")):
            return True
        if isinstance(value, str) and value.startswith(_NEVER):
            return True
        if isinstance(value, datetime) and value.year == 1:
            return True
        if known is None:
            return False
        shift = _MOST_QUARTERS * _QUARTER_US if self.unit == "datetime" else 0
        return abs(known[0]) <= shift

    def __str__(self) -> str:
        if self.unset:
            return f"{shown(self.raw)} (no time)"
        if self._microseconds() is None:
            return f"{shown(self.raw)} (not a time in {self.unit})"
        return f"{shown(self.raw)} ({self.unit})"

    def _microseconds(self) -> tuple[int, int] | None:
        """Since the epoch, and the step between two neighbouring values of that precision."""
        number = decimal_of(self.raw)
        if number is not None:
            scale = 1000 if self.unit == "ms" else 1_000_000
            if self.unit == "datetime" and abs(number) >= 100_000_000_000:
                scale = 1000  # a datetime kept as a number of ms, as some libraries do in SQLite
            return _scaled(number, scale)
        return _stamp(plain(self.raw)) if self.unit == "datetime" else None


def _within(off: int, step: int) -> bool:
    """Truncated to `step`, or rounded to it; never finer than one ms."""
    return abs(off) < 1000 or -step < off <= step // 2


def _scaled(number: Decimal, scale: int) -> tuple[int, int]:
    exponent = number.normalize().as_tuple().exponent
    digits = max(0, -exponent) if isinstance(exponent, int) else 0
    step: int = scale // 10 ** min(digits, 6)
    return int(number * scale), max(step, 1)


def _names_zone(value: Any) -> bool:
    if isinstance(value, datetime):
        return value.tzinfo is not None
    match = STAMP.fullmatch(value.strip()) if isinstance(value, str) else None
    return match is not None and match["zone"] is not None


def _stamp(value: Any) -> tuple[int, int] | None:
    if isinstance(value, datetime):
        micros = value.microsecond
        step = 1_000_000 if micros == 0 else 1000 if micros % 1000 == 0 else 1
        naive = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return _since_epoch(naive), step
    if isinstance(value, date):
        return None
    match = STAMP.fullmatch(value.strip()) if isinstance(value, str) else None
    return None if match is None else _parse(match)


def _parse(match: re.Match[str]) -> tuple[int, int] | None:
    fraction = (match["fraction"] or ".")[1:]
    try:
        moment = datetime.fromisoformat(f"{match['day']}T{match['clock']}")
    except ValueError:
        return None
    micros = int((fraction + "000000")[:6])
    step = max(1, 1_000_000 // 10 ** len(fraction))
    return _since_epoch(moment) + micros - _zone(match["zone"]), step


def _zone(text: str | None) -> int:
    match = re.match(r" ?([+-])(\d\d):?(\d\d)?", text or "")
    if match is None:
        return 0
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return (1 if match[1] == "+" else -1) * minutes * 60_000_000


def _since_epoch(naive: datetime) -> int:
    return (naive - _EPOCH) // timedelta(microseconds=1)
