"""Sends a call with a fault of ours, and tells what came back if anything could."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import struct
import time
from collections.abc import Callable
from typing import Protocol

import h11

from simulator.caller.faults import Fault, FaultKind
from simulator.caller.sockets import CLOSED, Conversation, Outcome, connected
from simulator.caller.wire import FailureKind, WireFailure, WireRequest

_CHUNK = 65536
_GIVES_UP_MS = 1000  # how long a merchant may think about a call that will never be whole
_SETTLE_S = 0.05  # a merchant that was hung up on may still be at work after it has hung up too


class FaultTransport(Protocol):
    """The seam between a call with a fault and the network."""

    def send(self, request: WireRequest, fault: Fault) -> Outcome:
        """Send one request, spoiled as the fault says."""


class FaultSender:
    """Sends calls with faults, each on a connection of its own. `sleep` takes seconds."""

    def __init__(self, timeout_ms: int, sleep: Callable[[float], None] = time.sleep) -> None:
        self.timeout_ms = timeout_ms
        self._sleep = sleep

    def send(self, request: WireRequest, fault: Fault) -> Outcome:
        """What came of it. Never raises for what a merchant does.

        A reply that was lost on purpose is a failure of the kind `injected`; what the merchant
        did by itself (silence, hanging up before it answered) is told as in any other call.
        """
        talk = Conversation()
        try:
            data = talk.serialise(fault.bent(request))
            sock = connected(request.url, self.timeout_ms)
        except h11.LocalProtocolError as error:
            return WireFailure(FailureKind.REFUSED, f"the call cannot be sent: {error}")
        except OSError as error:
            return WireFailure(FailureKind.REFUSED, f"no connection: {error}")
        with sock:
            try:
                return self._play(sock, talk, data, request, fault)
            except TimeoutError:
                return self._too_slow()
            except OSError as error:
                return WireFailure(FailureKind.CLOSED, f"the connection broke: {error}")

    def _play(
        self,
        sock: socket.socket,
        talk: Conversation,
        data: bytes,
        request: WireRequest,
        fault: Fault,
    ) -> Outcome:
        if fault.kind is FaultKind.DROP_REPLY:
            return self._lose_reply(sock, data, 1)
        if fault.kind is FaultKind.RESET_REPLY:
            lost = self._lose_reply(sock, data, fault.after)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return lost
        if fault.kind is FaultKind.HANG_UP:
            return self._hang_up(sock, data)
        if fault.kind is FaultKind.HALF_BODY:
            missing = fault.missing or len(request.body) // 2
            return self._break_off(sock, talk, data[: len(data) - min(missing, len(data) - 1)])
        if fault.kind is FaultKind.SLOW_REQUEST:
            self._dribble(sock, data, len(request.body), fault)
        else:
            _send_unless_answered(sock, data, _until(self.timeout_ms))
        return self._read(sock, talk, self.timeout_ms)

    def _dribble(self, sock: socket.socket, data: bytes, body: int, fault: Fault) -> None:
        """The head at once: servers differ in how slowly they take that, which is their affair."""
        head = len(data) - body
        sock.sendall(data[:head])
        for start in range(head, len(data), fault.piece):
            self._sleep(fault.pause_ms / 1000)
            sock.sendall(data[start : start + fault.piece])

    def _lose_reply(self, sock: socket.socket, data: bytes, after: int) -> Outcome:
        """Wait until the reply has begun: by then the merchant has decided and stored."""
        over = _until(self.timeout_ms)
        sock.sendall(data)
        left = after
        while left > 0:
            _allow(sock, over)
            part = sock.recv(left)
            if not part:
                break
            left -= len(part)
        if left == after:
            return WireFailure(FailureKind.CLOSED, CLOSED)
        return _lost("the reply was lost on purpose")

    def _hang_up(self, sock: socket.socket, data: bytes) -> Outcome:
        """Say that nobody listens any more, then let the merchant come to its end."""
        sock.sendall(data[:-1])
        # the end of the connection travels with the last byte where that can be done
        _send_last(sock, data[-1:])
        encrypted = isinstance(sock, ssl.SSLSocket)
        _end_sending(sock)
        if encrypted:
            _wait_for_end(sock, _until(self.timeout_ms))
        elif not select.select([sock], [], [], self.timeout_ms / 1000)[0]:
            return self._too_slow()
        self._sleep(_SETTLE_S)
        return _lost("we hung up before the reply, on purpose")

    def _break_off(self, sock: socket.socket, talk: Conversation, data: bytes) -> Outcome:
        sock.sendall(data)
        encrypted = isinstance(sock, ssl.SSLSocket)
        _end_sending(sock)
        patience = min(self.timeout_ms, _GIVES_UP_MS)
        if encrypted:
            with contextlib.suppress(OSError):
                _wait_for_end(sock, _until(patience))
            return _lost("the call was broken off on purpose")
        outcome = self._read(sock, talk, patience)
        if isinstance(outcome, WireFailure):
            return _lost(f"the call was broken off on purpose; {outcome.text}")
        return outcome

    def _read(self, sock: socket.socket, talk: Conversation, patience_ms: int) -> Outcome:
        over = _until(patience_ms)
        try:
            while talk.outcome is None:
                _allow(sock, over)
                talk.receive(sock)
        except TimeoutError:
            return self._too_slow()
        if isinstance(talk.outcome, WireFailure) and talk.outcome.kind is FailureKind.TIMEOUT:
            return self._too_slow()
        return talk.outcome

    def _too_slow(self) -> WireFailure:
        return WireFailure(FailureKind.TIMEOUT, f"no whole answer within {self.timeout_ms} ms")


def _until(ms: int) -> float:
    return time.monotonic() + ms / 1000


def _allow(sock: socket.socket, until: float) -> None:
    """Let the next step on it take until then. Raises TimeoutError if that has passed."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    sock.settimeout(left)


def _lost(text: str) -> WireFailure:
    return WireFailure(FailureKind.INJECTED, text)


def _send_last(sock: socket.socket, data: bytes) -> None:
    held_back = 0 if isinstance(sock, ssl.SSLSocket) else getattr(socket, "MSG_MORE", 0)
    sock.send(data, held_back)


def _end_sending(sock: socket.socket) -> None:
    """Nothing more will be sent, which the other side sees; it may have gone already."""
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_WR)


def _wait_for_end(sock: socket.socket, until: float) -> None:
    """Until the merchant hangs up: what it says could not be decrypted any more."""
    with contextlib.suppress(ConnectionError):
        _allow(sock, until)
        while sock.recv(_CHUNK):
            _allow(sock, until)


def _send_unless_answered(sock: socket.socket, data: bytes, until: float) -> None:
    """Send, but stop as soon as an answer comes: whoever refuses a long call may not read it."""
    encrypted = isinstance(sock, ssl.SSLSocket)  # what comes need not be an answer then
    with contextlib.suppress(ConnectionError):  # what the merchant said before may still be read
        for start in range(0, len(data), _CHUNK):
            if start and not encrypted and select.select([sock], [], [], 0)[0]:
                return
            _allow(sock, until)
            sock.sendall(data[start : start + _CHUNK])
