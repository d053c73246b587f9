"""The reference merchant as it is run in earnest: two server processes on one database."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simulator.cli.reference import clean_environment, reference_config
from tests.databases.postgres import NewDatabase

ROOT = Path(__file__).parents[2]
_PATIENCE_S = 280  # some seconds on a machine of its own

pytestmark = pytest.mark.timeout(300)


def _check(
    folder: Path, server: str, database: str | None, *words: str, **settings: str
) -> dict[str, Any]:
    """`payme-sandbox check --strict` of two processes of that server: its report."""
    with reference_config("one-time", "default") as (template, variables):
        text = template.read_text(encoding="utf-8")
        options = ["--server", server, "--workers", "2"]
        if database is not None:
            options += ["--database", database]
            text, places = re.subn(r'url = "sqlite:[^"]*"', f'url = "{database}"', text)
            assert places == 1
        shown = "".join(f", '{word}'" for word in options)
        # a test hook would move the clock of one process only
        text, places = re.subn(r', PAYME_BACKEND_CLOCK_HOOK = "1"|\[clock\]\nhook = .*\n', "", text)
        assert places == 2
        text, places = re.subn(r"(?m)^(command = \[.*)\]$", rf"\1{shown}]", text)
        assert places == 1
        path = folder / "payme-sandbox.toml"
        path.write_text(text, encoding="utf-8")
        report = folder / "report.json"
        command = [sys.executable, "-m", "simulator", "check", "--config", str(path), "--strict"]
        ran = subprocess.run(
            [*command, "--json", str(report), *words],
            cwd=folder,
            env={
                **clean_environment(),
                **variables,
                **settings,
                "PYTHONPATH": os.pathsep.join(_path()),
            },
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    assert report.exists(), ran.stdout + ran.stderr
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return found


def _path() -> list[str]:
    return [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]


def _wrong(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [c for c in report["checks"] if c["outcome"] in ("failed", "warned", "not_testable")]


def test_the_whole_catalogue_on_postgresql(new_postgres: NewDatabase, tmp_path: Path) -> None:
    report = _check(tmp_path, "granian", new_postgres())
    assert (_wrong(report), report["exit_code"]) == ([], 0)
    assert report["totals"]["passed"] > 6000


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_races_between_two_processes_of_gunicorn(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    database = request.getfixturevalue("new_postgres")() if kind == "postgresql" else None
    report = _check(tmp_path, "gunicorn", database, "--tag", "race")
    assert (_wrong(report), report["exit_code"]) == ([], 0)
    raced = {c["scenario"] for c in report["checks"] if c["outcome"] == "passed"}
    assert {"race.all-methods", "race.all-methods-two-ids", "race.perform-two-orders"} <= raced


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_trouble_with_the_database(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    database = request.getfixturevalue("new_postgres")() if kind == "postgresql" else None
    impatient = {"PAYME_BACKEND_BUSY_MS": "300"}
    report = _check(tmp_path, "granian", database, "--tag", "trouble", **impatient)
    assert (_wrong(report), report["exit_code"]) == ([], 0)
    judged = {c["rule"] for c in report["checks"] if c["outcome"] == "passed"}
    assert {"trouble.system-error", "trouble.whole-or-absent", "trouble.recovers"} <= judged
    log = (tmp_path / "photobooth.log").read_text(encoding="utf-8")
    for method in ("CreateTransaction", "PerformTransaction", "CancelTransaction"):
        assert f"Undecided: {method}" in log, "there was no trouble"
