"""Days as the merchant reckons them: in Uzbekistan, which has had no summer time since 1992."""

from __future__ import annotations

import re
from datetime import date

DAY_MS = 86_400_000
AHEAD_MS = 5 * 3_600_000
"""Uzbekistan's clocks are so far ahead of UTC."""

_EPOCH = date(1970, 1, 1).toordinal()
_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def day_of(text: str) -> date:
    """2024-06-01 as a day. ValueError for anything else."""
    if not _WRITTEN.fullmatch(text):
        raise ValueError("a day is written as 2024-06-01")
    return date.fromisoformat(text)


def first_ms(day: date) -> int:
    """When it begins, in ms since 1970."""
    return (day.toordinal() - _EPOCH) * DAY_MS - AHEAD_MS


def last_ms(day: date) -> int:
    """Its last millisecond."""
    return first_ms(day) + DAY_MS - 1


def bounds(
    first: date | None, last: date | None, since: int | None = None, until: int | None = None
) -> tuple[int | None, int | None]:
    """The ms from and to which something may be, both included, that all four say; None if none
    says it."""
    starts = [at for at in (first_ms(first) if first else None, since) if at is not None]
    ends = [at for at in (last_ms(last) if last else None, until) if at is not None]
    return (max(starts) if starts else None, min(ends) if ends else None)
