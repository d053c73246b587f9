"""Locust's own command as a user runs it in a terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.simulator.cli.command import KEY, ROOT

_LOCUSTFILE = str(ROOT / "loadtests" / "locustfile.py")


def locust(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Run it in that folder, in a session of its own as in a terminal of its own; its own settings
    on this machine do not reach it. What it tells is in the file `told`."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("LOCUST_", "PAYME_"))}
    with (folder / "told").open("wb") as printed:
        return subprocess.Popen(
            [sys.executable, "-m", "locust", "-f", _LOCUSTFILE, *arguments],
            cwd=folder,
            env={**clean, "TEST_KEY": KEY, "PYTHONPATH": str(ROOT), "HOME": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=printed,
            start_new_session=True,
        )


def told(folder: Path) -> str:
    """What it has printed."""
    return (folder / "told").read_text(encoding="utf-8", errors="replace")


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Whatever happens, nothing of it is left."""
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def until(holds: Callable[[], bool], process: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait for something; it must not end before."""
    end = time.monotonic() + 200
    while not holds():
        assert process.poll() is None, told(folder)
        assert time.monotonic() < end, f"it does not come to that\n{told(folder)}"
        time.sleep(0.1)
