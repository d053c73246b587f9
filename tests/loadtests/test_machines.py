"""A load of three machines: a master and two workers, one of whom dies in the middle."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from subprocess import Popen

import msgspec
import pytest

from tests.loadtests.locusts import ended
from tests.loadtests.namespaces import Machine, NoNamespaces, machines
from tests.simulator.cli.command import BLIND, KEY, ROOT, Command

_LOCUST = [sys.executable, "-m", "locust", "-f", str(ROOT / "loadtests" / "locustfile.py")]
_SHOP = """
import sys
from pathlib import Path
from tests.merchants.calls import Terms
from tests.merchants.habits import Habits
from tests.merchants.server import server_of
from tests.merchants.wire import Shop
host, key = sys.argv[1:]
server_of(Shop(Path("."), key, Terms(), Habits()), 8000, host).serve_forever()
"""


@pytest.fixture
def three() -> Iterator[list[Machine]]:
    """Joined by a bridge."""
    with ExitStack() as stack:
        try:
            made = stack.enter_context(machines(3))
        except NoNamespaces as error:
            pytest.skip(f"no network namespaces here: {error}")
        yield made


class _Cluster:
    """The programs on the machines, each in a folder of its own."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("LOCUST_", "PAYME_"))}
        self._environ = {**clean, "TEST_KEY": KEY, "PYTHONPATH": str(ROOT), "HOME": str(folder)}

    def start(self, machine: Machine, name: str, words: list[str]) -> Popen[bytes]:
        folder = self._folder / name
        folder.mkdir()
        if name != "shop":
            shutil.copy(self._folder / "payme-sandbox.toml", folder)
        process = machine.start(words, folder, self._environ)
        self._stack.enter_context(ended(process))
        return process

    def again(self, machine: Machine, name: str, words: list[str]) -> Popen[bytes]:
        process = machine.start(words, self._folder / name, self._environ)
        self._stack.enter_context(ended(process))
        return process

    def told(self) -> str:
        return "\n".join(path.read_text() for path in self._folder.glob("*/told"))

    def paid(self, name: str) -> int:
        ledgers = (self._folder / name).glob(".payme-sandbox/load/*/calls-*.jsonl")
        return sum(path.read_bytes().count(b'"state":2') for path in ledgers)

    def until(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + 200
        while not holds():
            assert time.monotonic() < end, f"it does not come to that\n{self.told()}"
            time.sleep(0.1)


@pytest.mark.timeout(900)
def test_master_and_two_workers_one_of_whom_dies(tmp_path: Path, three: list[Machine]) -> None:
    first, second, third = three
    command = Command(tmp_path)
    more = 'allow_remote = true\n[load]\npause = "20ms"\n'
    command.merchant(f"http://{first.address}:8000/pay", more, top=BLIND)
    with ExitStack() as stack:
        cluster = _Cluster(tmp_path, stack)
        cluster.start(first, "shop", [sys.executable, "-c", _SHOP, first.address, KEY])
        run = ["--headless", "--users", "6", "--spawn-rate", "6", "--stop-timeout", "10"]
        ours = ["--payme-seed", "77", "--payme-orders", "200", "--expect-workers", "2"]
        master = cluster.start(first, "master", [*_LOCUST, "--master", *run, *ours])
        work = [*_LOCUST, "--worker", "--master-host", first.address]
        cluster.start(second, "stays", work)
        lost = cluster.start(third, "dies", work)
        cluster.until(lambda: min(cluster.paid("stays"), cluster.paid("dies")) > 20)
        os.killpg(lost.pid, signal.SIGKILL)
        before = cluster.paid("stays")
        cluster.until(lambda: cluster.paid("stays") > before + 40)
        master.send_signal(signal.SIGINT)
        assert master.wait(timeout=200) == 0, cluster.told()
        assert KEY not in cluster.told()
        folder = _gathered(tmp_path)
        reckon = [sys.executable, "-m", "simulator", "reckon", str(folder)]
        reckoned = cluster.again(first, "master", reckon)
        assert reckoned.wait(timeout=200) == 0, cluster.told()
        words = " ".join(cluster.told().split())
    assert "The money adds up" in words
    assert "the last calls of workers that were killed (calls-" in words
    outcome = msgspec.json.decode((folder / "outcome.json").read_bytes())
    assert outcome["workers"] == 2
    ledgers = [path.read_bytes() for path in folder.glob("calls-*.jsonl")]
    assert [ledger.count(b'{"lines":') for ledger in ledgers].count(1) == 1
    assert len(ledgers) == 2


def _gathered(tmp_path: Path) -> Path:
    """The master's folder of the run, with what the workers' machines have of it."""
    (folder,) = (tmp_path / "master" / ".payme-sandbox" / "load").iterdir()
    for name in ("stays", "dies"):
        for path in (tmp_path / name / ".payme-sandbox" / "load" / folder.name).glob("*-*.jsonl"):
            shutil.copy(path, folder)
    return folder
