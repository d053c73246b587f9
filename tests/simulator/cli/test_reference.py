"""Where the reference merchant listens when it is started for a command."""

from __future__ import annotations

import socket
import sys

import pytest

from simulator.cli.reference import _free_port


def test_a_port_in_use_is_another_ones() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert _free_port(port) not in (port, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no port so")
def test_a_server_that_was_just_stopped_gets_its_port_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as caller:
            answering, _ = server.accept()
            answering.close()  # who ends first keeps the port for a while
            assert caller.recv(1) == b""
    with socket.socket() as bare, pytest.raises(OSError, match="in use"):
        bare.bind(("127.0.0.1", port))
    assert _free_port(port) == port
