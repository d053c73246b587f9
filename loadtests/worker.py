"""What one process of the load has for all of its payers: orders, names, ledger, tally."""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from loadtests.arrivals import Arrivals
from loadtests.downtime import Downtime
from loadtests.identity import TransactionIds
from loadtests.ledger import Ended, Ledger
from loadtests.payment import Given
from loadtests.plan import PLAN, Plan, low_water
from loadtests.plays import PLAIN, Play, plays_of
from loadtests.pool import MakerProcess, OrderPool
from loadtests.tally import Tally
from simulator.caller.auth import Credentials, basic
from simulator.caller.client import JSON_TYPE
from simulator.caller.faulty import FaultSender
from simulator.caller.masking import Masker
from simulator.config import Loaded
from simulator.protocol.oracle import Terms


class Worker:
    """`prepare` before the load, `begin` with it, `stop` when it ends, `close` after it."""

    def __init__(self, plan: Plan, loaded: Loaded, index: int) -> None:
        config = loaded.config
        self.plan = plan
        self.index = index
        self.url = plan.url
        self.timeout_ms = config.merchant.timeout_ms
        self.headers = {
            "Content-Type": JSON_TYPE,
            "Accept": "application/json, text/json",
            "User-Agent": "payme-sandbox",
            "Authorization": basic(config.merchant.login, config.merchant.key),
        }
        self.given = Given(
            mix=config.load.mix,
            terms=Terms(config.merchant.account_type == "one-time", config.merchant.refunds),
            policy=config.retry.policy,
            pause_ms=config.load.pause_ms,
        )
        self.tally = Tally()
        self.plays, notes = plays_of(config)
        for note in notes:
            self.tally.note(note)
        credentials = Credentials(config.merchant.login, config.merchant.key)
        self.mask = Masker(credentials, tuple(loaded.secrets)).text
        low = low_water(plan.users // plan.workers) if config.load.refill else 0
        self.pool = OrderPool(plan.ahead, low, self.tally.note, self.tally.order)
        self.ids = TransactionIds(plan.seed, index)
        self.rpc_ids: Iterator[int] = itertools.count(1 + index * 50_000_000)
        self.stopping = threading.Event()
        self.begun = threading.Event()
        self.cannot_go_on = ""
        self.faulty = FaultSender(self.timeout_ms)
        self.users = 0
        self.payers = itertools.count()
        self.downtime = Downtime(Path(plan.folder))
        self._arrivals: Arrivals | None = None
        self._began_us = 0
        self._last_now = 0
        self._ledger = Ledger(Path(plan.folder) / f"calls-{index}.jsonl")
        self.unwritable = False

    def prepare(self) -> None:
        """Have the orders made. NoOrders if there are none."""
        plan = Path(self.plan.folder) / PLAN
        self.pool.fill(MakerProcess(plan, self.index, self.pool, self.tally.note))

    def begin(self, share: Callable[[], tuple[int, int]]) -> None:
        """The load begins now. `share` is (our payers, all payers)."""
        self._began_us = time.perf_counter_ns() // 1000
        if self.plan.rate is not None:
            self._arrivals = Arrivals(
                self.plan.rate, self.plan.shape, self.plan.duration_ms, self.random("all"), share
            )
        self.begun.set()

    def random(self, whose: object) -> Random:
        """Chance that depends on the seed alone."""
        return Random(f"{self.plan.seed}/{self.index}/{whose}")

    def pick(self, rng: Random) -> Play | None:
        """What a payer does next, by weight: a scenario, or None for a plain payment."""
        if not self.plays:
            return None
        at = rng.randrange(PLAIN + sum(play.weight for play in self.plays))
        for play in self.plays:
            at -= play.weight
            if at < 0:
                return play
        return None

    def next_arrival(self) -> int | None:
        """When the next payment is to begin, µs of the performance counter; None: at once."""
        return None if self._arrivals is None else self._began_us + self._arrivals.take()

    def now(self) -> int:
        """Payme's clock in ms; each moment is given out once, as Payme's own hardly ever agree."""
        self._last_now = max(self._last_now + 1, time.time_ns() // 1_000_000)
        return self._last_now

    def note_call(self, call: Ended) -> None:
        """In the ledger. Where it cannot be written no call is made any more: what nobody has noted
        could not be reconciled."""
        try:
            self._ledger.write(call)
        except OSError as error:
            if not self.unwritable:
                self.cannot_go_on = f"{error.filename} cannot be written: {error.strerror}"
            self.unwritable = True

    def stop(self) -> None:
        """No payment begins any more, and no retry waits any longer."""
        self.stopping.set()
        self.begun.set()
        self.pool.end()

    def close(self) -> None:
        """After the last call."""
        self.stop()
        self.pool.close()
        with contextlib.suppress(OSError):  # it then ends as that of a worker that was killed
            self._ledger.close()
