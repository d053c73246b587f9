"""The load under Locust's own command, and its reckoning afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
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


def _locust(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it in that folder; its own settings on this machine do not reach it."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("LOCUST_", "PAYME_"))}
    return subprocess.run(
        [sys.executable, "-m", "locust", "-f", _LOCUSTFILE, "--headless", *arguments],
        cwd=folder,
        env={**clean, "TEST_KEY": KEY, "PYTHONPATH": str(ROOT), "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_locust_with_two_workers_and_the_reckoning(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    command = Command(tmp_path)
    with serving(Shop(tmp_path / "shop", KEY, Terms(), Habits())) as port:
        command.merchant(f"http://127.0.0.1:{port}/pay", '[load]\npause = "10ms"\n', top=BLIND)
        ran = _locust(
            tmp_path,
            *("--host", f"http://127.0.0.1:{port}", "--processes", "2"),
            *("--users", "4", "--spawn-rate", "4", "--run-time", "5s", "--stop-timeout", "10"),
            *("--payme-seed", "77", "--payme-orders", "30"),
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert KEY not in ran.stdout + ran.stderr
        (folder,) = (tmp_path / ".payme-sandbox" / "load").iterdir()
        assert len(list(folder.glob("calls-*.jsonl"))) == 2
        outcome = msgspec.json.decode((folder / "outcome.json").read_bytes())
        assert outcome["payments"]["performed"] > 1
        reckoned = command("reckon", str(folder))
    assert reckoned.code == 0, reckoned.text
    assert "The money adds up" in reckoned.out


def test_locust_beside_no_configuration_says_what_it_needs(tmp_path: Path) -> None:
    ran = _locust(tmp_path, "--host", "http://127.0.0.1:9/payme")
    assert ran.returncode == 2
    assert "PAYME_SANDBOX_CONFIG" in ran.stderr


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
