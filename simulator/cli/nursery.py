"""The reference merchant, started by the hundred: forked from one that has loaded everything."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from simulator.cli.reference import BACKEND, spawn
from simulator.interrupts import interrupts
from simulator.observers.groups import Child, group_options

_POLL_S = 0.01


class Nursery:
    """`python -m backend.nursery`, which forks a merchant instead of starting a new Python.

    It lasts as long as this process, and so do its merchants. `spawn` starts anything else, and
    everything where nothing may be forked, in the usual way.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def spawn(
        self, command: Sequence[str], cwd: Path, env: Mapping[str, str], output: Path
    ) -> Child:
        """Start a command. OSError if it cannot be started."""
        if sys.platform != "linux" or tuple(command[:3]) != BACKEND:
            return spawn(command, cwd, env, output)
        asked = {
            "arguments": list(command[3:]),
            "environ": dict(env),
            "cwd": str(cwd.absolute()),
            "output": str(output.absolute()),
        }
        # A conversation is not broken off: its answer would be taken for the next one's.
        with interrupts.held(), self._lock:
            return Born(self, self._told(asked)["pid"])

    def ended(self, pid: int) -> int | None:
        """The exit code of a merchant that has ended. Does not wait: None if somebody is asking."""
        with interrupts.held():
            if not self._lock.acquire(blocking=False):
                return None
            try:
                if self._process is None:
                    return -signal.SIGKILL  # no merchant outlives the nursery
                code: int | None = self._told({"ended": pid})["code"]
            except OSError:
                return -signal.SIGKILL
            finally:
                self._lock.release()
        return code

    def close(self) -> None:
        """End it and all its merchants."""
        with self._lock:
            if self._process is not None:
                self._process.communicate()
                self._process = None

    def _told(self, asked: Mapping[str, object]) -> dict[str, Any]:
        process = self._process = self._process or _started()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            self._process = None
            raise OSError(0, "the process that merchants are forked from has ended")
        found: dict[str, Any] = json.loads(answer)
        return found


def _started() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*BACKEND[:-1], "backend.nursery"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **group_options(),
    )


class Born:
    """A merchant of the nursery's, as `subprocess` would show it."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._nursery = nursery

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        if self.returncode is None:
            self.returncode = self._nursery.ended(self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code. Raises subprocess.TimeoutExpired after that many seconds."""
        until = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if until is not None and time.monotonic() > until:
                raise subprocess.TimeoutExpired(" ".join(BACKEND), timeout or 0)
            time.sleep(_POLL_S)
        return code

    def send_signal(self, number: int) -> None:
        """To the merchant itself, not to its workers."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)
