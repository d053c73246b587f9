"""Real servers on 127.0.0.1, each on a free port: what a merchant does to a connection."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Handler = Callable[[socket.socket, bytes], None]


def whole_request(connection: socket.socket) -> bytes:
    """Read one HTTP request to its end; what came if the client gives up before."""
    data = b""
    while not _is_whole(data) and (part := connection.recv(65536)):
        data += part
    return data


def _is_whole(data: bytes) -> bool:
    head, found, body = data.partition(b"\r\n\r\n")
    if not found:
        return False
    lengths = [
        int(line.partition(b":")[2])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    ]
    return len(body) >= (lengths[0] if lengths else 0)


def answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """A whole HTTP answer that ends its connection."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def trickling(piece: bytes, beginning: bytes = b"", rounds: int = 60) -> Handler:
    """Says a little every 50 ms and, after three seconds, no more."""

    def handle(connection: socket.socket, _: bytes) -> None:
        connection.sendall(beginning)
        for _round in range(rounds):
            connection.sendall(piece)
            time.sleep(0.05)

    return handle


HEADERS = trickling(b"X-A: b\r\n", b"HTTP/1.1 200 OK\r\n")
"""Headers without end."""
CONTINUES = trickling(b"HTTP/1.1 100 Continue\r\n\r\n")
"""One "100 Continue" after another."""


@dataclass
class Server:
    """A server that hands each request to a function; `requests` keeps them as they came."""

    handler: Handler
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    requests: list[bytes] = field(default_factory=list)
    complete_at: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        host, port = self.listener.getsockname()
        return f"http://{host}:{port}/payme"

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with connection:
            try:
                request = whole_request(connection)
                self.complete_at.append(time.monotonic_ns())
                self.requests.append(request)
                self.handler(connection, request)
            except OSError:
                return  # the client has gone; what it thinks of that is what is tested


@contextmanager
def serving(handler: Handler) -> Iterator[Server]:
    """Run a server while the block lasts."""
    server = Server(handler)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.listener.shutdown(socket.SHUT_RDWR)
        server.listener.close()
        thread.join()


def closed_port() -> int:
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
