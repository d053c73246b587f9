"""Durations as people write them."""

from __future__ import annotations

import pytest

from simulator.conformance.durations import parse_duration


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("500ms", 500),
        ("1s", 1000),
        ("11h50m", 42_600_000),
        ("2d", 172_800_000),
        ("1d2h3m4s5ms", 93_784_005),
        ("0s", 0),
    ],
)
def test_whole_milliseconds(text: str, ms: int) -> None:
    assert parse_duration(text) == ms


@pytest.mark.parametrize("text", ["", "5", "1.5h", "12 m", "h", "1h ", "-1h", "1H", "1w", "1h?"])
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a duration; write for example 1100ms"):
        parse_duration(text)
