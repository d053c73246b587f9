"""The merchant as a process of ours: started, watched, stopped."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import tempfile
import time
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from itertools import chain, repeat
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

import httpx

from simulator.caller.connections import Connections
from simulator.config.models import ProcessConfig
from simulator.interrupts import interrupts
from simulator.observers.clock import FaketimeClock
from simulator.observers.groups import (
    GRACE_SECONDS,
    Child,
    Spawn,
    kill_tree,
    popen,
    shown_command,
    stop_group,
    strike,
)

_POLL_SECONDS = 0.03
_TAIL_LINES = 20
_TAIL_BYTES = 64 * 1024
_AGAIN_SECONDS = (0.05, 0.2, 1.0)  # between two tries to start a merchant again


class ProcessError(Exception):
    """The merchant could not be started or did not become ready. The text says what to do."""


class ProcessDied(ProcessError):
    """The merchant ended by itself. `code` is its exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class MerchantProcess:
    """One merchant, at the head of a process group of its own, with its output in a file.

    `url` is the merchant's address, whose port must be free before and answer after the start.
    `faketime` is the clock that it shall go by. `spawn` is how a process is started.
    Use it as a context manager; whatever happens, the group does not outlive us.
    """

    def __init__(
        self,
        config: ProcessConfig,
        url: str,
        *,
        environ: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        grace: float = GRACE_SECONDS,
        faketime: FaketimeClock | None = None,
        spawn: Spawn = popen,
    ) -> None:
        self.faketime = faketime
        self._spawn = spawn
        self._config = config
        self._url = url
        self._environ = os.environ if environ is None else environ
        self._clock = clock
        self._sleep = sleep
        self._grace = grace
        self._process: Child | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def output(self) -> Path:
        """The file that takes what the process prints. It is there once it was started."""
        assert self._folder is not None, "start() comes first"
        return Path(self._folder.name) / "output.log"

    def start(self) -> None:
        """Start it. ProcessError if it cannot be, or if something already answers on its port."""
        self._refuse_if_busy()
        if not self._config.cwd.is_dir():
            raise ProcessError(
                f"[process] cwd: {self._config.cwd} is not a folder; it is relative to the "
                "configuration's folder"
            )
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(
                prefix="payme-sandbox-", ignore_cleanup_errors=True
            )
        with interrupts.held():
            self.output.touch()
            self._process = self._started()
            atexit.register(self.stop)
            interrupts.last_resorts[id(self)] = partial(strike, self._process)

    def wait_ready(self, seconds: float) -> None:
        """Until ready_url answers 2xx, or the port answers. ProcessDied; ProcessError if late."""
        until = self._clock() + seconds
        with httpx.Client(transport=Connections(), timeout=2, trust_env=False) as client:
            while True:
                self._check_alive()
                why = self._not_ready(client)
                if not why:
                    self._check_alive()
                    return
                if self._clock() >= until:
                    raise ProcessError(
                        f"[process] {self._command}: not ready after {seconds:g} s: {why}\n"
                        f"wait longer with --wait, or name ready_url; it printed:\n{self.tail()}"
                    )
                self._sleep(_POLL_SECONDS)

    def alive(self) -> bool:
        """Whether it is running."""
        return self._process is not None and self._process.poll() is None

    def died(self) -> ProcessDied | None:
        """What to tell if it ended by itself, or None."""
        code = self._process.poll() if self._process is not None else None
        if code is None:
            return None
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        hint = "" if code else " (a command that goes to the background cannot be watched)"
        message = f"[process] {self._command} ended with {how}{hint}; it printed:\n{self.tail()}"
        return ProcessDied(message, code)

    def tail(self) -> str:
        """The last 20 lines that it printed."""
        if self._folder is None:
            return "(not started)"
        with self.output.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
        return "\n".join(deque(text.splitlines(), _TAIL_LINES)) or "(nothing)"

    def stop(self) -> None:
        """End the whole group; its output stays readable until `close`. Twice does no harm."""
        with interrupts.held():
            if self._process is not None:
                stop_group(self._process, self._grace)
            self._gone()

    def kill(self) -> None:
        """End the whole tree at once (SIGKILL), as a power cut would. `start_again` follows."""
        if self._process is not None:
            kill_tree(self._process)
        self._gone()

    def _gone(self) -> None:
        self._process = None
        atexit.unregister(self.stop)
        interrupts.last_resorts.pop(id(self), None)

    def start_again(self, seconds: float) -> None:
        """Start it after `kill` and wait until it is ready. ProcessError if it does not come.

        One that ends before it is ready is tried again, as a supervisor would: its port may still
        be held by connections of the dead one.
        """
        until = self._clock() + seconds
        for pause in chain(_AGAIN_SECONDS, repeat(_AGAIN_SECONDS[-1])):
            try:
                self.start()
                self.wait_ready(max(1, until - self._clock()))
                return
            except ProcessError as error:
                self.kill()
                if self._clock() >= until:
                    error.args = (f"it did not come up within {seconds:g} s; at last: {error}",)
                    raise
            self._sleep(pause)

    def close(self) -> None:
        """Stop, and throw the output away."""
        self.stop()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def __enter__(self) -> MerchantProcess:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def _command(self) -> str:
        return shown_command(self._config.command)

    def _started(self) -> Child:
        # A Python merchant that prints into a file would otherwise show its lines much later.
        env = {"PYTHONUNBUFFERED": "1", **self._environ, **self._config.env}
        if self.faketime is not None:
            env |= self.faketime.environment(env)
        try:
            return self._spawn(self._config.command, self._config.cwd, env, self.output)
        except OSError as error:
            name = self._config.command[0]
            # a folder of PATH that we may not enter makes "not found" a "permission denied"
            named = os.sep in name or shutil.which(name, path=env.get("PATH"))
            if isinstance(error, FileNotFoundError) or not named:
                raise ProcessError(
                    f"[process] command: {name} was not found; write its full path, "
                    "or a path relative to cwd beginning with ./"
                ) from error
            raise ProcessError(
                f"[process] command: {self._command} cannot be started: {error.strerror}"
            ) from error

    def _refuse_if_busy(self) -> None:
        if self._port_answers():
            raise ProcessError(
                f"something already answers at {self._url}, and it is not the process that this "
                "run would start: stop it, or remove [process] to check what is running"
            )

    def _check_alive(self) -> None:
        died = self.died()
        if died is not None:
            message = str(died).replace(" ended with", " ended before it was ready with", 1)
            raise ProcessDied(message, died.code)

    def _not_ready(self, client: httpx.Client) -> str:
        """Why it is not ready, or ""."""
        ready_url = self._config.ready_url
        if ready_url is None:
            return "" if self._port_answers() else f"nothing answers at {self._url}"
        try:
            answer = client.get(ready_url)
        except httpx.HTTPError as error:
            return f"{ready_url}: {error}"
        return "" if answer.is_success else f"{ready_url} answers HTTP {answer.status_code}"

    def _port_answers(self) -> bool:
        parts = urlsplit(self._url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            with socket.create_connection((parts.hostname or "127.0.0.1", port), timeout=1):
                return True
        except OSError:
            return False
