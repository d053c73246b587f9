"""When a merchant is taken for gone, and what is shown of a load."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from loadtests.downtime import Downtime
from loadtests.following import Silence
from loadtests.live import line, table


def _progress(second: int, calls: int, unanswered: int, down: int = 0) -> dict[str, Any]:
    numbers = {"calls": calls, "errors": unanswered, "unanswered": unanswered, "down": down}
    latencies = {"p50": 1500, "p95": 20_000, "p99": 250_000, "p99.9": 250_000, "max": 250_000}
    return {
        "elapsed_ms": second * 1000,
        "users": 3,
        "payments": {"performed": calls // 3, "cancelled": 1},
        "methods": {"CreateTransaction": {**numbers, **latencies}},
        "everything": {**numbers, **latencies},
    }


def _gone(reports: list[tuple[int, int, int]], connects: bool) -> int | None:
    """The second at which it is given up."""
    silence = Silence(lambda: connects)
    for second, calls, unanswered in reports:
        if silence.told(_progress(second, calls, unanswered)):
            return second
    return None


_DEAD = [(second, 30 + 10 * second, max(0, 10 * second)) for second in range(30)]


def test_given_up_after_ten_seconds_without_an_answer() -> None:
    assert _gone(_DEAD, connects=False) == 10


def test_not_while_it_takes_calls() -> None:
    assert _gone(_DEAD, connects=True) is None


def test_not_while_it_answers_now_and_then() -> None:
    reports = [(second, 10 * second, 10 * second - second // 9) for second in range(1, 40)]
    assert _gone(reports, connects=False) is None


def test_not_while_nobody_calls() -> None:
    assert _gone([(second, 30, 0) for second in range(30)], connects=False) is None


def test_what_is_shown() -> None:
    console = Console(width=100, record=True, file=None, quiet=False)
    with console.capture() as captured:
        console.print(table(_progress(12, 300, 2), 30_000, _progress(10, 100, 0)))
    shown = captured.get()
    assert "12 of 30 s" in shown
    assert "100 paid (34/s)" in shown
    row = next(one for one in shown.splitlines() if "CreateTransaction" in one)
    assert row.replace("│", " ").split() == [
        *("CreateTransaction", "300", "100", "2", "1.5", "20.0", "250", "250")
    ]
    assert "100 paid  300 calls  2 errors" in line(_progress(12, 300, 2))
    assert "2 errors  7 while it was down" in line(_progress(12, 300, 2, 7))
    with console.capture() as captured:
        console.print(table(_progress(12, 300, 2, 7), 30_000, None))
    assert "down" in captured.get()


def test_when_a_killed_merchant_was_down(tmp_path: Path) -> None:
    moments = iter([100, 200, 300])
    downtime = Downtime(tmp_path, lambda: next(moments))
    assert not downtime.met(0)
    with downtime.lasting():
        assert downtime.met(150)
    assert downtime.met(200)
    assert not downtime.met(201)
    with pytest.raises(ValueError, match="gone"), downtime.lasting():
        raise ValueError("gone")
    assert downtime.met(10_000)
