"""Starts the engine and follows it: what it tells once a second, its end, and how to end it."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from simulator.interrupts import interrupts
from simulator.observers.groups import group_options, stop_group, strike

_WORDS = 40


class EngineError(Exception):
    """The engine ended without having said what was measured. The text is what it printed."""


class Engine:
    """The load's own processes. A context manager: they do not outlive it."""

    def __init__(self, plan: Path, environ: Mapping[str, str]) -> None:
        self._told: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._printed: deque[str] = deque(maxlen=_WORDS)
        with interrupts.held():
            self._process = subprocess.Popen(
                [sys.executable, "-m", "loadtests", str(plan)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=dict(environ),
                **group_options(),
            )
            interrupts.last_resorts[id(self)] = partial(strike, self._process)
        self._readers = [
            threading.Thread(target=reader, daemon=True) for reader in (self._read, self._listen)
        ]
        for reader in self._readers:
            reader.start()

    def progress(self, seconds: float) -> dict[str, Any] | None:
        """What it tells next; None if it tells nothing for so long, or has ended."""
        with contextlib.suppress(queue.Empty):
            return self._told.get(timeout=seconds)
        return None

    @property
    def running(self) -> bool:
        """Until it has ended and all that it told was read."""
        return self._process.poll() is None or not self._told.empty()

    def end(self) -> None:
        """Ask for the end: payments that are under way are finished, then all is written down."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it has ended by itself
            self._process.stdin.close()

    def wait(self, seconds: float) -> None:
        """Until it has ended; after so long it is ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)

    def words(self) -> str:
        """The last lines that it and its workers have printed as errors."""
        return "\n".join(self._printed)

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                with contextlib.suppress(msgspec.DecodeError):  # half a line of a killed engine
                    self._told.put(msgspec.json.decode(line)["progress"])
        self._told.put(None)

    def _listen(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            for line in lines:
                self._printed.append(line.decode("utf-8", "replace").rstrip())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        with interrupts.held():
            self.end()
            stop_group(self._process, 0)
            interrupts.last_resorts.pop(id(self), None)
            for reader in self._readers:
                reader.join(5)
