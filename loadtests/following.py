"""The load as its owner sees it: shows it, kills the merchant when it is to be killed, and ends it
when the merchant is gone for good or somebody presses Ctrl-C."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from loadtests.downtime import Downtime
from loadtests.driver import Engine
from loadtests.live import Watching
from simulator.config import Loaded
from simulator.interrupts import interrupts
from simulator.observers.process import MerchantProcess, ProcessError

_POLL_S = 0.2
_GONE_MS = 10_000
_LAST_S = 60


@dataclass(slots=True)
class Ending:
    """Why it ended before its time, or nothing; and with which exit code."""

    stopped: str = ""
    code: int = 0
    kills: int = 0


class Silence:
    """Notices a merchant that has answered nothing at all for ten seconds and takes no calls."""

    def __init__(self, connects: Callable[[], bool]) -> None:
        self._connects = connects
        self._since: dict[str, int] | None = None

    def told(self, progress: dict[str, Any]) -> bool:
        """True once it is gone."""
        whole = progress["everything"]
        answered = whole["calls"] - whole["unanswered"] - whole["down"]
        if self._since is None or answered > self._since["answered"]:
            self._since = {"answered": answered, "at": progress["elapsed_ms"], **whole}
            return False
        quiet = progress["elapsed_ms"] - self._since["at"]
        asked = whole["calls"] - self._since["calls"]
        return quiet >= _GONE_MS and asked > 0 and not self._connects()


class _Killer:
    """Kills the merchant so many times, evenly over the load, and starts it again at once."""

    def __init__(
        self, loaded: Loaded, process: MerchantProcess | None, patience: int, downtime: Downtime
    ) -> None:
        load = loaded.config.load
        self._process = process
        self._downtime = downtime
        self._patience = patience
        self.done = 0
        self._at = [load.duration_ms * n // (load.kills + 1) for n in range(1, load.kills + 1)]

    def maybe(self, elapsed_ms: int) -> None:
        """ProcessError if it does not come again."""
        if self._process is not None and self._at and elapsed_ms >= self._at[0]:
            self._at.pop(0)
            with self._downtime.lasting():
                self._process.kill()
                self._process.start_again(self._patience)
            self.done += 1


def follow(
    engine: Engine,
    watching: Watching,
    loaded: Loaded,
    process: MerchantProcess | None,
    patience: int,
    downtime: Downtime,
) -> Ending:
    """Until the engine has ended. Ctrl-C ends the load, not the report."""
    ending = Ending()
    try:
        killer = _Killer(loaded, process, patience, downtime)
        _follow(engine, watching, loaded, process, killer, ending)
    except KeyboardInterrupt:
        ending.stopped, ending.code = "interrupted", interrupts.code
    engine.end()
    with interrupts.held():
        last = time.monotonic() + _LAST_S + 3 * loaded.config.merchant.timeout_ms / 1000
        while engine.running and time.monotonic() < last:
            told = engine.progress(_POLL_S)
            if told is not None:
                watching.show(told)
    return ending


def _follow(
    engine: Engine,
    watching: Watching,
    loaded: Loaded,
    process: MerchantProcess | None,
    killer: _Killer,
    ending: Ending,
) -> None:
    silence = Silence(lambda: _connects(loaded.config.merchant.url))
    while engine.running:
        told = engine.progress(_POLL_S)
        died = process.died() if process is not None else None
        if died is not None:
            ending.stopped, ending.code = f"The merchant died during the load.\n{died}", 3
            return
        if told is None:
            continue
        watching.show(told)
        try:
            killer.maybe(told["elapsed_ms"])
        except ProcessError as error:
            ending.stopped, ending.code = f"After it was killed: {error}", 3
            return
        ending.kills = killer.done
        if silence.told(told):
            url = loaded.config.merchant.url
            ending.stopped, ending.code = f"The merchant cannot be reached any more at {url}", 3
            return


def _connects(url: str) -> bool:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), 3).close()
    except OSError:
        return False
    return True
