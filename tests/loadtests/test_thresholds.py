"""Thresholds: how they are written, and what they make of what was measured."""

from __future__ import annotations

import re

import pytest

from loadtests.judging import judge
from loadtests.results import Met
from loadtests.tally import Tally, Totals
from simulator.config.thresholds import ThresholdError, parse_threshold


def _totals(*took_us: int, wrong: int = 0, unanswered: int = 0, performed: int = 0) -> Totals:
    tally, totals = Tally(lambda: 7), Totals()
    for one in took_us:
        tally.call("PerformTransaction", one)
    for _ in range(wrong):
        tally.call("PerformTransaction", 1000, "wrong")
    for _ in range(unanswered):
        tally.call("PerformTransaction", 5, "unanswered")
    for _ in range(performed):
        tally.payment("performed")
    totals.add(tally.drain())
    return totals


def _orders(made: int, refused: int) -> Totals:
    tally, totals = Tally(lambda: 7), Totals()
    for _ in range(made):
        tally.order()
    for _ in range(refused):
        tally.order("wrong", "HTTP 503", "order 1")
    totals.add(tally.drain())
    return totals


@pytest.mark.parametrize(
    ("text", "subject", "limit", "unit", "minimum"),
    [
        ("PerformTransaction p95 > 800ms", "PerformTransaction", 800_000, "us", 20),
        ("performtransaction p99.9 >= 1.5s", "PerformTransaction", 1_500_000, "us", 1000),
        ("max > 250us", "", 250, "us", 1),
        ("errors > 0.1%", "", 1000, "ppm", 1),
        ("wrong > 0", "", 0, "count", 1),
        ("payments rate < 20/s", "payments", 20_000, "per-1000s", 0),
        ("all p50 > 1s, min 300", "", 1_000_000, "us", 300),
        ("GetStatement count < 3", "GetStatement", 3, "count", 0),
        ("orders errors > 5%", "orders", 50_000, "ppm", 1),
    ],
)
def test_accepted(text: str, subject: str, limit: int, unit: str, minimum: int) -> None:
    read = parse_threshold(text)
    assert (read.subject, read.limit, read.unit, read.minimum) == (subject, limit, unit, minimum)
    assert not read.abort


def test_abort_is_told_behind_the_threshold() -> None:
    assert parse_threshold("errors > 5%, min 50, abort").abort


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("fast please", "it is not of the form"),
        ("PerformTransacton p95 > 1s", "did you mean PerformTransaction?"),
        ("p95 > 800", "a latency is compared with a time like 800ms"),
        ("errors > 3ms", "errors are compared with a share"),
        ("errors > 0.5", "errors are compared with a share"),
        ("payments p95 > 1s", "there is no measure p95 of payments"),
        ("orders p95 > 1s", "there is no measure p95 of orders"),
        ("orders rate > 1/s", "there is no measure rate of orders"),
        ("p95 > 1s, soon", "`soon` is neither"),
        ("p100 > 1s", "there is no measure p100"),
        ("rate < 5%", "rate is not compared with 5%"),
        ("errors > 100%", "no share is above 100 %"),
        ("errors >= 200%", "no share is above 100 %"),
    ],
)
def test_refused_with_what_is_accepted(text: str, why: str) -> None:
    with pytest.raises(ThresholdError, match=re.escape(why)) as error:
        parse_threshold(text)
    assert "PerformTransaction p95 > 800ms" in str(error.value)


@pytest.mark.parametrize(
    ("text", "totals", "met"),
    [
        ("PerformTransaction p95 > 800ms", _totals(*[10_000] * 99, 900_000), Met.OK),
        ("PerformTransaction p95 > 9ms", _totals(*[10_000] * 99, 900_000), Met.BREACHED),
        ("PerformTransaction max > 800ms", _totals(*[10_000] * 99, 900_000), Met.BREACHED),
        ("PerformTransaction p95 > 800ms", _totals(*[10_000] * 19), Met.TOO_FEW),
        ("CreateTransaction p50 > 800ms", _totals(10_000), Met.TOO_FEW),
        ("errors > 0.1%", _totals(), Met.TOO_FEW),
        ("errors > 1%", _totals(*[1] * 99, wrong=1), Met.OK),
        ("errors >= 100%", _totals(wrong=1), Met.BREACHED),
        ("errors >= 1%", _totals(*[1] * 99, wrong=1), Met.BREACHED),
        ("errors > 1%", _totals(*[1] * 98, wrong=1, unanswered=1), Met.BREACHED),
        ("unanswered > 0", _totals(1, wrong=1), Met.OK),
        ("unanswered > 0", _totals(1, unanswered=1), Met.BREACHED),
        ("rate < 10/s", _totals(*[1] * 20), Met.OK),
        ("rate < 11/s", _totals(*[1] * 20), Met.BREACHED),
        ("payments rate < 1/s", _totals(1), Met.BREACHED),
        ("payments count < 3", _totals(1, performed=3), Met.OK),
        ("orders errors >= 25%", _orders(3, 1), Met.BREACHED),
        ("orders errors > 25%", _orders(3, 1), Met.OK),
        ("orders wrong > 0", _orders(3, 1), Met.BREACHED),
        ("orders unanswered > 0", _orders(3, 1), Met.OK),
        ("errors > 0", _orders(3, 1), Met.BREACHED),
        ("count > 1", _orders(3, 1), Met.OK),
        ("orders errors > 0", _totals(1), Met.TOO_FEW),
    ],
)
def test_judged_after_two_seconds(text: str, totals: Totals, met: Met) -> None:
    assert judge(parse_threshold(text), totals, 2000).met is met


def test_observed_is_shown_in_its_unit() -> None:
    totals = _totals(*[12_345] * 20, wrong=5)
    shown = [
        judge(parse_threshold(text), totals, 2000).told.observed
        for text in ("p95 > 1s", "errors > 1%", "rate < 1/s", "wrong > 1")
    ]
    assert shown == ["12.4 ms", "20.00 %", "12.5/s", "5"]
