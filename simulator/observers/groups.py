"""Child processes that are stopped together with everything that they started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

GRACE_SECONDS = 3.0
_SHOWN = 120


class Child(Protocol):
    """What of a `subprocess.Popen` is used here. It is the head of its process group."""

    @property
    def pid(self) -> int:
        """Its number, and its group's."""

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """The exit code. Raises subprocess.TimeoutExpired after that many seconds."""

    def send_signal(self, signal: int, /) -> None:
        """Send it to this process alone."""

    def kill(self) -> None:
        """End this process alone."""


Spawn = Callable[[Sequence[str], Path, Mapping[str, str], Path], Child]
"""Starts a command in a folder, with a whole environment, its output added to a file."""


def popen(
    command: Sequence[str],
    cwd: Path,
    env: Mapping[str, str],
    output: Path,
    pass_fds: Collection[int] = (),
) -> Child:
    """Start a command at the head of a group of its own. OSError if it cannot be started.

    `pass_fds`: what else than standard input and output it gets of our open files."""
    with output.open("ab") as taken:
        return subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=taken,
            stderr=taken,
            pass_fds=pass_fds,
            **group_options(),
        )


def shown_command(words: Sequence[str]) -> str:
    """A command as a message names it: on one line, and not too long."""
    line = " ".join(" ".join(words).split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def group_options() -> dict[str, Any]:
    """Arguments for Popen that put the child at the head of a group of its own."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def stop_group(process: Child, grace: float = GRACE_SECONDS) -> None:
    """Ask the group to end, and end it if it has not after `grace` seconds.

    The group is ended even if its head is gone already: a server's workers may outlive it.
    """
    if process.poll() is None:
        _signal(process, hard=False)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace)
    _signal(process, hard=True)
    process.wait()


def strike(process: Child) -> None:
    """End the group at once and wait for nothing, as a signal's handler must."""
    _signal(process, hard=True)


def kill_tree(process: Child) -> None:
    """End it and all that it started at once, with no word of warning, as a lost machine would.

    Children that left the group are found through their parents where there is a /proc.
    """
    strays = [] if sys.platform == "win32" else _descendants(process.pid)
    if sys.platform == "win32":
        tree = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        subprocess.run(tree, capture_output=True, check=False)
    _signal(process, hard=True)
    for pid in strays:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def _descendants(pid: int) -> list[int]:
    """Everything below that process, as far as /proc tells."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):  # it has just ended
            parent = int(status.read_text(errors="replace").rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(status.parent.name))
    found = list(children.get(pid, []))
    for one in found:  # grows while it is walked
        found += children.get(one, [])
    return found


def _signal(process: Child, *, hard: bool) -> None:
    if sys.platform == "win32":
        if process.poll() is None:
            process.kill() if hard else process.send_signal(signal.CTRL_BREAK_EVENT)
        return
    if process.poll() is not None and _exists(process.pid):
        return  # the head is gone and its number belongs to a stranger by now
    with contextlib.suppress(ProcessLookupError, PermissionError):  # nobody is left in the group
        os.killpg(process.pid, signal.SIGKILL if hard else signal.SIGTERM)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
