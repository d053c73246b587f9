"""The process that makes orders makes what is asked for, until nobody asks any more."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path

import msgspec

from loadtests.ledger import OrderBook, orders_of
from loadtests.makers import Making, Wanted
from simulator.observers.orders import Order


class _Source:
    """Makes orders, and calls `each` with how many there are."""

    notes: tuple[str, ...] = ()

    def __init__(self, at: int = 0, over: threading.Event | None = None) -> None:
        self.made = 0
        self._at = at
        self._over = over
        self._lock = threading.Lock()

    def make(self, *, amount_sum: int | None = None) -> Order:
        with self._lock:
            self.made += 1
            if self._over is not None and self.made >= self._at:
                self._over.set()
            number = f"A-{self.made}"
        return Order(number, 100_000, 1_000, {"order_id": number}, "order_id")

    def unknown(self) -> Order:
        return self.make()

    def close(self) -> None:
        """Nothing to close."""


def _asked(tmp_path: Path, source: _Source, over: threading.Event, count: int) -> list[str]:
    told = io.BytesIO()
    with OrderBook(tmp_path / "orders-0.jsonl") as book:
        making = Making(source, book, told, str, over)
        making.answer(count)
        making.close()
    lines = [msgspec.json.decode(line) for line in told.getvalue().splitlines()]
    booked = [one.number for one in orders_of(tmp_path / "orders-0.jsonl")]
    assert booked == [line["number"] for line in lines[:-1]]
    assert lines[-1] == {"done": True}
    return booked


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
