"""Files are written whole or not at all, and what cannot be written says what to do."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.conformance.events import Event
from simulator.reports import (
    Broadcast,
    FileReport,
    HtmlReport,
    JsonReport,
    JunitReport,
    ReportError,
)
from simulator.reports.collect import Run
from tests.simulator.reports import hostile, stream

KINDS: list[type[FileReport]] = [JsonReport, JunitReport, HtmlReport]


class Words(FileReport):
    """A report of one word."""

    name = "word"

    def render(self, run: Run) -> str:
        return "слово\n"


@pytest.mark.parametrize("kind", KINDS)
def test_folders_are_made_and_nothing_else_is_left(kind: type[FileReport], tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "report"
    report = kind(path)
    stream.feed(report, stream.one_failing())
    assert report.written
    assert [p.name for p in path.parent.iterdir()] == ["report"]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_written_before_the_end(kind: type[FileReport], tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_text("the last run", encoding="utf-8")
    report = kind(path)
    stream.feed(report, stream.one_failing()[:-1])
    assert path.read_text(encoding="utf-8") == "the last run"
    assert not report.written


def test_a_report_is_as_readable_as_any_file(tmp_path: Path) -> None:
    path = tmp_path / "word"
    stream.feed(Words(path), stream.all_green())
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(ordinary.stat().st_mode)
    assert path.read_bytes() == "слово\n".encode()


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_in_the_place_of_the_file_is_told_before_the_run(
    kind: type[FileReport], tmp_path: Path
) -> None:
    with pytest.raises(ReportError) as caught:
        kind(tmp_path)(stream.all_green()[0])
    assert str(caught.value) == (
        f"cannot write the {kind.name} to {tmp_path}: is a folder. "
        "Name a file in a folder that you may write to."
    )


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ReportError, match=r"cannot write the word to .*: (File exists|Not a dir)"):
        Words(tmp_path / "file" / "word")(stream.all_green()[0])


def test_a_disk_that_fails_at_the_end_leaves_the_old_file_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "word"
    path.write_text("old", encoding="utf-8")
    report = Words(path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    events = stream.all_green()
    stream.feed(report, events[:-1])
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(ReportError, match="No space left on device"):
        report(events[-1])
    assert [p.name for p in tmp_path.iterdir()] == ["word"]
    assert path.read_text(encoding="utf-8") == "old"
    assert not report.written


def test_one_report_that_fails_keeps_no_other_from_being_written(tmp_path: Path) -> None:
    bad, good = Words(tmp_path), Words(tmp_path / "word")
    heard: list[Event] = []
    everybody = Broadcast([bad, good, heard.append])
    events = stream.all_green()
    for event in events:
        with _complaint(event in (events[0], events[-1])):
            everybody(event)
    assert good.written
    assert heard == events


def _complaint(expected: bool) -> pytest.RaisesExc[ReportError] | _Nothing:
    return pytest.raises(ReportError) if expected else _Nothing()


class _Nothing:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


@pytest.mark.parametrize("make", [hostile.hostile, stream.interrupted, stream.nothing_selected])
@pytest.mark.parametrize("kind", KINDS)
def test_every_run_can_be_written(
    kind: type[FileReport], make: Callable[[], list[Event]], tmp_path: Path
) -> None:
    report = kind(tmp_path / "report")
    stream.feed(report, make())
    assert report.path.stat().st_size < 1_000_000
