"""The checkout's benchmark pays, looks on and compares the books; its times are for its readers."""

from __future__ import annotations

import re
import subprocess
import sys

from loadtests.benchmarks.checkout.ending import Ending


def test_payers_and_a_visitor() -> None:
    words = ["--payers", "3", "--duration", "2s", "--tabs", "1", "--rest", "1s"]
    ran = subprocess.run(
        [sys.executable, "-m", "loadtests.benchmarks.checkout", *words],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert ran.returncode == 0, (ran.stdout, ran.stderr)
    paid = re.search(r"^(\d+) paid by 3 payers", ran.stdout, re.MULTILINE)
    assert paid is not None
    assert int(paid[1]) > 0
    assert f"both books say the same: {paid[1]} transactions agree" in ran.stdout
    for row in ("from the link to paid", "a look", "payments", "0 errors"):
        assert re.search(rf"^{row}", ran.stdout, re.MULTILINE), row


def test_books_that_differ_are_told() -> None:
    assert Ending(5, 0, 0, 0, 0).good
    for wrong in (Ending(5, 1, 0, 0, 0), Ending(5, 0, 1, 0, 0), Ending(5, 0, 0, 1, 0)):
        assert not wrong.good
        assert "DO NOT AGREE" in wrong.told()
    assert not Ending(5, 0, 0, 0, lost=1).good
