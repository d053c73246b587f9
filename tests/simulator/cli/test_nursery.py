"""Merchants that are forked from one that has loaded everything: the same, but sooner there."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from simulator.cli.nursery import Born, Nursery
from simulator.cli.reference import BACKEND, clean_environment, reference_config
from simulator.config import load
from simulator.observers.groups import Child
from simulator.observers.process import MerchantProcess

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="merchants are forked on Linux")

Start = Callable[..., Child]


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


@pytest.fixture
def start(nursery: Nursery, tmp_path: Path) -> Start:
    """Start a command in a folder of its own, its output in `output`."""

    def run(*words: str, env: Mapping[str, str] | None = None) -> Child:
        return nursery.spawn(words, tmp_path, env or clean_environment(), tmp_path / "output")

    return run


def test_merchant_ends_by_itself(start: Start, tmp_path: Path) -> None:
    listed = start(*BACKEND, "--list-bugs")

    assert isinstance(listed, Born)
    assert (listed.wait(60), listed.poll()) == (0, 0)
    assert "perform.new-time-each" in (tmp_path / "output").read_text(encoding="utf-8")


def test_wrong_words_are_told_in_its_output(start: Start, tmp_path: Path) -> None:
    wrong = start(*BACKEND, "--bug", "nothing", env={"PAYME_BACKEND_KEY": "key"})
    keyless = start(*BACKEND, env={})

    assert (wrong.wait(60), keyless.wait(60)) == (2, 2)
    told = (tmp_path / "output").read_text(encoding="utf-8")
    assert "'nothing' is no bug" in told
    assert "there is no kassa key" in told, "the environment is the one that was named"


def test_other_commands_are_started_as_ever(start: Start, tmp_path: Path) -> None:
    other = start(sys.executable, "-c", "import os; print(os.getcwd())")

    assert isinstance(other, subprocess.Popen)
    assert other.wait(60) == 0
    assert (tmp_path / "output").read_text(encoding="utf-8").strip() == str(tmp_path)


def test_merchant_is_killed_and_starts_again(merchant: MerchantProcess) -> None:
    first = merchant.died()
    merchant.kill()
    merchant.start_again(60)

    assert first is None
    assert merchant.alive()
    merchant.stop()
    assert not merchant.alive()


def test_none_outlives_the_nursery(merchant: MerchantProcess, nursery: Nursery) -> None:
    nursery.close()

    while _answers(merchant):  # pytest's own time limit ends it
        time.sleep(0.02)
    died = merchant.died()
    assert died is not None
    assert "signal 9" in str(died)


def _answers(merchant: MerchantProcess) -> bool:
    port = urlsplit(merchant._url).port
    assert port
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def merchant(nursery: Nursery) -> Iterator[MerchantProcess]:
    """One that is ready."""
    with reference_config("one-time", "default") as (path, variables):
        loaded = load(path, {}, {**clean_environment(), **variables})
        assert loaded.config.process
        url = loaded.config.merchant.url
        with MerchantProcess(loaded.config.process, url, spawn=nursery.spawn) as process:
            process.start()
            process.wait_ready(60)
            yield process
            assert (path.parent / "photobooth.db").exists(), "it ran in the file's folder"
