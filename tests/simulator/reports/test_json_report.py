"""The JSON report's keys are a contract: these tests are its text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from simulator.conformance.events import Event
from simulator.reports import JsonReport
from simulator.reports.json_report import dumped
from simulator.reports.text import hidden
from tests.simulator.reports import hostile, stream


def report(events: list[Event], tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "report.json"
    stream.feed(JsonReport(path), events)
    data = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(data, dict)
    return data


def test_the_keys_and_their_order(tmp_path: Path) -> None:
    data = report(stream.one_failing(), tmp_path)
    assert list(data)[:8] == [
        "version",
        "tool",
        "target",
        "seed",
        "exit_code",
        "seconds",
        "totals",
        "checks",
    ]
    assert list(data["tool"]) == ["name", "version"]
    assert list(data["target"]) == ["url", "profile", "account_type"]
    assert list(data["totals"]) == [
        "passed",
        "failed",
        "warned",
        "not_testable",
        "known",
        "skipped",
    ]
    for check in data["checks"]:
        assert list(check)[:12] == [
            "code",
            "rule",
            "level",
            "scenario",
            "step",
            "verdict",
            "outcome",
            "message",
            "expected",
            "actual",
            "spec",
            "case",
        ]


def test_the_values_of_a_run(tmp_path: Path) -> None:
    data = report(stream.one_failing(), tmp_path)
    assert data["version"] == 1
    assert data["tool"] == {"name": "payme-sandbox", "version": "0.1.0"}
    assert data["target"] == {"url": stream.URL, "profile": "default", "account_type": "one-time"}
    assert (data["seed"], data["exit_code"], data["seconds"]) == (4218, 1, 6.234)
    assert data["totals"] == {
        "passed": 20,
        "failed": 2,
        "warned": 0,
        "not_testable": 0,
        "known": 0,
        "skipped": 0,
    }
    assert len(data["checks"]) == 22


def test_a_failed_check_whole(tmp_path: Path) -> None:
    checks = report(stream.one_failing(), tmp_path)["checks"]
    failed = [c for c in checks if c["outcome"] == "failed"]
    assert failed[0] == {
        "code": "PM-CR-04",
        "rule": "create.repeat-same-answer",
        "level": "must",
        "scenario": "create.repeat",
        "step": "create",
        "verdict": "answer",
        "outcome": "failed",
        "message": "the second answer differs from the first in create_time",
        "expected": "1763881200123",
        "actual": "1763881200391",
        "spec": "https://developer.help.paycom.uz/metody-merchant-api/createtransaction",
        "case": "x7Kp2",
        "place": {
            "file": "scenarios/create/repeat.yaml",
            "line": 19,
            "column": 13,
            "text": "      same: [result.transaction, result.create_time]",
        },
        "differences": [
            {
                "path": "result.create_time",
                "expected": "1763881200123",
                "actual": "1763881200391 (+268)",
            }
        ],
        "exchanges": [71, 72],
    }
    assert failed[1]["log_lines"][0].startswith("app.log:5512  sqlite3.IntegrityError")


def test_what_ended_the_run_and_what_was_not_seen(tmp_path: Path) -> None:
    died = report(stream.merchant_died(), tmp_path)
    assert died["exit_code"] == 3
    assert "exit code 137" in died["stopped"]
    assert report(stream.not_testable(), tmp_path)["not_looked_at"] == [
        "the database (database = false)"
    ]
    assert "take it out" in report(stream.strict_and_stale(), tmp_path)["baseline"]["stale"][0]


def test_hostile_text_comes_back_whole_and_the_file_shows_it_escaped(tmp_path: Path) -> None:
    data = report(hostile.hostile(), tmp_path)
    assert data["checks"][0]["message"] == hostile.HOSTILE
    text = (tmp_path / "report.json").read_text(encoding="utf-8")
    assert {c for c in text if hidden(c)} == {"\n"}


def test_letters_stay_letters_and_invisible_ones_are_escaped() -> None:
    assert dumped({"a": "Заказ №5 o‘zbek"}) == '{"a":"Заказ №5 o‘zbek"}'
    assert dumped("\x7f\u202e\ud800\U000e0041") == '"\\u007f\\u202e\\ud800\\udb40\\udc41"'
