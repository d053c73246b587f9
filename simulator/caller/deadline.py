"""One time limit for a whole call: whatever is read or written has what is left of it.

The limits of httpx begin anew with every read, so a merchant that says a little now and then
would never be too slow.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import httpcore

Clock = Callable[[], int]

_PIECE = 65_536


class Deadline(threading.local):
    """Until when the call that this thread makes must be over. The clock gives ms."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at: int | None = None

    def begin(self, seconds: float | None) -> None:
        """A call begins, which may take so long; None is for ever."""
        self._at = None if seconds is None else self._clock() + round(seconds * 1000)

    def left(self, seconds: float | None) -> float | None:
        """Of so many seconds for one step, those that the call still has; 0 or less: it is late."""
        if self._at is None:
            return seconds
        left = (self._at - self._clock()) / 1000
        return left if seconds is None else min(left, seconds)


class TimedStream(httpcore.NetworkStream):
    """A connection on which nobody waits longer than the call's deadline.

    A call leaves whole, its head and its body in one piece, when its answer is read.
    """

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline
        self._unsent = b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What came. Raises httpcore.ReadTimeout, also if it came but late."""
        with suppress(httpcore.WriteError):  # who hung up early may have answered before
            self._flush(timeout)
        data = self._inner.read(max_bytes, self._left(timeout, httpcore.ReadTimeout))
        self._left(timeout, httpcore.ReadTimeout)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Keep it, to be sent with what follows."""
        self._unsent += buffer
        if len(self._unsent) > _PIECE:
            self._flush(timeout)

    def _flush(self, timeout: float | None) -> None:
        """Send all. Whoever reads it byte by byte does not get more time by that."""
        buffer, self._unsent = self._unsent, b""
        sock = self._inner.get_extra_info("socket")
        try:
            while buffer:
                sock.settimeout(self._left(timeout, httpcore.WriteTimeout))
                buffer = buffer[sock.send(buffer) :]
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """The same connection, encrypted."""
        left = self._left(timeout, httpcore.ConnectTimeout)
        return TimedStream(
            self._inner.start_tls(ssl_context, server_hostname, left), self._deadline
        )

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks of a connection."""
        return self._inner.get_extra_info(info)

    def close(self) -> None:
        """Hang up."""
        self._inner.close()

    def _left(self, timeout: float | None, late: type[Exception]) -> float | None:
        left = self._deadline.left(timeout)
        if left is not None and left <= 0:
            raise late("the call has had its time")
        return left


class TimedBackend(httpcore.NetworkBackend):
    """Makes connections that keep to the deadline."""

    def __init__(self, deadline: Deadline) -> None:
        self._inner = httpcore.SyncBackend()
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A fresh connection."""
        left = self._deadline.left(timeout)
        stream = self._inner.connect_tcp(host, port, left, local_address, socket_options)
        return TimedStream(stream, self._deadline)
