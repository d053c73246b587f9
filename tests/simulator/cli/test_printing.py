"""Stdout that cannot be written: the run goes on, the reports are written, the verdict stands."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.merchants.habits import Habits
from tests.simulator.cli.command import MINE
from tests.simulator.cli.conftest import Open
from tests.simulator.cli.test_check import BROKEN, habits

FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")
@pytest.mark.parametrize(
    ("merchant", "code", "more"),
    [(Habits(), 2, ()), (habits(BROKEN), 1, ()), (habits(BROKEN), 1, ("--github",))],
)
def test_a_full_disk(shop: Open, merchant: Habits, code: int, more: tuple[str, ...]) -> None:
    command = shop(merchant)
    with FULL.open("w") as full:
        ran = command("check", *MINE, "--json", "r.json", *more, stdout=full)
    assert ran.code == code
    assert ran.err.splitlines() == [
        "stdout cannot be written: No space left on device. The run goes on and writes its reports."
    ]
    assert json.loads((command.folder / "r.json").read_text())["exit_code"] == code


def test_a_reader_that_went_away(shop: Open) -> None:
    command = shop()
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as nobody:
        ran = command("check", *MINE, "--json", "r.json", stdout=nobody)
    assert (ran.code, ran.err) == (0, "")
    assert json.loads((command.folder / "r.json").read_text())["exit_code"] == 0
