"""Forbidden lines are counted while the log grows; what our own hang-ups cause is not."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from loadtests.reckoning import LogTally
from loadtests.reckoning.log import ForbiddenLines
from simulator.caller.auth import Credentials
from simulator.caller.masking import Masker
from simulator.config.log import ALWAYS_FORBIDDEN
from simulator.observers.log import FileLog
from simulator.observers.log_lines import LogLine

KEY = "a-key-of-the-kassa-with-36-characters"
_GONE = ["Traceback (most recent call last):", "  File x", "BrokenPipeError: [Errno 32]"]
_REAL = ["Traceback (most recent call last):", "  File x", "ValueError: no"]
_CHAINED = [*_GONE, "", "During handling of the above exception, another one occurred:", "", *_REAL]
_MARIA = ["IntegrityError: twice", "Connection reset by peer"]


def test_lines_are_counted_from_the_beginning_of_the_load(tmp_path: Path) -> None:
    path = tmp_path / "shop.log"
    path.write_text("Traceback of yesterday\n")
    masker = Masker(Credentials("Paycom", KEY))
    with (
        closing(FileLog(path)) as log,
        LogTally(log, ALWAYS_FORBIDDEN, masker) as tally,
        path.open("a") as file,
    ):
        for n in range(1000):
            file.write(f"UNIQUE constraint failed {n}\nall is well\n")
        file.write(f"called with {KEY}\nTraceback without its end")
    found = {one.text: one for one in tally.found()}
    assert {text: one.count for text, one in found.items()} == {
        "UNIQUE constraint": 1000,
        "the kassa's key": 1,
        "Traceback": 1,
    }
    assert found["UNIQUE constraint"].place == "shop.log:2"
    assert found["the kassa's key"].example == "called with ••••"
    assert tally.problem() == ""


def test_a_log_that_is_not_there_is_told(tmp_path: Path) -> None:
    masker = Masker(Credentials("Paycom", KEY))
    with closing(FileLog(tmp_path / "none.log")) as log, LogTally(log, (), masker) as tally:
        pass
    assert "there is no file" in tally.problem()


@pytest.mark.parametrize(
    ("lines", "hang_ups", "counts"),
    [
        (_GONE, True, {}),
        (_GONE, False, {"Traceback": 1}),
        (_REAL, True, {"Traceback": 1}),
        (_CHAINED, True, {}),
        ([*_REAL, *_GONE], True, {"Traceback": 1}),
        ([*_REAL, *["quiet"] * 200, *_GONE], True, {"Traceback": 1}),
        ([_GONE[0], *["quiet"] * 200, _GONE[2]], True, {"Traceback": 1}),
        (_MARIA, True, {"IntegrityError": 1}),
    ],
)
def test_only_the_trace_of_a_hang_up_is_excused(
    lines: list[str], hang_ups: bool, counts: dict[str, int]
) -> None:
    forbidden = ForbiddenLines(ALWAYS_FORBIDDEN, hang_ups)
    for number, text in enumerate(lines):
        forbidden.take(LogLine(f"shop.log:{number}", text))
    forbidden.end()
    assert dict(forbidden.counts) == counts
