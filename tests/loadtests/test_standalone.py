"""The load under Locust's own command, and its reckoning afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from loadtests.settings import target
from simulator.config import Config, Merchant
from tests.merchants.calls import Terms
from tests.merchants.habits import Habits
from tests.merchants.server import serving
from tests.merchants.wire import Shop
from tests.simulator.cli.command import BLIND, KEY, ROOT, Command

_LOCUSTFILE = str(ROOT / "loadtests" / "locustfile.py")


def _locust(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Run it in that folder; its own settings on this machine do not reach it."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("LOCUST_", "PAYME_"))}
    return subprocess.Popen(
        [sys.executable, "-m", "locust", "-f", _LOCUSTFILE, "--headless", *arguments],
        cwd=folder,
        env={**clean, "TEST_KEY": KEY, "PYTHONPATH": str(ROOT), "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _paid(folder: Path) -> bool:
    """Whether enough orders have been paid for a verdict, as far as the ledger tells."""
    ledgers = [path.read_bytes() for path in folder.glob(".payme-sandbox/load/*/calls-*.jsonl")]
    return sum(ledger.count(b'"state":2') for ledger in ledgers) > 60


def test_locust_by_itself_and_the_reckoning(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    command = Command(tmp_path)
    with serving(Shop(tmp_path / "shop", KEY, Terms(), Habits())) as port:
        command.merchant(f"http://127.0.0.1:{port}/pay", '[load]\npause = "10ms"\n', top=BLIND)
        process = _locust(
            tmp_path,
            *("--host", f"http://127.0.0.1:{port}"),
            *("--users", "4", "--spawn-rate", "4", "--stop-timeout", "10"),
            *("--payme-seed", "77", "--payme-orders", "200"),
        )
        try:
            until = time.monotonic() + 60
            while not _paid(tmp_path) and process.poll() is None and time.monotonic() < until:
                time.sleep(0.1)
            process.send_signal(signal.SIGTERM)
            _, told = process.communicate(timeout=30)
        finally:
            process.kill()
            process.communicate()
        assert process.returncode == 0, told
        assert KEY not in told
        (folder,) = (tmp_path / ".payme-sandbox" / "load").iterdir()
        outcome = msgspec.json.decode((folder / "outcome.json").read_bytes())
        assert outcome["payments"]["performed"] > 1
        reckoned = command("reckon", str(folder))
    assert reckoned.code == 0, reckoned.text
    assert "The money adds up" in reckoned.out


def test_locust_beside_no_configuration_says_what_it_needs(tmp_path: Path) -> None:
    ran = _locust(tmp_path, "--host", "http://127.0.0.1:9/payme")
    _, told = ran.communicate(timeout=100)
    assert ran.returncode == 2
    assert "PAYME_SANDBOX_CONFIG" in told


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
