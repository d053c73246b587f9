"""Ending with whoever has started us, even if that one was killed and could not say so.

Who starts a merchant and wants it to end with him makes a pipe, keeps its one end, gives us the
other and names it in the variable; we are then at the head of a process group of our own. His end
is closed by the system whatever becomes of him. Somebody who starts us at a terminal names
nothing, and nothing is watched.
"""

from __future__ import annotations

import os
import signal
import stat
import sys
import threading
import time

VARIABLE = "_PAYME_BACKEND_LIFELINE"
_GRACE_S = 3


def watch() -> threading.Thread | None:
    """End this process and its group once the other end of the pipe is closed. None: no pipe."""
    number = os.environ.get(VARIABLE, "")
    if sys.platform == "win32" or not number.isdecimal() or not _is_pipe(int(number)):
        return None
    thread = threading.Thread(target=_end_after, args=(int(number),), daemon=True, name="lifeline")
    thread.start()
    return thread


def _is_pipe(number: int) -> bool:
    """A variable that got here without its pipe, past something in between, is of no use."""
    try:
        return stat.S_ISFIFO(os.fstat(number).st_mode)
    except OSError:
        return False


def _end_after(number: int) -> None:
    while os.read(number, 1):
        pass  # nobody writes
    if sys.platform != "win32":
        group = os.getpgrp()
        os.killpg(group, signal.SIGTERM)
        time.sleep(_GRACE_S)
        os.killpg(group, signal.SIGKILL)
