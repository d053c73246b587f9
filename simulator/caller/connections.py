"""Kept connections to the merchant, which can be dropped while nobody uses them.

An idle connection is not used again after `KEEP_MS`: common servers close theirs after two
seconds or more, and a call on a connection that is just being closed would look like a fault.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import httpx

KEEP_MS = 800


class Connections(httpx.BaseTransport):
    """An httpx transport whose connections can be dropped without ending the client."""

    def __init__(self) -> None:
        self._tls = httpx.create_ssl_context(trust_env=False)  # reading the roots takes its time
        self._inner = self._open()
        self._lock = threading.Lock()
        self._under_way = 0

    def _open(self) -> httpx.HTTPTransport:
        limits = httpx.Limits(max_connections=64, keepalive_expiry=KEEP_MS / 1000)
        return httpx.HTTPTransport(verify=self._tls, limits=limits, trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self._under_way += 1
            inner = self._inner
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
