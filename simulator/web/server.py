"""The server behind the pages: kassas, payments, journal, faults, clock, events. No HTTP in here.

    store     where all state is                    journal   every exchange
    kassas    whom to call                          faults    what goes wrong on purpose
    payments  what a payer does                     clock     the server's time, can be put forward
    events    what happens, for open pages          voice     the calls to merchants
    desk      repeat, age, send fiscal data         books     Payme's and the merchant's, compared
    snapshots a known state to come back to

`loaded` is the configuration of the merchant that the server was started for, None without one.
`public_url` is the address at which people reach the server; links and QR codes name it.
`open_run` opens a kassa's merchant for the runs of the pages; `closing` is what ends first.
"""

from __future__ import annotations

import random
import secrets
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from simulator.config import Loaded
from simulator.observers.clock import ClockError, HookClock
from simulator.observers.orders import Numbers, Order, OrdersError, OrderSource, open_orders
from simulator.web.behind import Behind
from simulator.web.books import Books
from simulator.web.clock import ServerClock, true_ms
from simulator.web.events import Events
from simulator.web.faults import Faults
from simulator.web.ids import Ids
from simulator.web.journal import Journal
from simulator.web.kassas import Kassas
from simulator.web.payments import Payments, Records, Worker
from simulator.web.payments.desk import Desk
from simulator.web.problems import Problem
from simulator.web.snapshots import Snapshots
from simulator.web.store import Store
from simulator.web.voice import Voice

if TYPE_CHECKING:
    from simulator.web.pages.running import Opener

_SHIFT, _SECRET = "clock_shift_ms", "cookie_secret"
_HOOK_S = 10


@dataclass(frozen=True, slots=True)
class Options:
    """How a server is set up. database None keeps nothing; sleep takes ms. keep_reports: so many
    runs keep their reports."""

    database: Path | None = None
    public_url: str = "http://127.0.0.1:8080"
    password: str = field(default="", repr=False)
    host: str = "127.0.0.1"
    keep_reports: int = 50
    true_time: Callable[[], int] = true_ms
    rng: random.Random = field(default_factory=random.SystemRandom)
    sleep: Callable[[int], None] | None = None


class Server:
    """Everything. `start` begins the background work, `close` ends it."""

    def __init__(self, loaded: Loaded | None = None, options: Options | None = None) -> None:
        """Raises StoreError if the database cannot be used."""
        self.loaded = loaded
        self.options = options = options or Options()
        self.store = Store(options.database)
        shift = int(self.store.setting(_SHIFT, "0"))
        self.clock = ServerClock(options.true_time, shift)
        self.secret = self.store.setting(_SECRET, secrets.token_hex(32))
        self.events = Events()
        now, ids = self.clock.now, Ids(options.rng, self.clock.now)
        hidden = loaded.secrets if loaded else ()
        remote = bool(loaded and loaded.config.merchant.allow_remote)
        self.kassas = Kassas(self.store, ids, self.events, now, hidden, remote)
        self.journal = Journal(self.store, self.events)
        self.faults = Faults(self.store, ids, self.events, now)
        sleeping = {"sleep": options.sleep} if options.sleep else {}
        self.voice = Voice(self.kassas, self.journal, self.faults, self.clock, **sleeping)
        records = Records(self.store, self.events)
        self.worker = Worker(records, self.kassas, self.voice, now, self._failed)
        self.payments = Payments(records, self.kassas, self.voice, ids, now, self.worker.wake)
        self._behind = Behind(loaded)
        self.desk = Desk(records, self.kassas, self.voice, self.journal, self._behind.age)
        self.books = Books(records, self.kassas, self.voice, self.journal, self._behind.rows)
        self.snapshots = Snapshots(self.store, now, lambda: self.clock.shift_ms, self._restored)
        self.open_run: Opener | None = None
        self.closing: list[Callable[[], None]] = []
        self._orders: OrderSource | None = None
        self._lock = threading.Lock()
        self._numbers: Numbers | None = None
        self._numbering = threading.Lock()
        if loaded is not None and loaded.config.merchant.url:
            self.kassas.configure(loaded.config)

    @cached_property
    def _client(self) -> httpx.Client:
        return httpx.Client(timeout=_HOOK_S, trust_env=False)

    @property
    def public_url(self) -> str:
        return self.options.public_url.rstrip("/")

    def start(self) -> None:
        """Go on with what is due, now and from now on."""
        self._move_merchant()
        self.worker.start()

    def close(self) -> None:
        """Listeners are sent home, calls that are under way end, the store is closed."""
        for end in self.closing:
            end()
        self.events.close()
        self.worker.close()
        self.voice.close()
        if self._orders is not None:
            self._orders.close()
        self._behind.close()
        if "_client" in vars(self):
            self._client.close()
        self.store.close()

    def let_time_pass(self, by_ms: int) -> int:
        """Put the clock forward, and the merchant's where [clock] hook says how; the new time.

        Problem if either cannot be.
        """
        try:
            if by_ms < 0:
                raise ValueError("time does not run backwards")
            self._set_clock(self.clock.shift_ms + by_ms)
        except ValueError as error:
            raise Problem(
                409, "the clock cannot be moved so", str(error), member="advance_ms"
            ) from None
        return self.clock.now()

    def _set_clock(self, shift_ms: int) -> None:
        self.clock.set(shift_ms)
        self.store.set(_SHIFT, str(shift_ms))
        self._move_merchant()
        self.events.publish("clock", now=self.clock.now(), shift_ms=shift_ms)
        self.worker.wake()

    def _restored(self, shift_ms: int) -> None:
        self.kassas.forget()
        self.faults.forget()
        self._set_clock(shift_ms)
        self.events.publish("reset")

    def new_order(self, amount_sum: int | None = None) -> Order:
        """A fresh payable order at the configuration's merchant. Problem if there can be none."""
        try:
            return self._order_source().make(amount_sum=amount_sum)
        except OrdersError as error:
            raise Problem(
                409, "no order could be made", self._hidden(str(error)), do="see [orders]"
            ) from error

    def fresh_numbers(self) -> Numbers:
        """For orders that nobody else of this server makes: runs follow each other at once."""
        with self._numbering:
            self._numbers = Numbers(after=self._numbers)
            return self._numbers

    def _order_source(self) -> OrderSource:
        with self._lock:
            if self._orders is None:
                if self.loaded is None:
                    raise OrdersError("there is no configuration")
                path = self.loaded.path
                folder = path.absolute().parent if path else None
                rng = random.Random(self.options.rng.getrandbits(64))
                self._orders = open_orders(
                    self.loaded.config, self.fresh_numbers(), self._client, folder=folder, rng=rng
                )
            return self._orders

    def _move_merchant(self) -> None:
        clock = self.loaded.config.clock if self.loaded else None
        if clock is None or not clock.hook:
            return
        try:
            HookClock(clock.hook, self._client).shift(self.clock.shift_ms)
        except ClockError as error:
            if self.clock.shift_ms:
                self._failed(error)

    def _hidden(self, text: str) -> str:
        for secret in self.loaded.secrets if self.loaded else ():
            text = text.replace(secret, "••••")
        return text

    def _failed(self, error: Exception) -> None:
        """Background work has nobody to tell but the terminal."""
        sys.stderr.write(
            f"payme-sandbox serve: {self._hidden(f'{type(error).__name__}: {error}')}\n"
        )
