"""The orders that a worker's payers pay: made ahead, each given out once."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import msgspec

from loadtests.failing import Failed

_BATCH = 200


class PoolOrder(msgspec.Struct, frozen=True):
    """What a payer needs of an order: amount in tiyin, account as Payme sends it."""

    number: str
    amount: int
    account: dict[str, Any]
    member: str = ""

    @property
    def amount_sum(self) -> int:
        """The same in whole sum."""
        return self.amount // 100


class NoOrders(Exception):
    """There is none left and none to come. The text says what to do."""


class Source(Protocol):
    """Where orders come from: `want` asks for some, which are then delivered to the pool."""

    def want(self, count: int) -> None:
        """Ask for so many more."""

    def close(self) -> None:
        """No more."""


class OrderPool:
    """Safe to use from several threads, and from gevent's in their place.

    ahead: how many are made before the load. low: ask for more when fewer are left; 0 never does.
    note: is told, once, that orders are made while the load runs. count: is called for each order
    that was made, and with why for each that could not be.
    """

    def __init__(
        self,
        ahead: int,
        low: int,
        note: Callable[[str], None],
        count: Callable[..., None] = lambda *_: None,
    ) -> None:
        self._ahead = ahead
        self._low = low
        self._note = note
        self._count = count
        self._orders: deque[PoolOrder] = deque()
        self._changed = threading.Condition()
        self._asked = ahead  # whoever comes too early waits
        self._failed = ""
        self._refilled = False
        self._source: Source | None = None
        self.made = 0

    def fill(self, source: Source) -> None:
        """Have those made that are wanted ahead, and wait for them. NoOrders if none comes."""
        self._source = source
        with self._changed:
            self._want(self._ahead)
            self._changed.wait_for(lambda: self._failed or not self._asked)
            if self._failed and not self._orders:
                raise NoOrders(self._failed)

    def take(self) -> PoolOrder:
        """The next one; waits for it if some are being made. NoOrders when there are none left."""
        with self._changed:
            if len(self._orders) < self._low and not self._asked and not self._failed:
                self._refill()
            self._changed.wait_for(lambda: self._orders or not self._asked or self._failed)
            if self._orders:
                return self._orders.popleft()
        raise NoOrders(self._failed or self._used_up())

    def end(self) -> None:
        """Nothing more is wanted: who waits is told so."""
        self.failed(self._failed or "the load has ended")

    def close(self) -> None:
        """Nothing more is made."""
        if self._source is not None:
            self._source.close()
        self.end()

    def delivered(self, order: PoolOrder) -> None:
        """One was made."""
        self._count()
        with self._changed:
            self._orders.append(order)
            self.made += 1
            self._changed.notify()

    def could_not(self, failed: Failed) -> None:
        """One could not be made; another is, in its place."""
        self._count(failed.trouble, failed.text, failed.example)

    def done(self) -> None:
        """What was asked for is all there."""
        with self._changed:
            self._asked = 0
            self._changed.notify_all()

    def failed(self, why: str) -> None:
        """No more will come."""
        with self._changed:
            self._failed, self._asked = why, 0
            self._changed.notify_all()

    def _refill(self) -> None:
        if not self._refilled:
            self._refilled = True
            self._note(
                f"the {self._ahead} orders made ahead did not suffice, so more were made while the "
                "load ran, which the merchant was busy with, too; more ahead: --orders"
            )
        self._want(_BATCH)

    def _want(self, count: int) -> None:
        self._asked = count
        assert self._source is not None, "fill() comes first"
        self._source.want(count)

    def _used_up(self) -> str:
        return (
            f"all {self._ahead} orders that were made ahead are used and refill is false: make "
            "more with --orders, or write refill = true under [load]"
        )


class MakerProcess:
    """`loadtests.makers` for one worker, and a thread that reads what it tells."""

    def __init__(
        self, plan: Path, worker: int, pool: OrderPool, note: Callable[[str], None]
    ) -> None:
        self._pool = pool
        self._note = note
        self._process = subprocess.Popen(
            [sys.executable, "-m", "loadtests.makers", str(plan), str(worker)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def want(self, count: int) -> None:
        """Ask for so many more."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(b"%d\n" % count)
            self._process.stdin.flush()
        except OSError:
            self._pool.failed(self._ended())

    def close(self) -> None:
        """It ends once it sees that nobody asks any more; its last words are read."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it has gone already
            self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(5)

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                told = msgspec.json.decode(line)
                if "number" in told:
                    self._pool.delivered(msgspec.convert(told, PoolOrder))
                elif "note" in told:
                    self._note(told["note"])
                elif "could_not" in told:
                    self._pool.could_not(msgspec.convert(told["could_not"], Failed))
                elif "failed" in told:
                    self._pool.failed(told["failed"])
                else:
                    self._pool.done()
        self._pool.failed(self._ended())

    def _ended(self) -> str:
        return "the process that makes orders has ended"
