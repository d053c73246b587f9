"""Measurements of many workers add up to those of one."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from loadtests.judging import judge
from loadtests.results import Met
from loadtests.series import Series
from loadtests.tally import Tally, Totals
from simulator.config.thresholds import parse_threshold

_PERCENTILES = [Decimal(one) for one in ("50", "90", "99", "99.9")]


def test_many_workers_give_the_percentiles_of_one() -> None:
    rng = Random(3)
    whole, apart = Tally(lambda: 0), [Tally(lambda: 0) for _ in range(5)]
    for _ in range(3000):
        took = int(rng.expovariate(1) * 40_000)
        whole.call("CreateTransaction", took)
        rng.choice(apart).call("CreateTransaction", took)
    one, many = Totals(), Totals()
    one.add(whole.drain())
    for part in apart:
        many.add(part.drain())
    alone, merged = one.methods["CreateTransaction"], many.methods["CreateTransaction"]
    assert merged.calls == 3000
    assert [merged.at(p) for p in _PERCENTILES] == [alone.at(p) for p in _PERCENTILES]
    assert merged.highest == alone.highest


def test_what_was_drained_is_not_told_again() -> None:
    tally, totals = Tally(lambda: 0), Totals()
    tally.call("CreateTransaction", 10)
    totals.add(tally.drain())
    totals.add(tally.drain())
    assert totals.everything.calls == 1


def test_a_refused_connection_is_no_quick_answer() -> None:
    tally, totals = Tally(lambda: 0), Totals()
    tally.call("CreateTransaction", 90_000)
    for _ in range(100):
        tally.call("CreateTransaction", 30, "unanswered")
    totals.add(tally.drain())
    assert totals.everything.calls == 101
    assert totals.everything.errors.total() == 100
    assert 89_900 <= totals.everything.at(Decimal(50)) <= 90_100


def test_what_a_killed_merchant_could_not_answer_is_no_error_of_its() -> None:
    tally, totals = Tally(lambda: 0), Totals()
    for trouble in ("down", "down", "unanswered", "wrong", None):
        tally.call("CreateTransaction", 30, trouble)
    totals.add(tally.drain())
    whole = totals.everything
    assert (whole.calls, whole.bad, whole.errors["down"], whole.answered) == (5, 2, 2, 2)
    share = judge(parse_threshold("errors > 50%"), totals, 1000)
    assert (share.shown, share.samples, share.met) == ("66.67 %", 3, Met.BREACHED)


def test_troubles_and_payments_are_added_up() -> None:
    totals = Totals()
    for _ in range(2):
        tally = Tally(lambda: 0)
        tally.trouble("CreateTransaction", "HTTP 500", "merchant", "order A")
        tally.trouble("CreateTransaction", "-31050", "call")
        tally.payment("performed")
        tally.note("hear this")
        totals.add(tally.drain())
    assert totals.troubles[("CreateTransaction", "HTTP 500", "merchant")] == [2, "order A"]
    assert totals.payments["performed"] == 2
    assert totals.notes == ["hear this"]


def test_a_long_run_is_drawn_in_few_points_and_nothing_is_lost() -> None:
    series = Series(1000, 7200, lambda: 4)
    for now in range(1000, 8200, 5):
        tally = Tally(lambda now=now: now)  # type: ignore[misc]
        tally.call("CreateTransaction", 2000)
        tally.payment("performed")
        series.add(tally.drain(), now)
    points = series.points()
    assert len(points) == 600
    assert sum(point.calls for point in points) == sum(p.payments for p in points) == 1440
    assert points[3].at == 3 * series.width == 36
    assert points[0].p50["CreateTransaction"] == 2000
    assert points[0].users == 4
