"""What cannot be written: the load ends with what could be said, and without a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from loadtests.ledger import Ended, Ledger, LedgerFile, calls_of, line_of
from tests.merchants.calls import Terms
from tests.merchants.habits import Habits
from tests.merchants.server import serving
from tests.merchants.wire import Shop
from tests.simulator.cli.command import BLIND, KEY, Command

_LOAD = '[load]\nusers = 4\nduration = "10m"\npause = "20ms"\norders = 20\n'
_CALL = Ended(at=1, sent=2, took_us=3, method="CreateTransaction", answer="result", id="1")


@dataclass
class _Disk:
    """`os` as the ledger sees it, with room for so many bytes; then a write is cut short, or
    refused."""

    room: int
    short: bool = False

    def __getattr__(self, name: str) -> object:
        return getattr(os, name)

    def write(self, file: int, data: bytes) -> int:
        fits = data[: self.room] if self.short or len(data) <= self.room else b""
        if data and not fits:
            raise OSError(28, "No space left on device")
        self.room -= len(fits)
        return os.write(file, fits)


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    """A command with a shop to load."""
    made = Command(tmp_path)
    (tmp_path / "shop").mkdir()
    with serving(Shop(tmp_path / "shop", KEY, Terms(), Habits())) as port:
        made.merchant(f"http://127.0.0.1:{port}/pay", _LOAD, top=BLIND)
        yield made


@pytest.mark.parametrize("short", [True, False])
def test_a_ledger_ends_with_its_last_whole_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, short: bool
) -> None:
    path = tmp_path / "calls-0.jsonl"
    monkeypatch.setattr("loadtests.ledger.os", _Disk(500, short))
    ledger = Ledger(path)
    written = 500 // (len(line_of(_CALL)) + 1)
    for _ in range(written):
        ledger.write(_CALL)
    with pytest.raises(OSError, match=r"No space left on device: .*calls-0.jsonl"):
        ledger.write(_CALL)
    monkeypatch.setattr("loadtests.ledger.os", _Disk(10_000))
    with pytest.raises(OSError, match="nothing more is written"):
        ledger.write(_CALL)
    ledger.close()
    assert list(calls_of(path)) == [_CALL] * written
    file = LedgerFile(path)
    assert len(list(file.lines())) == written
    assert not file.closed


def test_a_folder_that_cannot_be_made_is_told_before_the_load(
    command: Command, tmp_path: Path
) -> None:
    (tmp_path / ".payme-sandbox").touch()
    ran = command.within("load")
    assert ran.code == 2, ran.text
    assert "The load keeps its books in the current folder. " in ran.err
    assert "Not a directory" in ran.err


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of a process is set from outside")
def test_a_load_ends_early_if_its_ledger_cannot_be_written(
    command: Command, tmp_path: Path
) -> None:
    import resource

    process = command.start("load", "--json", "load.json")
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (8_192, 8_192))  # type: ignore[attr-defined,unused-ignore]
    out, err = process.communicate(timeout=300)
    assert process.returncode == 1, out + err
    words = " ".join(out.split())
    assert "ended early: " in words
    assert "calls-0.jsonl cannot be written: " in words
    assert "Traceback" not in out + err
    assert (tmp_path / "load.json").is_file()


def test_a_report_that_cannot_be_written_is_exit_code_2_at_the_end(
    command: Command, tmp_path: Path
) -> None:
    process = command.start("load", "--duration", "1s", "--html", "page/load.html")
    assert process.stdout is not None
    while "calls" not in (line := process.stdout.readline()):
        assert line, "it ended by itself"
    (tmp_path / "page").rmdir()
    (tmp_path / "page").touch()
    out, err = process.communicate(timeout=300)
    assert process.returncode == 2, out + err
    assert "cannot write the HTML report to page/load.html: " in err
    assert "exit 2: a report could not be written" in out
    assert "exit 0" not in out
    assert "page/load.html" not in out
