"""The merchant's clock, moved: by a test hook of its own, or by libfaketime around its process."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import httpx

_LIBRARIES = (
    "/usr/lib/*/faketime/libfaketimeMT.so.1",
    "/usr/lib*/faketime/libfaketimeMT.so.1",
    "/usr/local/lib*/faketime/libfaketimeMT.so.1",
)
_LONGEST_ANSWER = 200
_SHARED = Path("/dev/shm")


class ClockError(Exception):
    """The merchant's clock could not be moved. The text says what to do."""


class Clock(Protocol):
    """Something that moves the merchant's clock."""

    name: str

    def shift(self, ms: int) -> None:
        """From now on it is the true time and so many ms, not negative. Raises ClockError."""


class HookClock:
    """[clock] hook: the merchant moves its own clock when it is told to."""

    name = "hook"

    def __init__(self, url: str, client: httpx.Client) -> None:
        self._url = url
        self._client = client

    def shift(self, ms: int) -> None:
        """POST {"shift_ms": ms}; any 2xx will do."""
        try:
            answer = self._client.post(self._url, json={"shift_ms": ms})
        except httpx.HTTPError as error:
            raise ClockError(f"[clock] hook {self._url}: {error}") from error
        if not answer.is_success:
            said = answer.text[:_LONGEST_ANSWER]
            raise ClockError(
                f"[clock] hook {self._url} answers HTTP {answer.status_code}: {said}\n"
                "it must take POST with a JSON body like "
                '{"shift_ms": 43260000} and answer 2xx'
            )


class FaketimeClock:
    """[clock] faketime: libfaketime around the process, with the shift in a file that it reads.

    `environment` is what the process needs from its start. The merchant's timers move with its
    clock, so it cannot be taken back while it runs: `restart` starts it anew.
    """

    name = "faketime"

    def __init__(self, library: Path) -> None:
        self._library = library
        self._folder = tempfile.TemporaryDirectory(prefix="payme-sandbox-clock-")
        self._file = Path(self._folder.name) / "shift"
        self.restart: Callable[[], None] = lambda: None
        self._write(0)

    def environment(self, environ: Mapping[str, str]) -> dict[str, str]:
        """Variables to add to the process's own."""
        preload = [str(self._library), *environ.get("LD_PRELOAD", "").split()]
        return {
            "LD_PRELOAD": " ".join(preload),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
        }

    def shift(self, ms: int) -> None:
        """Rewrite the file; a process that is to go back starts anew."""
        self._write(ms)
        if not ms:
            self.restart()

    def _write(self, ms: int) -> None:
        new = self._file.with_suffix(".new")
        new.write_text(f"+{ms // 1000}.{ms % 1000:03}\n", encoding="ascii")
        os.replace(new, self._file)  # it may be read at any moment

    def close(self) -> None:
        """Throw the file away, and what libfaketime leaves behind of the dead."""
        self._folder.cleanup()
        for left in _SHARED.glob("*faketime_s*_*"):
            pid = left.name.rpartition("_")[2]
            if pid.isdigit() and not Path("/proc", pid).exists():
                with contextlib.suppress(OSError):  # another user's, or gone by now
                    left.unlink()


def find_faketime() -> Path | None:
    """The system's libfaketime, or None if it is not installed."""
    for pattern in _LIBRARIES:
        for found in sorted(Path("/").glob(pattern.lstrip("/"))):
            return found
    return None
