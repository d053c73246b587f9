"""The arithmetic of the benchmark's table."""

from __future__ import annotations

import argparse

import pytest

from loadtests.benchmarks.__main__ import _part
from loadtests.benchmarks.durations import seconds as read
from loadtests.benchmarks.results import Goal, Limit, Measured, Round, table
from loadtests.benchmarks.wire import Ran

FAST = Measured("fast", [Round(100, 1.0, 0.1), Round(900, 2.0, 1.8), Round(200, 1.0, 0.2)])
SLOW = Measured("slow", [Round(50, 1.0, 0.5), Round(10, 1.0, 0.4), Round(60, 1.0, 0.6)])


def test_the_median_of_the_rounds_counts() -> None:
    assert (FAST.per_second, SLOW.per_second) == (200, 50)
    assert (FAST.cpu_ms, SLOW.cpu_ms) == (1.0, 10.0)


def test_a_goal_compares_medians() -> None:
    assert Goal("", FAST, SLOW, 4).reached
    assert not Goal("", FAST, SLOW, 4.01).reached
    told = Goal("against the other", FAST, SLOW, 5).told()
    assert "4.00 ×     at least 5  MISSED" in told
    assert "(by all CPU of a payment 10.00)" in told


def test_a_limit_that_was_not_measured_is_missed() -> None:
    limit = Limit("time", 2, "s")
    assert not limit.reached
    assert limit.seen(2).reached
    assert not limit.seen(2.01).reached
    assert "2.01 s  at most 2  MISSED" in limit.seen(2.01).told()


def test_the_table_tells_the_slowest_and_the_fastest_round() -> None:
    line = table([FAST]).splitlines()[2].split()
    assert line == ["fast", "200", "100", "450", "1.00", "0.00", "0.00"]


def test_all_cpu_of_a_payment_is_counted() -> None:
    measured = Measured("all", [Round(10, 1.0, 0.02, 0.01, 0.005)])
    assert measured.whole_ms == pytest.approx(3.5)


def test_percentiles_are_of_what_was_seen() -> None:
    ran = Ran(jobs=1, seconds=1.0)
    ran.latencies_ns.extend(number * 1_000_000 for number in range(100, 0, -1))
    assert [ran.percentile_ms(share) for share in (0.0, 0.5, 0.99, 1.0)] == [1, 51, 100, 100]


@pytest.mark.parametrize(("text", "seconds"), [("20s", 20), ("10m", 600), ("1.5", 1.5)])
def test_lengths_of_time(text: str, seconds: float) -> None:
    assert read(text) == seconds


@pytest.mark.parametrize("text", ["", "0s", "ten", "-1s", "1h"])
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        read(text)


def test_there_is_no_other_part() -> None:
    assert _part("soak") == "soak"
    with pytest.raises(argparse.ArgumentTypeError, match="there are cycles, latency"):
        _part("sleep")
