"""The pool of orders: made ahead, refilled, used up."""

from __future__ import annotations

import threading

import pytest

from loadtests.failing import Failed
from loadtests.pool import NoOrders, OrderPool, PoolOrder
from loadtests.results import ORDERS
from loadtests.tally import Tally, Totals


class _Source:
    """Delivers at once, up to a limit."""

    def __init__(self, pool: OrderPool, limit: int) -> None:
        self.wanted: list[int] = []
        self.closed = False
        self._pool = pool
        self._left = limit

    def want(self, count: int) -> None:
        self.wanted.append(count)
        threading.Thread(target=self._deliver, args=(count,)).start()

    def _deliver(self, count: int) -> None:
        for number in range(count):
            if not self._left:
                self._pool.failed("orders.csv is used up")
                return
            self._left -= 1
            self._pool.delivered(PoolOrder(str(number), 100, {}))
        self._pool.done()

    def close(self) -> None:
        self.closed = True


def _pool(ahead: int, low: int) -> tuple[OrderPool, list[str]]:
    notes: list[str] = []
    return OrderPool(ahead, low, notes.append), notes


def test_orders_are_made_ahead_and_each_is_given_once() -> None:
    pool, notes = _pool(5, 0)
    pool.fill(_Source(pool, 100))
    assert sorted(pool.take().number for _ in range(5)) == list("01234")
    assert not notes


def test_without_refill_they_run_out_and_it_says_what_to_do() -> None:
    pool, _ = _pool(2, 0)
    pool.fill(_Source(pool, 100))
    pool.take()
    pool.take()
    with pytest.raises(NoOrders, match=r"all 2 orders .* --orders"):
        pool.take()


def test_refilled_when_few_are_left_and_the_user_is_told_once() -> None:
    pool, notes = _pool(3, 2)
    source = _Source(pool, 1000)
    pool.fill(source)
    for _ in range(500):
        pool.take()
    assert source.wanted[:2] == [3, 200]
    assert len(notes) == 1
    assert "--orders" in notes[0]


def test_a_source_that_has_less_is_used_to_its_end() -> None:
    pool, _ = _pool(10, 3)
    pool.fill(_Source(pool, 4))
    for _ in range(4):
        pool.take()
    with pytest.raises(NoOrders, match=r"orders\.csv is used up"):
        pool.take()


def test_no_order_at_all_is_known_before_the_load() -> None:
    pool, _ = _pool(10, 0)
    with pytest.raises(NoOrders, match=r"orders\.csv is used up"):
        pool.fill(_Source(pool, 0))


def test_whoever_waits_is_told_of_the_end() -> None:
    pool, _ = _pool(1, 0)
    source = _Source(pool, 1)
    pool.fill(source)
    pool.close()
    assert source.closed
    pool.take()
    with pytest.raises(NoOrders, match="the load has ended"):
        pool.take()


def test_what_could_not_be_made_is_counted_beside_what_was() -> None:
    tally = Tally(clock=lambda: 7)
    pool = OrderPool(2, 0, tally.note, tally.order)
    pool.delivered(PoolOrder("1", 100, {}))
    pool.could_not(Failed("HTTP 503", "order 2", "wrong"))
    pool.could_not(Failed("no answer", "order 3", "unanswered"))
    totals = Totals()
    totals.add(tally.drain())
    orders = totals.methods[ORDERS]
    assert (orders.calls, orders.bad, orders.answered) == (3, 2, 0)
    assert (totals.everything.calls, totals.everything.bad) == (2, 2)
    assert totals.troubles[ORDERS, "HTTP 503", "merchant"] == [1, "order 2"]
