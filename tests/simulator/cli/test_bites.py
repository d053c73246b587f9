"""`make bites`: what a load finds of the bugs that nothing else brings to light."""

from __future__ import annotations

import pytest

from simulator.cli.bites import loaded, main
from simulator.cli.bugs import bugs_of_reference, chosen
from simulator.reports.zoo import Row


def test_a_load_finds_a_bug_and_says_what() -> None:
    (row,) = chosen(bugs_of_reference(), ["simultaneous.one-memory"])
    code, words = loaded(row, seconds=4, users=16)
    assert code == 1, words
    assert "wrong or missing answers" in words


@pytest.mark.parametrize(
    ("missed", "code", "marks"),
    [("", 0, "ok ok ok"), ("simultaneous.deferred", 1, "ok ok FAIL"), ("none", 1, "FAIL FAIL ok")],
)
def test_it_fails_if_a_bug_is_missed_or_something_is_found_without_one(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    missed: str,
    code: int,
    marks: str,
) -> None:
    def seen(row: Row, _seconds: int, _users: int) -> tuple[int, str]:
        found = bool(row.breaks) is not (row.name.split(" ")[0] == missed)
        return (1 if found else 0), "3 paid: a lot"

    monkeypatch.setattr("simulator.cli.bites.loaded", seen)
    assert main(["simultaneous.deferred"]) == code
    lines = capsys.readouterr().out.splitlines()
    assert " ".join(line.split()[0] for line in lines) == marks
    assert "no bug, killed" in lines[1]
    assert "simultaneous.deferred" in lines[2]


def test_an_unknown_bug_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simultaneous.one-memroy"]) == 4
    assert "no bug is called simultaneous.one-memroy" in capsys.readouterr().err
