"""Processes that stay on one processor: each worker on another one, while there are enough."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from backend import settings
from backend.settings import Settings, SettingsError
from tests.backend.merchant import KEY, serving

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has it")


def of_threads(pid: int) -> list[set[int]]:
    """The processors that each thread of a process may use."""
    found: list[set[int]] = []
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(ProcessLookupError):
            found.append(os.sched_getaffinity(int(thread.name)))
    return found


def test_each_worker_stays_on_a_processor_of_its_own(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2", "--pin") as server:
        server.performed(server.order())
        listed = Path(f"/proc/{server.process.pid}/task").glob("*/children")
        workers = [int(pid) for one in listed for pid in one.read_text().split()]
        kept = [allowed for pid in workers for allowed in of_threads(pid)]
    assert len(workers) == 2
    assert all(len(processors) == 1 for processors in kept)
    spread = {min(processors) for processors in kept}
    assert len(spread) == min(2, len(os.sched_getaffinity(0)))


def test_a_system_that_cannot_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "can_stay", lambda: False)
    with pytest.raises(SettingsError, match="leave out --pin"):
        Settings(key=KEY, pinned=True)
    assert not Settings(key=KEY).pinned
