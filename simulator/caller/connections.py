"""Kept connections to the merchant, which can be dropped while nobody uses them.

An idle connection is not used again after `KEEP_MS`: common servers close theirs after two
seconds or more, and a call on a connection that is just being closed would look like a fault.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator

import httpcore
import httpx

from simulator.caller.deadline import Clock, Deadline, TimedBackend

KEEP_MS = 800
_MOST = 64


def monotonic_ms() -> int:
    """A clock for how long things take."""
    return time.monotonic_ns() // 1_000_000


class _Pool(httpx.HTTPTransport):
    """httpx's own transport, on connections that keep to a call's deadline."""

    def __init__(self, tls: ssl.SSLContext, deadline: Deadline) -> None:
        super().__init__(verify=tls, trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=_MOST,
            keepalive_expiry=KEEP_MS / 1000,
            network_backend=TimedBackend(deadline),
        )


class Connections(httpx.BaseTransport):
    """An httpx transport whose connections can be dropped without ending the client.

    The read timeout of a request is the limit of the whole call, from its beginning until its
    answer has been read. A call is made and read by one thread. `clock` gives ms.
    """

    def __init__(self, clock: Clock = monotonic_ms) -> None:
        self._deadline = Deadline(clock)
        self._tls = httpx.create_ssl_context(trust_env=False)  # reading the roots takes its time
        self._inner = self._open()
        self._lock = threading.Lock()
        self._under_way = 0

    def _open(self) -> httpx.HTTPTransport:
        return _Pool(self._tls, self._deadline)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self._under_way += 1
            inner = self._inner
        self._deadline.begin(request.extensions.get("timeout", {}).get("read"))
        try:
            response = inner.handle_request(request)
        except BaseException:
            self._ended()
            raise
        assert isinstance(response.stream, httpx.SyncByteStream)
        response.stream = _Watched(response.stream, self._ended)
        return response

    def _ended(self) -> None:
        with self._lock:
            self._under_way -= 1

    def drop(self) -> None:
        """Close all connections, unless a call or an order being made may be on one of them."""
        with self._lock:
            if self._under_way:
                return
            old, self._inner = self._inner, self._open()
        old.close()

    def close(self) -> None:
        self._inner.close()


class _Watched(httpx.SyncByteStream):
    """A body that says when it has been read or given up."""

    def __init__(self, inner: httpx.SyncByteStream, ended: Callable[[], None]) -> None:
        self._inner = inner
        self._ended = ended

    def __iter__(self) -> Iterator[bytes]:
        yield from self._inner

    def close(self) -> None:
        self._inner.close()
        self._ended()
