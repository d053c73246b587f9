"""Days in Uzbekistan."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from simulator.web.days import bounds, day_of, first_ms, last_ms

JUNE = date(2024, 6, 1)


def test_a_day_begins_at_midnight_there() -> None:
    began = datetime.fromtimestamp(first_ms(JUNE) // 1000, UTC)
    assert began.isoformat() == "2024-05-31T19:00:00+00:00"
    assert last_ms(JUNE) + 1 == first_ms(date(2024, 6, 2))
    assert first_ms(date.min) < 0 < last_ms(date.max)


def test_the_narrowest_bounds_hold() -> None:
    assert bounds(None, None) == (None, None)
    assert bounds(JUNE, JUNE) == (first_ms(JUNE), last_ms(JUNE))
    assert bounds(JUNE, JUNE, 5, 7) == (first_ms(JUNE), 7)
    assert bounds(None, JUNE, 5) == (5, last_ms(JUNE))


@pytest.mark.parametrize(
    "text", ["", "2024-6-1", "20240601", "2024-02-30", "1717181999", "٢٠٢٤-٠٦-٠١"]
)
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(ValueError, match=r"day|month"):
        day_of(text)
