"""What a run leaves behind for the next one, and what becomes of it when it is damaged."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from simulator.cli.cases import Case, CaseError, CaseWriter, last_failed, read_case
from simulator.conformance.events import (
    Check,
    Level,
    Outcome,
    RunFinished,
    ScenarioFinished,
    Totals,
    Verdict,
)
from simulator.reports import ReportError


def check(scenario: str, outcome: Outcome) -> Check:
    return Check(
        "PM-AA-01",
        "a.b",
        Level.MUST,
        scenario,
        "one",
        Verdict.ANSWER,
        outcome,
        "Keep.",
        "https://x",
    )


def run(folder: Path, outcomes: Sequence[tuple[str, Outcome]]) -> None:
    """A run of these scenarios, each with one check."""
    writer = CaseWriter({"config": "c.toml"}, folder)
    for number, (name, outcome) in enumerate(outcomes):
        case = "" if outcome is Outcome.PASSED else f"case{number}"
        writer(ScenarioFinished(name, (check(name, outcome),), 5, case))
    writer(RunFinished(Totals(), 0, 5))


def names(folder: Path) -> list[str]:
    data = json.loads((folder / "last-failed.json").read_text(encoding="utf-8"))
    assert list(data) == ["scenarios"]
    return list(data["scenarios"])


def test_what_failed_or_could_not_be_looked_at(tmp_path: Path) -> None:
    outcomes = [
        ("a.failed", Outcome.FAILED),
        ("a.blind", Outcome.NOT_TESTABLE),
        ("a.warned", Outcome.WARNED),
        ("a.good", Outcome.PASSED),
        ("a.row[x]", Outcome.FAILED),
    ]
    run(tmp_path, outcomes)
    assert names(tmp_path) == ["a.failed", "a.blind", "a.row[x]"]
    assert last_failed(tmp_path) == {"a.failed", "a.blind", "a.row"}
    cases = {path.stem for path in (tmp_path / "cases").glob("*.json")}
    assert cases == {"case0", "case1", "case2", "case4"}


def test_a_run_of_some_scenarios_keeps_what_failed_in_others(tmp_path: Path) -> None:
    run(
        tmp_path,
        [("a.one", Outcome.FAILED), ("a.two", Outcome.FAILED), ("a.three", Outcome.PASSED)],
    )
    run(tmp_path, [("a.two", Outcome.PASSED)])
    assert names(tmp_path) == ["a.one"]
    run(tmp_path, [("a.three", Outcome.FAILED)])
    assert names(tmp_path) == ["a.one", "a.three"]
    run(tmp_path, [])
    assert names(tmp_path) == ["a.one", "a.three"]


def test_a_case_can_be_read_again(tmp_path: Path) -> None:
    run(tmp_path, [("a.one", Outcome.FAILED)])
    assert read_case("case0", tmp_path) == Case("a.one", 0, {"config": "c.toml"})


@pytest.mark.parametrize("text", ["", "{", "[]", "5", '{"scenario": "a"}', '{"seed": "x"}'])
def test_damaged_cases(tmp_path: Path, text: str) -> None:
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "x.json").write_text(text, encoding="utf-8")
    with pytest.raises(CaseError, match=r"x\.json is damaged \(.*\); run check again"):
        read_case("x", tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", "5", "{}", '{"scenarios": 5}'])
def test_a_damaged_list_of_failures(tmp_path: Path, text: str) -> None:
    (tmp_path / "last-failed.json").write_text(text, encoding="utf-8")
    with pytest.raises(CaseError, match=r"last-failed\.json is damaged"):
        last_failed(tmp_path)
    run(tmp_path, [("a.one", Outcome.FAILED)])
    assert names(tmp_path) == ["a.one"]


def test_half_a_character_can_be_kept(tmp_path: Path) -> None:
    run(tmp_path, [("a.\ud800", Outcome.FAILED)])
    assert last_failed(tmp_path) == {"a.\ud800"}


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ReportError, match="Run in a folder that you may write to"):
        run(tmp_path / "file", [("a.one", Outcome.FAILED)])
