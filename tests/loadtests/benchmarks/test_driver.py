"""The driver's own benchmark runs; what it measures is for whoever reads it."""

from __future__ import annotations

import re
import subprocess
import sys


def test_both_kinds_are_measured() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "loadtests.benchmarks.driver", "0.5", "1"],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    rates = re.findall(r"^(bare FastHttpUser|payer) +(\d+) calls/s", ran.stdout, re.MULTILINE)
    assert [kind for kind, _ in rates] == ["bare FastHttpUser", "payer"]
    assert all(int(rate) > 0 for _, rate in rates)
