"""What was recorded is played again by `check`: against a right merchant, and one with a bug."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simulator.web.faults import NewFault
from tests.simulator.web.conftest import KASSA, Bench


@pytest.fixture
def recorded(client: Any, bench: Bench, tmp_path: Path) -> Path:
    """A folder with the file that was downloaded after a day's traffic."""
    paid = bench.pay("A-1")
    bench.begin("A-1")  # taken by now
    bench.begin("none-1")
    bench.begin("A-2", amount=700)
    bench.server.payments.cancel(paid.id)
    bench.go_on(paid)
    fault = NewFault(KASSA, "drop-reply", method="CreateTransaction", times=1)
    bench.server.faults.add(fault)
    bench.go_on(bench.pay("A-3"), 60_000)
    answer = client.get("/control/journal.yaml")
    assert answer.status_code == 200
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "recorded.yaml").write_bytes(answer.data)
    return folder


def check(folder: Path, reference: str) -> subprocess.CompletedProcess[str]:
    """As docs/serve.md tells to, in a process of its own."""
    command = [sys.executable, "-m", "simulator", "check", "--scenarios", str(folder)]
    command += ["--only", "recorded.recorded", "--reference", reference]
    return subprocess.run(command, cwd=folder.parent, capture_output=True, text=True, check=False)


def test_it_is_played_again(recorded: Path) -> None:
    text = (recorded / "recorded.yaml").read_text(encoding="utf-8")
    assert text.count("none-1") == 1, "an order that is not there stays so"
    assert "amount: 700" in text
    right = check(recorded, "one-time")
    assert right.returncode == 0, right.stdout
    wrong = check(recorded, "before-fix")
    assert wrong.returncode == 1, wrong.stdout
    assert "UNIQUE constraint failed" in wrong.stdout
