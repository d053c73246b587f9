"""Listening. werkzeug's threaded server, in this process.

Why this one: a page that listens to events keeps its connection for as long as it is open, so
each needs a thread of its own (waitress and granian have pools of a fixed size, which open pages
would fill); the state in memory and the background work belong to one process (granian forks its
workers); and it comes with Flask. It carries a thousand requests a second, far more than payers
on one machine make.
"""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Any, Self

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server


class Quiet(WSGIRequestHandler):
    """Tells the terminal nothing of requests."""

    timeout = 60  # s, for who sends or takes nothing

    def log(self, type: str, message: str, *args: Any) -> None:
        return

    def version_string(self) -> str:
        return "payme-sandbox"


class Listener:
    """A server on a socket that listens (`hosts.bound`). `serve` runs until `stop`."""

    def __init__(self, app: Flask, host: str, listening: socket.socket) -> None:
        port = int(listening.getsockname()[1])
        self._server: BaseWSGIServer = make_server(
            host, port, app, threaded=True, request_handler=Quiet, fd=listening.fileno()
        )
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self._server.block_on_close = False  # type: ignore[attr-defined]

    def serve(self) -> None:
        self._server.serve_forever(poll_interval=0.1)

    def start(self) -> threading.Thread:
        """Serve in a thread."""
        thread = threading.Thread(target=self.serve, name="listener", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """From another thread."""
        self._server.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.server_close()
