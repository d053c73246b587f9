"""Servers of a benchmark as processes: started, waited for, measured, stopped by their ids."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE_S = 60.0
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class CannotStart(Exception):
    """A server did not come up; the text tells what it said."""


@dataclass(frozen=True)
class Server:
    """A process that listens, and its children."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """User and system time that it and its children have taken so far."""
        return cpu_seconds(self.pid)

    def own_cpu_seconds(self) -> float:
        """Its own alone, as long as its children live."""
        return _ticks(self.pid) / _TICKS

    def memory_mb(self) -> float:
        """Resident memory of the largest of its processes, without what they share."""
        return max(_own_memory(pid) for pid in tree(self.pid)) / 2**20


@contextmanager
def serving(
    command: Sequence[str], folder: Path, cwd: Path, variables: dict[str, str]
) -> Iterator[Server]:
    """Start `command` with {port} filled in; its words go to a file in the folder.

    Raises CannotStart.
    """
    port = _free_port()
    said = folder / f"server-{port}.txt"
    with said.open("wb") as output:
        process = subprocess.Popen(
            [part.replace("{port}", str(port)) for part in command],
            cwd=cwd,
            env={**os.environ, **variables},
            stdout=output,
            stderr=output,
        )
    try:
        _wait(process, port, said)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def _wait(process: subprocess.Popen[bytes], port: int, said: Path) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise CannotStart(f"{process.args!r} does not listen:\n{said.read_text(errors='replace')}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tree(pid: int) -> list[int]:
    """A process and its descendants."""
    found = [pid]
    for child in Path(f"/proc/{pid}/task").glob("*/children"):
        for one in child.read_text().split():
            found += tree(int(one))
    return found


def cpu_seconds(pid: int) -> float:
    """What a process and its descendants have used, those that have ended too."""
    return sum(_ticks(one) for one in tree(pid)) / _TICKS


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0
    return sum(int(field) for field in fields[11:15])


def _own_memory(pid: int) -> int:
    fields = Path(f"/proc/{pid}/statm").read_text().split()
    return (int(fields[1]) - int(fields[2])) * _PAGE
