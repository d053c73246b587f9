"""Memory that does not creep: glibc gives the threads of a server up to eight heaps a processor.

A server with a thread for each request leaves pieces of itself in all of them: what is in use stays
the same, and the process grows for as long as there are heaps that are not full. One is enough
where only one thread at a time runs Python.
"""

from __future__ import annotations

import ctypes
import sys

_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h


def share_one_arena() -> bool:
    """Before the first thread. Whether this C library could be told so."""
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    return mallopt is not None and bool(mallopt(_ARENA_MAX, 1))
