"""The folder of runs: the newest keep their reports, a run that goes on loses nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.web.pages import shelf as module
from simulator.web.pages.shelf import Record, Shelf


def _id(number: int) -> str:
    return f"{number:012x}"


def _write(shelf: Shelf, run_id: str) -> None:
    for kind in ("html", "json"):
        path = shelf.place(run_id, kind)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(run_id, encoding="utf-8")


def _end(shelf: Shelf, number: int, took: int = 1, going: tuple[str, ...] = ()) -> None:
    """A run that began at `number` ms has written its reports and is over."""
    _write(shelf, _id(number))
    totals = {"passed": number}
    record = Record(_id(number), "k", "selection", "", "", number, took, 0, totals, report=True)
    shelf.put(record, going)


def _reported(shelf: Shelf) -> list[int]:
    return sorted(int(path.parent.name, 16) for path in shelf.folder.glob("*/report.html"))


def test_the_newest_keep_their_reports_and_all_their_verdicts(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, 3)
    for number in range(1, 6):
        _end(shelf, number)

    assert _reported(shelf) == [3, 4, 5]
    assert list(tmp_path.glob("*/report.json")) == [
        path.with_suffix(".json") for path in tmp_path.glob("*/report.html")
    ]
    told = {record.started_at: record for record in shelf.records()}
    assert [told[n].totals for n in range(1, 6)] == [{"passed": n} for n in range(1, 6)]
    assert [told[n].report for n in range(1, 6)] == [False, False, True, True, True]
    assert [told[n].report_removed for n in range(1, 6)] == [True, True, False, False, False]


def test_the_newest_are_those_that_ended_last(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, 2)
    _end(shelf, 10)
    _end(shelf, 1, took=100)
    _end(shelf, 20)

    assert _reported(shelf) == [1, 20]


def test_the_run_that_has_just_ended_is_kept_whatever_the_clock_says(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, 1)
    _end(shelf, 50)
    _end(shelf, 7)

    assert _reported(shelf) == [7]


def test_a_run_that_goes_on_loses_nothing(tmp_path: Path) -> None:
    """It has written its reports and not yet its record, which another one's end must not hit."""
    shelf = Shelf(tmp_path, 1)
    _write(shelf, _id(1))
    _end(shelf, 2, going=(_id(1),))
    _end(shelf, 3, going=(_id(1),))

    assert _reported(shelf) == [1, 3]


def test_what_a_killed_server_left_goes_too(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, 1)
    (tmp_path / _id(1)).mkdir()
    half = tmp_path / _id(1) / ".report.html.x7"
    half.write_text("<html", encoding="utf-8")
    _end(shelf, 2)

    assert not half.exists()


def test_what_is_no_run_stays(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, 1)
    mine = tmp_path / "my notes" / "report.html"
    mine.parent.mkdir()
    mine.write_text("mine", encoding="utf-8")
    _end(shelf, 1)
    _end(shelf, 2)

    assert mine.read_text(encoding="utf-8") == "mine"


def test_the_oldest_records_go_in_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEEP_RECORDS", 4)
    shelf = Shelf(tmp_path, 1)
    for number in range(1, 8):
        _end(shelf, number)

    assert sorted(record.started_at for record in shelf.records()) == [4, 5, 6, 7]
    assert sorted(path.name for path in tmp_path.iterdir()) == [_id(n) for n in (4, 5, 6, 7)]


def test_what_cannot_be_removed_is_told_and_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shelf = Shelf(tmp_path, 1)
    (shelf.place(_id(1), "html") / "a folder where a file should be").mkdir(parents=True)
    _end(shelf, 2)

    assert "cannot be removed" in caplog.text
    assert shelf.record(_id(2)) is not None
