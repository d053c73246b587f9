"""Durations and lengths as scenario files write them: 500ms, 1s, 11h50m, 2d; 20B, 64KB, 4MB."""

from __future__ import annotations

import re

_UNITS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
_PART = re.compile(r"(\d+)(ms|d|h|m|s)")
_BYTES = {"B": 1, "KB": 1_000, "MB": 1_000_000}
_SIZE = re.compile(r"(\d+)(B|KB|MB)")


def parse_duration(text: str) -> int:
    """Whole milliseconds. Raises ValueError that says what is accepted."""
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f'"{text}" is not a duration; write for example 1100ms, 5m, 12h1m or 2d')
    return sum(int(number) * _UNITS[unit] for number, unit in parts)


def parse_size(text: str) -> int:
    """Bytes, at least one. Raises ValueError that says what is accepted."""
    match = _SIZE.fullmatch(text)
    if match is None or not int(match[1]):
        raise ValueError(f'"{text}" is not a length; write for example 20B, 64KB or 4MB')
    return int(match[1]) * _BYTES[match[2]]
