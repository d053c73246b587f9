"""The merchant ends with the one who started it, if that one asks for it; otherwise it does not."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backend import lifeline
from tests.backend.merchant import KEY, ROOT, Server, free_port, listening, ready

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it has no such pipes")


@contextmanager
def _held(folder: Path, *options: str) -> Iterator[tuple[Server, int]]:
    """A server at the head of a group of its own, and our end of its pipe."""
    theirs, ours = os.pipe()
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "backend", "--port", str(port), *options],
        cwd=folder,
        env=os.environ
        | {"PAYME_BACKEND_KEY": KEY, "PYTHONPATH": str(ROOT), lifeline.VARIABLE: str(theirs)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        pass_fds=(theirs,),
        start_new_session=True,
    )
    os.close(theirs)
    server = Server(port, folder / "photobooth.log", process)
    try:
        ready(server)
        yield server, ours
    finally:
        server.close()
        process.terminate()
        process.communicate(timeout=100)


@pytest.mark.parametrize(
    "options",
    [("--workers", "2"), ("--server", "gunicorn", "--workers", "2"), ("--server", "werkzeug")],
    ids=" ".join,
)
def test_it_ends_when_the_pipe_is_closed(tmp_path: Path, options: tuple[str, ...]) -> None:
    with _held(tmp_path, *options) as (server, ours):
        server.performed(server.order())
        os.close(ours)
        out, err = server.process.communicate(timeout=100)
        assert (server.process.returncode, out, err) == (0, "", "")
        while listening(server.port):
            time.sleep(0.01)


def test_nothing_is_watched_for_who_asks_for_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No variable, no number, a number that is not open here, and an open file that is no pipe."""
    file = os.open(tmp_path / "file", os.O_CREAT | os.O_RDWR)
    closed = os.dup(file)
    os.close(closed)
    try:
        monkeypatch.delenv(lifeline.VARIABLE, raising=False)
        assert lifeline.watch() is None
        for value in ("", "x", "-1", str(closed), str(file)):
            monkeypatch.setenv(lifeline.VARIABLE, value)
            assert lifeline.watch() is None, value
    finally:
        os.close(file)
