"""The merchant as an HTTP server on 127.0.0.1, for a test or alone."""

from __future__ import annotations

import select
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import ThreadingMixIn
from typing import Any

from tests.merchants.wire import Reply, Request, Shop

_POLL_S = 0.02


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    shop: Shop

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        read = self.rfile.read1 if "first-piece" in self.shop.habits.server else self.rfile.read
        body = read(length)
        if self.path == "/ready":
            self._send(Reply(200, "text/plain", b"ready"))
        elif self.path == "/bills" and self.command == "POST":
            self._send(self.shop.draw_up(body))
        elif self.path == "/pay":
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, headers, body)
            reply = self.shop.pay(request)
            if self._caller_left():
                self.shop.abandon(request)
            self._send(reply)
        else:
            self._send(Reply(404, "text/plain", b"there is nothing here"))

    do_GET = do_POST = do_PUT = _handle

    def _caller_left(self) -> bool:
        """Whether the caller has said that it will send nothing more."""
        ready, _, _ = select.select([self.connection], [], [], 0)
        return bool(ready) and not self.connection.recv(1, socket.MSG_PEEK)

    def _send(self, reply: Reply) -> None:
        if not reply.status:
            self.close_connection = True
            return
        manners = self.shop.habits.server
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        if "closes" in manners:
            self.send_header("Connection", "close")
            self.close_connection = True
        if "chunked" in manners:
            self.send_header("Transfer-Encoding", "chunked")
            body = b"".join(_chunk(reply.body[i : i + 50]) for i in range(0, len(reply.body), 50))
            body += _chunk(b"")
        else:
            self.send_header("Content-Length", str(len(reply.body)))
            body = reply.body
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """The shop's own log says enough."""


def _chunk(part: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(part), part)


class _OneByOne(HTTPServer):
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is not the merchant's fault, and not for stderr."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Threaded(ThreadingMixIn, _OneByOne):
    daemon_threads = True


def server_of(shop: Shop, port: int = 0, host: str = "127.0.0.1") -> HTTPServer:
    """A server for that shop, bound and not yet serving."""
    handler = type("Handler", (_Handler,), {"shop": shop})
    kind = _OneByOne if "one-at-a-time" in shop.habits.server else _Threaded
    return kind((host, port), handler)


@contextmanager
def serving(shop: Shop) -> Iterator[int]:
    """Serve on a free port, which is given, until the block ends."""
    with server_of(shop) as server:
        thread = threading.Thread(target=server.serve_forever, args=(_POLL_S,), daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
