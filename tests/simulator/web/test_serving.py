"""Connections: none waits for another's end, and none is held for who is gone, slow or silent."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import httpx
import pytest
from flask import Flask, Response

from simulator.web import serving
from simulator.web.hosts import bound
from simulator.web.serving import Listener

_PATIENCE_S = 60
_STREAMS = 60


@dataclass
class Place:
    """Where it listens, and whether the endless stream has ended."""

    port: int = 0
    left: threading.Event = field(default_factory=threading.Event)

    def raw(self, sent: bytes) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self.port), timeout=_PATIENCE_S)
        made.sendall(sent)
        return made


@pytest.fixture
def place() -> Iterator[Place]:
    app, made = Flask(__name__), Place()
    _add_views(app, made)
    with bound("127.0.0.1", 0) as taken, Listener(app, "127.0.0.1", taken) as listener:
        made.port = int(taken.getsockname()[1])
        thread = listener.start()
        yield made
        listener.stop()
        thread.join()


def _add_views(app: Flask, place: Place) -> None:
    @app.get("/page")
    def page() -> str:
        return "page"

    @app.get("/endless")
    def endless() -> Response:
        def body() -> Iterator[bytes]:
            try:
                while True:
                    yield b"more" * 10_000
            finally:
                place.left.set()

        return Response(body())


def test_a_page_comes_however_many_streams_are_open(place: Place) -> None:
    with ExitStack() as streams:
        for _ in range(_STREAMS):
            stream = streams.enter_context(place.raw(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n"))
            assert stream.recv(15, socket.MSG_WAITALL) == b"HTTP/1.1 200 OK"
        url = f"http://127.0.0.1:{place.port}/page"
        assert httpx.get(url, timeout=_PATIENCE_S, trust_env=False).text == "page"


def test_a_stream_ends_with_who_is_gone(place: Place) -> None:
    with place.raw(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n") as connection:
        assert connection.recv(15, socket.MSG_WAITALL) == b"HTTP/1.1 200 OK"
    assert place.left.wait(_PATIENCE_S)


def test_a_stream_ends_with_who_does_not_read(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving.Quiet, "timeout", 0.2)
    with place.raw(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n"):
        assert place.left.wait(_PATIENCE_S)


def test_who_says_nothing_is_not_waited_for(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving.Quiet, "timeout", 0.2)
    with place.raw(b"GET /pa") as connection:
        assert connection.recv(1) == b""
