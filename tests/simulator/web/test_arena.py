"""Threads that come and go leave the process as large as it is with one heap."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

# Each thread of many at once takes a little of its own, which glibc puts on a heap of its own.
_HEAPS = """
import threading
from pathlib import Path
from simulator.web.arena import share_one_arena
told = share_one_arena() if {told} else False
ready, go = threading.Barrier(9), threading.Event()
def work():
    kept = [bytes(2000) for _ in range(50)]
    ready.wait(); go.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
for one in threads: one.start()
ready.wait()
heaps = sum(" rw-p " in line and int(line.split("-")[0], 16) % 2**26 == 0
            for line in Path("/proc/self/maps").read_text().splitlines())
go.set()
for one in threads: one.join()
print(told, heaps)
"""


def _heaps(told: bool) -> tuple[str, int]:
    words = [sys.executable, "-c", _HEAPS.format(told=told)]
    ran = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
    done, heaps = ran.stdout.split()
    return done, int(heaps)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="what glibc does, and others do not")
def test_threads_get_no_heaps_of_their_own() -> None:
    assert _heaps(told=False)[1] > 1
    assert _heaps(told=True) == ("True", 0)
