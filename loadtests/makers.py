"""Orders for one worker, made in a process of their own: the ways to make them wait and block,
which must not disturb the load. `python -m loadtests.makers PLAN WORKER`.

It reads how many are wanted, a number a line, and answers a line of JSON for each order, also for
each that could not be made, then `{"done": true}`; or `{"failed": "why"}`, if there will be none.
It ends when there is nothing more to read.
"""

from __future__ import annotations

import random
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import Queue
from typing import IO, Any, BinaryIO

import msgspec

from loadtests.downtime import Downtime
from loadtests.failing import Failures
from loadtests.identity import BlockNumbers
from loadtests.ledger import OrderBook
from loadtests.plan import Plan, read_plan
from loadtests.settings import load_of
from simulator.caller.auth import Credentials
from simulator.caller.http import HttpTransport
from simulator.caller.masking import Masker
from simulator.config import Loaded
from simulator.observers.database import Database, DatabaseError
from simulator.observers.orders import (
    Order,
    OrdersError,
    OrdersExhausted,
    OrderSource,
    open_orders,
)

_AT_ONCE = 4


def open_source(loaded: Loaded, plan: Plan, worker: int, stack: ExitStack) -> OrderSource:
    """The orders of [orders], as in `check`, with numbers of this worker's own. OrdersError."""
    config = loaded.config
    transport = stack.enter_context(HttpTransport(config.merchant.timeout_ms))
    payable = None
    if config.database:
        try:
            database = Database(config.database)
            stack.callback(database.close)
        except DatabaseError as error:
            raise OrdersError(f"[database] {error}") from error
        payable = database.is_payable if database.maps_orders else None
    source = open_orders(
        config,
        BlockNumbers(plan.seed, plan.began, worker),
        transport.client,
        is_payable=payable,
        folder=loaded.path.absolute().parent if loaded.path else None,
        rng=random.Random(f"{plan.seed}/{worker}"),
        part=(worker % plan.workers, plan.workers),
    )
    stack.callback(source.close)
    return source


class Wanted:
    """How many are asked for, one number after the other. It is read beside the making: whoever
    asked for thousands may want no more."""

    def __init__(self, stdin: IO[bytes]) -> None:
        self.over = threading.Event()
        self._counts: Queue[int | None] = Queue()
        threading.Thread(target=self._read, args=(stdin,), daemon=True).start()

    def __iter__(self) -> Iterator[int]:
        while (count := self._counts.get()) is not None:
            yield count

    def _read(self, stdin: IO[bytes]) -> None:
        for line in stdin:
            self._counts.put(int(line))
        self.over.set()
        self._counts.put(None)


class Making:
    """Answers what is asked for; the first order alone, since it settles how numbers look. One
    that could not be made is told, and another made in its place. Breaks off when `over` is set.

    down: whether the merchant had been killed at some moment since then, in ms: no fault of its.
    """

    def __init__(
        self,
        source: OrderSource,
        book: OrderBook,
        stdout: BinaryIO,
        mask: Callable[[str], str],
        over: threading.Event,
        down: Callable[[int], bool] = lambda _: False,
        failures: Failures | None = None,
    ) -> None:
        self._over = over
        self._mask = mask
        self._source = source
        self._book = book
        self._stdout = stdout
        self._down = down
        self._failures = failures or Failures()
        self._pool = ThreadPoolExecutor(_AT_ONCE)
        self._saying = threading.Lock()
        self._began = False

    def answer(self, count: int) -> None:
        try:
            if not self._began:
                self._all(1)
                self._began, count = True, count - 1
                for note in self._source.notes:
                    self._say({"note": self._mask(note)})
            self._all(count)
        except OrdersError as error:
            self._say({"failed": self._mask(str(error))})
        except OSError as error:
            self._say({"failed": f"{error.filename} cannot be written: {error.strerror}"})
        else:
            self._say({"done": True})

    def _all(self, count: int) -> None:
        trying = deque(self._pool.submit(self._try) for _ in range(count))
        try:
            while trying and not self._over.is_set():
                order = trying.popleft().result()
                if order is not None:
                    self._told(order)
                else:
                    trying.append(self._pool.submit(self._try))
        except OrdersError:
            for made in self._ended(trying):
                self._told(made)
            raise
        finally:
            for one in trying:
                one.cancel()

    def _ended(self, trying: Iterable[Future[Order | None]]) -> Iterator[Order]:
        """Orders of tries that were begun beside the one that was the last: they are there."""
        begun = [one for one in trying if not one.cancel()]
        for one in begun:
            order = None if one.exception() else one.result()
            if order is not None:
                yield order

    def _try(self) -> Order | None:
        """The next; None if it could not be made. OrdersError if there will be none any more."""
        since = time.time_ns() // 1_000_000
        try:
            order = self._source.make()
        except OrdersExhausted:
            raise
        except OrdersError as error:
            if not self._down(since):
                self._failed(error)
        else:
            self._failures.made()
            return order
        self._over.wait(self._failures.pause_s)
        return None

    def _failed(self, error: OrdersError) -> None:
        told = self._failures.failed(error)
        masked = {"text": self._mask(told.text), "example": self._mask(told.example)}
        self._say({"could_not": {**masked, "trouble": told.trouble}})
        hopeless = self._failures.hopeless(error)
        if hopeless:
            raise OrdersError(hopeless) from error

    def _told(self, order: Order) -> None:
        self._book.write(order)
        told = {"number": order.number, "amount": order.amount, "account": order.account}
        self._say({**told, "member": order.member})

    def _say(self, what: dict[str, Any]) -> None:
        with self._saying:
            self._stdout.write(msgspec.json.encode(what) + b"\n")
            self._stdout.flush()

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)


def main(arguments: list[str]) -> int:
    """Until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asked us will close our stdin
    plan, worker = read_plan(Path(arguments[0])), int(arguments[1])
    # a thread that reads through a buffer would hold its lock when the interpreter ends
    stdin, stdout = open(0, "rb", buffering=0, closefd=False), sys.stdout.buffer  # noqa: SIM115
    loaded = load_of(plan)
    merchant = loaded.config.merchant
    mask = Masker(Credentials(merchant.login, merchant.key), tuple(loaded.secrets)).text
    with ExitStack() as stack:
        book = stack.enter_context(OrderBook(Path(plan.folder) / f"orders-{worker}.jsonl"))
        try:
            source = open_source(loaded, plan, worker, stack)
        except OrdersError as error:
            stdout.write(msgspec.json.encode({"failed": mask(str(error))}) + b"\n")
            return 1
        wanted = Wanted(stdin)
        downtime = Downtime(Path(plan.folder))
        making = Making(source, book, stdout, mask, wanted.over, downtime.met)
        stack.callback(making.close)
        for count in wanted:
            making.answer(count)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
