"""Merchants that are started by the hundred: what all of them load is loaded once.

`python -m backend.nursery` loads the merchant and then reads requests from standard input, a line
of JSON each; each is answered with a line on standard output:

    {"arguments": ["--port", "5000"], "environ": {…}, "cwd": "…", "output": "…"}  ->  {"pid": 4711}
    {"ended": 4711}  ->  {"code": null}, or the exit code (a signal's number is negative)

A merchant that is born this way is `python -m backend ARGUMENTS` in all but the time that it takes:
the head of a process group of its own, with that environment and folder, its output added to the
file. All of them end with the nursery, which ends with its input. Linux only: elsewhere a process
that has loaded so much must not be copied.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import signal
import sys
from typing import IO, Any

from backend import checkout, cli
from backend.server import PR_SET_PDEATHSIG

_LOADED_LATE = (
    "backend.bugs",
    "backend.variants",
    "granian",
    "granian.log",
    "granian.server",
    "granian.wsgi",
    "sqlalchemy.dialects.sqlite",
)


def main() -> int:
    """Bring merchants up until the input ends. In each merchant, it is that merchant's main."""
    for name in _LOADED_LATE:
        importlib.import_module(name)
    checkout.qr_data_url("the imaging library is loaded with the first picture")
    # What is there now stays: no collection need look at it, and no copy of its pages be made.
    gc.collect()
    gc.freeze()
    # A merchant that prints shall not be taken for us.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        arguments = _serve(answers)
    return 0 if arguments is None else cli.main(arguments)


def _serve(answers: IO[str]) -> list[str] | None:
    """In a newborn merchant its arguments; None once there is nothing more to do here."""
    children: set[int] = set()
    try:
        for line in sys.stdin:
            asked = json.loads(line)
            if "ended" in asked:
                told: dict[str, Any] = {"code": _ended(asked["ended"], children)}
            else:
                pid = os.fork()
                if not pid:
                    children.clear()
                    _grow_up(asked)
                    return list(asked["arguments"])
                _lead(pid)
                children.add(pid)
                told = {"pid": pid}
            answers.write(json.dumps(told) + "\n")
            answers.flush()
    finally:
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
    return None


def _ended(pid: int, children: set[int]) -> int | None:
    if pid not in children:
        return -signal.SIGKILL  # another nursery's, which it did not outlive
    ended, status = os.waitpid(pid, os.WNOHANG)
    if not ended:
        return None
    children.discard(pid)
    return os.waitstatus_to_exitcode(status)


def _lead(pid: int) -> None:
    # Both sides say it, so that it is true for both as soon as they go on.
    with contextlib.suppress(PermissionError, ProcessLookupError):
        os.setpgid(pid, pid)


def _grow_up(asked: dict[str, Any]) -> None:
    """Become a process as if it had been started by itself."""
    _lead(0)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.environ.clear()
    os.environ.update(asked["environ"])
    os.chdir(asked["cwd"])
    nothing = os.open(os.devnull, os.O_RDONLY)
    output = os.open(asked["output"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for number, taken in ((0, nothing), (1, output), (2, output)):
        os.dup2(taken, number)
    os.close(nothing)
    os.close(output)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]


if __name__ == "__main__":
    sys.exit(main())
