"""Payme's voice to each merchant: every call is journalled, and spoiled where a rule says."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from simulator.caller.client import Call, Caller, Made
from simulator.caller.http import HttpTransport
from simulator.caller.masking import Masker
from simulator.web.clock import ServerClock
from simulator.web.faults import Faults, Strike
from simulator.web.journal import Context, Journal
from simulator.web.kassas import Kassas
from simulator.web.store import Kassa


@dataclass(frozen=True, slots=True)
class Spoken:
    """A call that was made, the number under which the journal has it, and what hides the kassa's
    secrets in what of the answer is kept or shown."""

    made: Made
    exchange_id: int
    masker: Masker


@dataclass(frozen=True, slots=True)
class _Line:
    """A way to one merchant. It is a new one when anything of the kassa has changed."""

    made_of: tuple[object, ...]
    caller: Caller
    transport: HttpTransport
    masker: Masker


class Voice:
    """Calls merchants. Safe to use from several threads. `sleep` takes ms."""

    def __init__(
        self,
        kassas: Kassas,
        journal: Journal,
        faults: Faults,
        clock: ServerClock,
        sleep: Callable[[int], None] = lambda ms: time.sleep(ms / 1000),
    ) -> None:
        self._kassas = kassas
        self._journal = journal
        self._faults = faults
        self._clock = clock
        self._sleep = sleep
        self._lines: dict[str, _Line] = {}
        self._old: list[_Line] = []
        self._lock = threading.Lock()

    def say(
        self,
        kassa: Kassa,
        call: Call,
        context: Context,
        amount: int | None = None,
        account: Mapping[str, object] | None = None,
        faults: bool = True,
    ) -> Spoken:
        """Make the call. Never raises for what a merchant does.

        `amount` and `account` are the payment's, for rules that look at them; without `faults`
        no rule is asked.
        """
        line = self._line(kassa)
        strike = None
        if faults:
            method = str(call.method)
            strike = self._faults.strike(kassa.id, method, amount, account or {})
        with self._journal.within(context):
            if strike is None:
                return self._said(line, line.caller.call(call))
            return self._spoiled(line, call, strike)

    def together(self, kassa: Kassa, calls: Sequence[Call], context: Context) -> list[Made]:
        """All calls in one instant; no rule spoils them."""
        with self._journal.within(context):
            return self._line(kassa).caller.burst(calls)

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            lines = [*self._lines.values(), *self._old]
            self._lines, self._old = {}, []
        for line in lines:
            line.transport.client.close()

    def _said(self, line: _Line, made: Made) -> Spoken:
        return Spoken(made, self._journal.first_id, line.masker)

    def _spoiled(self, line: _Line, call: Call, strike: Strike) -> Spoken:
        caller = line.caller
        if strike.kind == "burst":
            burst = [replace(call, rpc_id=None)] * strike.count
            made = caller.burst(burst, note=strike.note)
            return self._said(line, made[0])
        if strike.note:
            self._journal.noting(strike.note)
        if strike.kind == "delay":
            self._sleep(strike.delay_ms)
        if strike.kind == "wrong-key":
            return self._said(line, caller.call(replace(call, auth="wrong-key")))
        if strike.kind == "duplicate":
            first = self._said(line, caller.call(call))
            rpc_id: Any = first.made.rpc_id
            caller.call(replace(call, rpc_id=rpc_id))
            return first
        return self._said(line, caller.call(replace(call, fault=strike.on_the_wire)))

    def _line(self, kassa: Kassa) -> _Line:
        credentials = self._kassas.credentials(kassa)
        made_of = (kassa.url, credentials.login, credentials.key, kassa.timeout_ms)
        with self._lock:
            known = self._lines.get(kassa.id)
            if known is not None and known.made_of == made_of:
                return known
            if known is not None:
                self._old.append(known)  # a call may still be under way on it
            transport = HttpTransport(kassa.timeout_ms)
            masker = self._kassas.masker(kassa)
            caller = Caller(
                kassa.url,
                credentials,
                transport,
                masker,
                self._journal.take,
                clock=self._clock.now,
            )
            line = self._lines[kassa.id] = _Line(made_of, caller, transport, masker)
            return line
