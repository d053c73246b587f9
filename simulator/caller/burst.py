"""Many calls at the same instant: each on its own connection, whole but for its last byte; then
all the last bytes leave together.

Of the ways to send calls together this one has the smallest spread of arrivals (measured in
`tests/simulator/caller/test_burst.py`): a server only begins once a request is complete.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import h11

from simulator.caller.sockets import Conversation, connected
from simulator.caller.wire import FailureKind, WireAnswer, WireFailure, WireRequest

_SETTLE_S = 0.002  # lets the first parts arrive before the last bytes are let go


Watch = Callable[[int, Callable[[], None]], None]
"""Told how many calls of a burst have ended, and what lets those go that are held back."""


@dataclass(slots=True)
class Arrival:
    """One call of a burst: what came, when it was released and how long it took, in ms."""

    answer: WireAnswer | WireFailure
    released_at: int = 0
    took: int = 0


@dataclass(slots=True)
class _Call:
    sock: socket.socket | None = None
    last: bytes = b""
    talk: Conversation = field(default_factory=Conversation)
    outcome: WireAnswer | WireFailure | None = None
    released_ns: int = 0
    done_ns: int = 0


class BurstSender:
    """Sends several requests so that they are complete at the same moment."""

    def __init__(self, timeout_ms: int, sleep: Callable[[float], None] = time.sleep) -> None:
        self.timeout_ms = timeout_ms
        self._sleep = sleep

    def send(
        self, requests: Sequence[WireRequest], watch: Watch | None = None, held: int = 0
    ) -> list[Arrival]:
        """The arrivals, in the order of the requests. Never raises for what a merchant does.

        `watch` is told how many calls have come to their end: 0 once they are let go, then each
        time that there are more. The last `held` calls go only when it lets them.
        """
        calls = [self._prepare(request) for request in requests]
        self._sleep(_SETTLE_S)
        started = time.time_ns() // 1_000_000
        at_once = len(calls) - held
        _release_all(calls[:at_once])

        def note() -> None:
            if watch is not None:
                ended = sum(call.outcome is not None for call in calls)
                watch(ended, lambda: _release_all(calls[at_once:]))

        self._collect(calls, note)
        return [_arrival(call, started) for call in calls]

    def _prepare(self, request: WireRequest) -> _Call:
        call = _Call()
        try:
            call.sock = connected(request.url, self.timeout_ms)
            data = call.talk.serialise(request)
            call.sock.sendall(data[:-1])
            call.last = data[-1:]
        except OSError as error:
            call.outcome = WireFailure(FailureKind.REFUSED, f"no connection: {error}")
        except h11.LocalProtocolError as error:
            call.outcome = WireFailure(FailureKind.REFUSED, f"the call cannot be sent: {error}")
        return call

    def _collect(self, calls: Sequence[_Call], note: Callable[[], None]) -> None:
        note()
        deadline = time.monotonic() + self.timeout_ms / 1000
        with selectors.DefaultSelector() as selector:
            for call in calls:
                if call.sock is not None and call.outcome is None:
                    selector.register(call.sock, selectors.EVENT_READ, call)
            while selector.get_map() and (left := deadline - time.monotonic()) > 0:
                for key, _ in selector.select(left):
                    _receive(key.data, deadline)
                    if key.data.outcome is not None:
                        selector.unregister(key.fileobj)
                        # at once: some servers take no other call until this end hangs up
                        key.data.sock.close()
                        note()
        for call in calls:
            call.done_ns = call.done_ns or time.monotonic_ns()
            if call.outcome is None or _fell_silent(call.outcome):
                text = f"no whole answer within {self.timeout_ms} ms"
                call.outcome = WireFailure(FailureKind.TIMEOUT, text)
            if call.sock is not None:
                call.sock.close()


def _release_all(calls: Sequence[_Call]) -> None:
    for call in calls:
        if call.sock is not None and not call.released_ns:
            _release(call)


def _release(call: _Call) -> None:
    assert call.sock is not None
    call.released_ns = time.monotonic_ns()
    # the call has its outcome below if the merchant has already hung up
    with contextlib.suppress(OSError):
        call.sock.sendall(call.last)


def _receive(call: _Call, deadline: float) -> None:
    assert call.sock is not None
    # part of a TLS record is there to be read and yet gives nothing
    call.sock.settimeout(max(0.001, deadline - time.monotonic()))
    call.outcome = call.talk.receive(call.sock)
    if call.outcome is not None:
        call.done_ns = time.monotonic_ns()


def _fell_silent(outcome: WireAnswer | WireFailure) -> bool:
    return isinstance(outcome, WireFailure) and outcome.kind is FailureKind.TIMEOUT


def _arrival(call: _Call, started: int) -> Arrival:
    assert call.outcome is not None
    took = max(0, (call.done_ns - call.released_ns) // 1_000_000) if call.released_ns else 0
    return Arrival(call.outcome, started, took)
