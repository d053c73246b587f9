"""The process that makes orders makes what is asked for, until nobody asks any more."""

from __future__ import annotations

import io
import itertools
import os
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from loadtests.failing import Failures
from loadtests.ledger import OrderBook, orders_of
from loadtests.makers import Making, Wanted
from simulator.observers.orders import Order, OrdersError, OrdersExhausted


class _Source:
    """Makes orders. `over` is set at that many. `fails` gives the error of a try, or None."""

    notes: tuple[str, ...] = ()

    def __init__(
        self,
        at: int = 0,
        over: threading.Event | None = None,
        fails: Callable[[int], OrdersError | None] = lambda _: None,
    ) -> None:
        self.made = 0
        self._at = at
        self._over = over
        self._fails = fails
        self._lock = threading.Lock()

    def make(self, *, amount_sum: int | None = None) -> Order:
        with self._lock:
            self.made += 1
            if self._over is not None and self.made >= self._at:
                self._over.set()
            number = f"A-{self.made}"
            if (error := self._fails(self.made)) is not None:
                error.own = ((number, "{number}"),)
                raise error
        return Order(number, 100_000, 1_000, {"order_id": number}, "order_id")

    def unknown(self) -> Order:
        return self.make()

    def close(self) -> None:
        """Nothing to close."""


class _Calm(Failures):
    """Lets nobody wait."""

    pause_s = 0.0


def _told(
    tmp_path: Path,
    source: _Source,
    over: threading.Event,
    count: int,
    down: Callable[[int], bool] = lambda _: False,
    failures: Failures | None = None,
) -> list[dict[str, Any]]:
    """What is said, in its order; orders that were told are booked."""
    told = io.BytesIO()
    with OrderBook(tmp_path / "orders-0.jsonl") as book:
        making = Making(source, book, told, str, over, down, failures or _Calm())
        making.answer(count)
        making.close()
    lines = [msgspec.json.decode(line) for line in told.getvalue().splitlines()]
    booked = [one.number for one in orders_of(tmp_path / "orders-0.jsonl")]
    assert booked == [line["number"] for line in lines if "number" in line]
    return lines


def _asked(tmp_path: Path, source: _Source, over: threading.Event, count: int) -> list[str]:
    lines = _told(tmp_path, source, over, count)
    assert lines[-1] == {"done": True}
    return [line["number"] for line in lines[:-1]]


def test_as_many_as_are_asked_for(tmp_path: Path) -> None:
    assert len(_asked(tmp_path, _Source(), threading.Event(), 50)) == 50


def test_fewer_if_nobody_wants_them_any_more(tmp_path: Path) -> None:
    over = threading.Event()
    assert len(_asked(tmp_path, _Source(3, over), over, 100_000)) < 100_000


def test_the_end_is_seen_before_what_was_asked_for_is_done() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stdin:
        wanted = Wanted(stdin)
        os.write(writing, b"20\n300\n")
        asked = iter(wanted)
        assert next(asked) == 20
        assert not wanted.over.is_set()
        os.close(writing)
        assert wanted.over.wait(60)
        assert list(asked) == [300]


def _refused(number: int) -> OrdersError:
    text = f"POST /orders/A-{number}: HTTP 503, wanted 2xx\nthe answer was: full"
    return OrdersError(text, f'{{"n": "A-{number}"}}')


def test_orders_that_fail_are_told_and_made_up_for(tmp_path: Path) -> None:
    source = _Source(fails=lambda at: _refused(at) if at % 3 == 0 else None)
    *lines, last = _told(tmp_path, source, threading.Event(), 40)
    failed = [line["could_not"] for line in lines if "could_not" in line]
    assert last == {"done": True}
    assert len([line for line in lines if "number" in line]) == 40
    assert len(failed) >= 13
    assert {one["text"] for one in failed} == {"POST /orders/{number}: HTTP 503, wanted 2xx"}
    assert failed[0]["example"] == 'order A-3; sent {"n": "A-3"}; the answer was: full'
    assert failed[0]["trouble"] == "wrong"


def test_the_first_ones_may_fail_too(tmp_path: Path) -> None:
    source = _Source(fails=lambda at: _refused(at) if at < 4 else None)
    assert _told(tmp_path, source, threading.Event(), 5)[-1] == {"done": True}


def test_if_the_first_five_are_refused_there_will_be_none(tmp_path: Path) -> None:
    *lines, last = _told(tmp_path, _Source(fails=_refused), threading.Event(), 40)
    assert len(lines) == 5
    assert last["failed"] == (
        "no order can be made: the first 5 tries all failed\n"
        "POST /orders/A-5: HTTP 503, wanted 2xx\nthe answer was: full\n"
        'sent was: {"n": "A-5"}'
    )


def test_none_for_a_while_is_the_end_though_there_were_some(tmp_path: Path) -> None:
    """Each look at the clock is a second later."""
    seconds = itertools.count()
    failures = _Calm(clock=lambda: next(seconds))
    source = _Source(fails=lambda at: _refused(at) if at > 10 else None)
    lines = _told(tmp_path, source, threading.Event(), 40, failures=failures)
    (why,) = (line["failed"] for line in lines if "failed" in line)  # others may end after it
    assert len([line for line in lines if "number" in line]) == 10
    assert len([line for line in lines if "could_not" in line]) >= 20
    assert re.match(r"no order can be made: the last \d+ tries within \d+ s", why)


def test_a_pool_that_is_used_up_is_no_failure_and_not_tried_again(tmp_path: Path) -> None:
    source = _Source(fails=lambda at: OrdersExhausted("all used") if at > 2 else None)
    *lines, last = _told(tmp_path, source, threading.Event(), 9)
    assert last == {"failed": "all used"}
    assert not [line for line in lines if "could_not" in line]


class _Slow(_Source):
    """The second try ends after all others, with nothing left for it."""

    def __init__(self, there: int) -> None:
        self.there = threading.Event()
        super().__init__(there, self.there)
        self._second = itertools.count()

    def make(self, *, amount_sum: int | None = None) -> Order:
        if next(self._second) == 1:
            assert self.there.wait(60)
            raise OrdersExhausted("all used")
        return super().make(amount_sum=amount_sum)


def test_orders_made_beside_the_last_try_are_not_lost(tmp_path: Path) -> None:
    *lines, last = _told(tmp_path, _Slow(8), threading.Event(), 9)
    assert last == {"failed": "all used"}
    assert [line["number"] for line in lines] == [f"A-{at}" for at in range(1, 9)]


def test_a_merchant_that_we_had_killed_is_not_to_blame(tmp_path: Path) -> None:
    source = _Source(fails=lambda at: _refused(at) if 1 < at < 90 else None)
    *lines, last = _told(tmp_path, source, threading.Event(), 9, down=lambda _: True)
    assert last == {"done": True}
    assert not [line for line in lines if "could_not" in line]


def test_failures_that_differ_each_time_do_not_fill_the_report() -> None:
    failures = Failures()
    texts = {failures.failed(OrdersError(f"error number {at}")).text for at in range(500)}
    assert len(texts) == 21
