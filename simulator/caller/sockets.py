"""HTTP over a socket of our own: for calls whose bytes must leave when and how we say."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import h11
import httpx

from simulator.caller.http import LARGEST_ANSWER
from simulator.caller.wire import FailureKind, WireAnswer, WireFailure, WireRequest

CLOSED = "the merchant closed the connection with no answer"
Outcome = WireAnswer | WireFailure


def connected(url: str, timeout_ms: int) -> socket.socket:
    """A fresh connection, with TLS for https. Raises OSError."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    raw = socket.create_connection((parts.hostname or "", port), timeout_ms / 1000)
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if parts.scheme != "https":
        return raw
    try:
        return ssl.create_default_context().wrap_socket(raw, server_hostname=parts.hostname)
    except BaseException:
        raw.close()
        raise


@dataclass(slots=True)
class Conversation:
    """One call and its answer as bytes; `outcome` is set once it is known what came of it."""

    connection: h11.Connection = field(default_factory=lambda: h11.Connection(h11.CLIENT))
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytearray = field(default_factory=bytearray)
    outcome: Outcome | None = None

    def serialise(self, request: WireRequest) -> bytes:
        """The whole call. Raises h11.LocalProtocolError if HTTP does not allow it."""
        url = httpx.URL(request.url)  # as in any other call: letters beyond ASCII are escaped
        pairs = [("Host", url.netloc.decode()), ("Content-Length", str(len(request.body)))]
        pairs += [*request.headers, ("Connection", "close")]
        headers = [(name.encode(), value.encode()) for name, value in pairs]
        head = self.connection.send(
            h11.Request(method=request.method, target=url.raw_path, headers=headers)
        )
        body = self.connection.send(h11.Data(data=request.body))
        self.connection.send(h11.EndOfMessage())
        return (head or b"") + (body or b"")

    def receive(self, sock: socket.socket) -> Outcome | None:
        """Read what there is to read; the outcome once there is one."""
        data = b""
        try:
            data = sock.recv(65536)
            self.connection.receive_data(data)
            self._advance()
        except ssl.SSLWantReadError:
            return None
        except TimeoutError:
            self.outcome = WireFailure(FailureKind.TIMEOUT, "the merchant fell silent")
        except OSError as error:
            self.outcome = WireFailure(FailureKind.CLOSED, f"the connection broke: {error}")
        except h11.RemoteProtocolError as error:
            text = f"the answer is not HTTP: {error}"
            self.outcome = (
                WireFailure(FailureKind.NOT_HTTP, text)
                if data
                else WireFailure(FailureKind.CLOSED, CLOSED)
            )
        return self.outcome

    def _advance(self) -> None:
        while self.outcome is None:
            event = self.connection.next_event()
            if event in (h11.NEED_DATA, h11.PAUSED):
                return
            if isinstance(event, h11.Response):
                self.status = event.status_code
                self.headers = tuple(
                    (k.decode("latin1"), v.decode("latin1")) for k, v in event.headers
                )
            elif isinstance(event, h11.Data):
                self.body += event.data
                if len(self.body) > LARGEST_ANSWER:
                    text = f"the answer is larger than {LARGEST_ANSWER:,} bytes"
                    self.outcome = WireFailure(FailureKind.TOO_LARGE, text)
            elif isinstance(event, h11.EndOfMessage):
                self.outcome = WireAnswer(self.status, self.headers, bytes(self.body))
            elif isinstance(event, h11.ConnectionClosed):
                self.outcome = WireFailure(FailureKind.CLOSED, CLOSED)
