"""The load under Locust's own command, and its reckoning afterwards."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import msgspec
import pytest

from loadtests.ledger import calls_of
from loadtests.settings import target
from simulator.config import Config, Merchant
from tests.loadtests.locusts import ended, locust, told, until
from tests.merchants.calls import Terms
from tests.merchants.habits import Habits
from tests.merchants.server import serving
from tests.merchants.wire import Shop
from tests.simulator.cli.command import BLIND, KEY, Command


def _paid(folder: Path) -> list[int]:
    """How many orders each process has had paid, as far as their ledgers tell."""
    ledgers = folder.glob(".payme-sandbox/load/*/calls-*.jsonl")
    return [path.read_bytes().count(b'"state":2') for path in ledgers]


@pytest.mark.timeout(900)
def test_locust_with_two_workers_ctrl_c_and_the_reckoning(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    command = Command(tmp_path)
    with serving(Shop(tmp_path / "shop", KEY, Terms(), Habits())) as port:
        command.merchant(f"http://127.0.0.1:{port}/pay", '[load]\npause = "10ms"\n', top=BLIND)
        process = locust(
            tmp_path,
            *("--headless", "--host", f"http://127.0.0.1:{port}", "--processes", "2"),
            *("--users", "4", "--spawn-rate", "4", "--stop-timeout", "10"),
            *("--payme-seed", "77", "--payme-orders", "200"),
        )
        with ended(process):
            both = lambda: len(p := _paid(tmp_path)) == 2 and min(p) > 20  # noqa: E731
            until(both, process, tmp_path)
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does: everybody gets it
            process.wait(timeout=200)
        assert process.returncode == 0, told(tmp_path)
        assert KEY not in told(tmp_path)
        (folder,) = (tmp_path / ".payme-sandbox" / "load").iterdir()
        outcome = msgspec.json.decode((folder / "outcome.json").read_bytes())
        assert outcome["workers"] == 2
        lines = [one for path in folder.glob("calls-*.jsonl") for one in calls_of(path)]
        counted = sum(method["calls"] for method in outcome["methods"].values())
        assert counted == sum(one.fault is None for one in lines), "last words were lost"
        reckoned = command("reckon", str(folder))
    assert reckoned.code == 0, reckoned.text
    assert "The money adds up" in reckoned.out


def test_locust_beside_no_configuration_says_what_it_needs(tmp_path: Path) -> None:
    ran = locust(tmp_path, "--headless", "--host", "http://127.0.0.1:9/payme")
    with ended(ran):
        ran.wait(timeout=100)
    assert ran.returncode == 2
    assert "PAYME_SANDBOX_CONFIG" in told(tmp_path)


def test_a_folder_without_a_load_cannot_be_reckoned(tmp_path: Path) -> None:
    ran = Command(tmp_path).within("reckon", str(tmp_path))
    assert ran.code == 2
    assert "no outcome.json" in ran.err


@pytest.mark.parametrize(
    ("host", "url"),
    [
        (None, "http://127.0.0.1:5000/payme"),
        ("http://10.0.0.7:80", "http://10.0.0.7:80/payme"),
        ("http://10.0.0.7/", "http://10.0.0.7/payme"),
        ("https://shop.test/hook", "https://shop.test/hook"),
    ],
)
def test_host_may_leave_the_path_to_the_file(host: str | None, url: str) -> None:
    assert target(host, Config(merchant=Merchant(url="http://127.0.0.1:5000/payme"))) == url
