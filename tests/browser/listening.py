"""The server of a module's tests, at a port of its own for as long as they last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask

from simulator.web.app import create_app
from simulator.web.hosts import bound
from simulator.web.server import Server
from simulator.web.serving import Listener


def _as_it_is(app: Flask) -> None:
    return


@contextmanager
def listening(
    made: Callable[[str], Server], dress: Callable[[Flask], None] = _as_it_is
) -> Iterator[tuple[str, Server]]:
    """The address, and the server that `made` makes for it; `dress` adds to the application.

    Nothing goes on in the background until somebody calls the server's `start`.
    """
    with bound("127.0.0.1", 0) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        server = made(url)
        app = create_app(server)
        dress(app)
        with Listener(app, "127.0.0.1", taken) as listener:
            thread = listener.start()
            try:
                yield url, server
            finally:
                server.close()
                listener.stop()
                thread.join()
