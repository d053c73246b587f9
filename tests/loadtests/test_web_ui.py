"""Locust's web UI, by the addresses that its page calls: two loads in a row, each reconciled."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import httpx
import pytest

from tests.loadtests.locusts import ended, locust, told, until
from tests.merchants.calls import Terms
from tests.merchants.habits import Habits
from tests.merchants.server import serving
from tests.merchants.wire import Shop
from tests.simulator.caller.servers import closed_port
from tests.simulator.cli.command import BLIND, KEY, Command


def _there(web: httpx.Client) -> bool:
    try:
        return web.get("/stats/requests").status_code == 200
    except httpx.TransportError:
        return False


def _paid(folder: Path) -> list[int]:
    """How many orders each load has had paid."""
    ledgers = folder.glob(".payme-sandbox/load/*/calls-*.jsonl")
    return [path.read_bytes().count(b'"state":2') for path in ledgers]


@pytest.mark.timeout(900)
def test_two_loads_in_a_row_from_the_web_ui(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    command = Command(tmp_path)
    with serving(Shop(tmp_path / "shop", KEY, Terms(), Habits())) as port:
        command.merchant(f"http://127.0.0.1:{port}/pay", '[load]\npause = "10ms"\n', top=BLIND)
        address = closed_port()
        process = locust(
            tmp_path,
            *("--web-host", "127.0.0.1", "--web-port", str(address), "--stop-timeout", "10"),
            *("--payme-orders", "100"),
        )
        with (
            ended(process),
            httpx.Client(base_url=f"http://127.0.0.1:{address}", timeout=200) as web,
        ):
            until(lambda: _there(web), process, tmp_path)
            for number in (1, 2):
                host = f"http://127.0.0.1:{port}"
                form = {"user_count": "3", "spawn_rate": "3", "host": host}
                assert web.post("/swarm", data=form).json()["success"]
                paid = lambda n=number: len(p := _paid(tmp_path)) == n and min(p) > 20  # noqa: E731
                until(paid, process, tmp_path)
                assert web.post("/stop").json()["success"]
                left = list(tmp_path.glob(".payme-sandbox/load/*/outcome.json"))
                assert len(left) == number, told(tmp_path)
            os.killpg(process.pid, signal.SIGINT)
            process.wait(timeout=200)
        assert process.returncode == 0, told(tmp_path)
        assert "Traceback" not in told(tmp_path)
        for outcome in left:
            reckoned = command("reckon", str(outcome.parent))
            assert reckoned.code == 0, reckoned.text
            assert "The money adds up" in reckoned.out
