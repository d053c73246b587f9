"""How much of the load there is at a moment: of its users, or of its arrivals."""

from __future__ import annotations

from collections.abc import Callable

WHOLE = 1000
"""All of it, in thousandths."""

_SPIKE_BASE = 100


def steady(_at: int, _duration: int) -> int:
    """All of it, from the first moment to the last. A soak is the same for hours."""
    return WHOLE


def ramp(at: int, duration: int) -> int:
    """From nothing to all of it over the first three quarters, then all of it."""
    return min(WHOLE, max(1, WHOLE * at * 4 // (3 * max(1, duration))))


def spike(at: int, duration: int) -> int:
    """A sale at midnight: a tenth for the first third; then all of it within a hundredth of the
    duration, for another third; then it ebbs to a tenth."""
    third, rise = duration // 3, max(1, duration // 100)
    if at < third:
        return _SPIKE_BASE
    if at < third + rise:
        return _SPIKE_BASE + (WHOLE - _SPIKE_BASE) * (at - third) // rise
    if at < 2 * third:
        return WHOLE
    ebbing = max(0, duration - at)
    return _SPIKE_BASE + (WHOLE - _SPIKE_BASE) * ebbing // max(1, duration - 2 * third)


SHAPES: dict[str, Callable[[int, int], int]] = {
    "steady": steady,
    "ramp": ramp,
    "spike": spike,
    "soak": steady,
}
"""Name -> thousandths at a moment, both in ms."""


def level(shape: str, at: int, duration: int) -> int:
    """Thousandths of the load at `at` ms, between 1 and 1000; after the end as at it."""
    return min(WHOLE, max(1, SHAPES[shape](min(max(0, at), duration), duration)))


def users_at(shape: str, users: int, at: int, duration: int) -> int:
    """How many payers there are at that moment: at least one."""
    return max(1, users * level(shape, at, duration) // WHOLE)
