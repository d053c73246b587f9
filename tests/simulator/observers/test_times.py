"""A stored time and a time in ms: what counts as the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from simulator.observers.database.times import TimeUnit, TimeValue

MS = 1_763_881_200_623  # 2025-11-23 07:00:00.623 UTC
TASHKENT = timezone(timedelta(hours=5))


@pytest.mark.parametrize("raw", [MS, str(MS), Decimal(MS), float(MS), f"{MS}.0"])
def test_ms_are_exact(raw: Any) -> None:
    value = TimeValue(raw, "ms")
    assert value.matches(MS)
    assert not value.matches(MS + 1)
    assert not value.matches(MS - 1)
    assert not value.matches(MS + 3_600_000)


def test_ms_with_a_fraction_are_cut_or_rounded() -> None:
    value = TimeValue(Decimal("1763881200623.7"), "ms")
    assert value.matches(MS)
    assert value.matches(MS + 1)
    assert not value.matches(MS + 2)


@pytest.mark.parametrize(
    ("raw", "same"),
    [
        (1_763_881_200, True),  # cut
        (1_763_881_201, True),  # rounded
        ("1763881200", True),
        (1_763_881_199, False),
        (1_763_881_202, False),
        (Decimal("1763881200.6"), True),
        (Decimal("1763881200.62"), True),
        (1763881200.623, True),
        (Decimal("1763881200.5"), False),
        (Decimal("1763881200.63"), False),
        (MS, False),  # ms in a column that is said to be in s
    ],
)
def test_seconds(raw: Any, same: bool) -> None:
    assert TimeValue(raw, "s").matches(MS) is same


def test_a_second_is_not_rounded_up_below_the_half() -> None:
    assert not TimeValue(1_763_881_201, "s").matches(1_763_881_200_400)
    assert TimeValue(1_763_881_200, "s").matches(1_763_881_200_400)


@pytest.mark.parametrize(
    "raw",
    [
        datetime(2025, 11, 23, 7, 0, 0, 623000),
        datetime(2025, 11, 23, 7, 0, 0, 623999),
        datetime(2025, 11, 23, 7, 0, 0),
        datetime(2025, 11, 23, 7, 0, 1),
        datetime(2025, 11, 23, 12, 0, 0, 623000),
        datetime(2025, 11, 23, 12, 0, 0, 623000, tzinfo=TASHKENT),
        datetime(2025, 11, 23, 7, 0, 0, 623000, tzinfo=UTC),
        datetime(2025, 11, 23, 12, 45, 0, 623000),  # Nepal
        datetime(2025, 11, 22, 19, 0, 1),
        "2025-11-23 07:00:00",
        "2025-11-23 07:00:00.623",
        "2025-11-23 07:00:00.6",
        "2025-11-23T07:00:00.623456Z",
        "2025-11-23T07:00:00.623456789Z",
        "2025-11-23 07:00:00.623 +00:00",
        "2025-11-23 12:00:00.623000+05",
        "2025-11-23 12:00:00.623+0500",
        "2025-11-23 07:00:01",
        "2025-11-23 12:00:00.623456789 +0500 +05 m=+0.012345678",  # Go's own way
        "2025-11-23 07:00:00.623 +0000 UTC",
        MS,
        str(MS),
        1_763_881_200,
    ],
)
def test_datetimes_as_databases_and_libraries_write_them(raw: Any) -> None:
    assert TimeValue(raw, "datetime").matches(MS)


@pytest.mark.parametrize(
    "raw",
    [
        datetime(2025, 11, 23, 7, 0, 2),
        datetime(2025, 11, 23, 6, 59, 59),
        datetime(2025, 11, 23, 7, 0, 0, 625000),
        datetime(2025, 11, 23, 7, 0, 0, 621000),
        datetime(2025, 11, 23, 7, 7, 0, 623000),  # no zone is seven minutes off
        datetime(2025, 11, 23, 22, 0, 0, 623000),  # nor fifteen hours
        datetime(2025, 11, 24, 7, 0, 0, 623000),
        "2025-11-23 07:00:02",
        "2025-13-23 07:00:00",
        "yesterday",
        MS + 3_600_000,  # a number has no time zone
        date(2025, 11, 23),
        b"\xff\x00",
    ],
)
def test_datetimes_that_are_another_time(raw: Any) -> None:
    assert not TimeValue(raw, "datetime").matches(MS)


@pytest.mark.parametrize(
    ("raw", "wrong"),
    [
        (datetime(2025, 11, 23, 12, 0, 0, 623000, tzinfo=UTC), True),
        (datetime(2025, 11, 23, 7, 0, 0, 623000, tzinfo=TASHKENT), True),
        ("2025-11-23 12:00:00.623+00:00", True),
        ("2025-11-23T12:00:00Z", True),
        ("2025-11-23 12:00:00 +0000 UTC", True),
        (datetime(2025, 11, 23, 12, 0, 0, 623000, tzinfo=TASHKENT), False),
        (datetime(2025, 11, 23, 7, 0, 0, tzinfo=UTC), False),
        ("2025-11-23 07:00:01Z", False),  # rounded
        ("2025-11-23 12:00:00.623+05", False),
        (datetime(2025, 11, 23, 12, 0, 0, 623000), False),  # in whatever zone
        ("2025-11-23 12:00:00.623", False),
        ("0001-01-01T00:00:00Z", False),  # no time
        ("yesterday", False),
        (MS, False),
        (None, False),
    ],
)
def test_a_zone_that_is_named_must_be_true(raw: Any, wrong: bool) -> None:
    assert TimeValue(raw, "datetime").mislabels(MS) is wrong


def test_numbers_name_no_zone() -> None:
    assert not TimeValue(MS + 18_000_000, "ms").mislabels(MS)
    assert not TimeValue("2025-11-23T12:00:00Z", "s").mislabels(MS)


@pytest.mark.parametrize(
    ("raw", "unit"),
    [
        (None, "ms"),
        (0, "ms"),
        ("0", "s"),
        (Decimal(0), "ms"),
        ("", "datetime"),
        ("0000-00-00 00:00:00", "datetime"),
        ("0001-01-01T00:00:00Z", "datetime"),
        (datetime(1, 1, 1), "datetime"),
        (datetime(1, 1, 1, tzinfo=UTC), "datetime"),
        (datetime(1970, 1, 1, 5, 0), "datetime"),
        ("1970-01-01 00:00:00", "datetime"),
    ],
)
def test_no_time(raw: Any, unit: TimeUnit) -> None:
    value = TimeValue(raw, unit)
    assert value.unset
    assert value.matches(0)
    assert not value.matches(MS)
    assert str(value).endswith("(no time)")


@pytest.mark.parametrize(("raw", "unit"), [(MS, "ms"), (1, "ms"), (5, "s"), ("x", "ms")])
def test_some_time(raw: Any, unit: TimeUnit) -> None:
    assert not TimeValue(raw, unit).unset
    assert not TimeValue(raw, unit).matches(0)


def test_a_time_says_what_it_is() -> None:
    assert str(TimeValue(MS, "ms")) == f"{MS} (ms)"
    assert str(TimeValue("soon", "ms")) == '"soon" (not a time in ms)'
    assert str(TimeValue("soon", "datetime")) == '"soon" (not a time in datetime)'


def test_equal_means_that_the_column_holds_the_same() -> None:
    assert TimeValue(MS, "ms") == TimeValue(MS, "ms")
    assert TimeValue(MS, "ms") != TimeValue(MS + 1, "ms")
