"""Durations as scenario files write them: 500ms, 1s, 11h50m, 2d."""

from __future__ import annotations

import re

_UNITS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
_PART = re.compile(r"(\d+)(ms|d|h|m|s)")


def parse_duration(text: str) -> int:
    """Whole milliseconds. Raises ValueError that says what is accepted."""
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f'"{text}" is not a duration; write for example 1100ms, 5m, 12h1m or 2d')
    return sum(int(number) * _UNITS[unit] for number, unit in parts)
