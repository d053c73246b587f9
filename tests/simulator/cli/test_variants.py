"""Both codes of the shop before the catalogue, on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from simulator.cli.reproduce import FIRST, FORGOTTEN
from tests.backend.merchant import KEY, free_port
from tests.simulator.cli.command import ROOT, Command

PAGE = ROOT / "docs" / "reproduce-unique-bug.md"
ERRORS = {
    "sqlite": "sqlite3.IntegrityError: UNIQUE constraint failed: payments.order_id",
    "postgresql": "psycopg.errors.UniqueViolation: duplicate key value violates unique constraint "
    '"payments_order_id_key"',
}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/shop.db"
    url: str = request.getfixturevalue("new_postgres")()
    return url


def configuration(port: int, variant: str, database: str) -> str:
    """The file of the page, for this shop."""
    page = PAGE.read_text(encoding="utf-8")
    text = page.partition("```toml\n")[2].partition("```")[0]
    started = f"['{sys.executable}', '-m', 'backend', '--variant', '{variant}', '--port', '{port}']"
    for place, value in (
        ('["python", "app.py"]', started),
        ("127.0.0.1:5000", f"127.0.0.1:{port}"),
        ('"sqlite:///photobooth.db"', f'"{database}"'),
    ):
        assert place in text
        text = text.replace(place, value)
    return text


def ran(command: Command, *arguments: str) -> tuple[int, str]:
    """Exit code and output of a run that may show the merchant's tracebacks."""
    with command.start(*arguments) as process:
        out, err = process.communicate(timeout=100)
    assert err == ""
    return process.returncode, out


def failed(command: Command, variant: str, database: str, *only: str) -> list[dict[str, Any]]:
    """The checks that fail in a run of those scenarios, which must end with exit code 1."""
    port = free_port()
    command.write("payme-sandbox.toml", configuration(port, variant, database))
    command.variables |= {
        "PAYME_TEST_KEY": KEY,
        "PAYME_BACKEND_KEY": KEY,
        "PAYME_BACKEND_DATABASE": database,
        "PYTHONPATH": str(ROOT),
    }
    chosen = [word for one in only for word in ("--only", one)]
    code, out = ran(command, "check", "--all", "--json", "report.json", *chosen)
    assert code == 1, out
    report = json.loads((command.folder / "report.json").read_text(encoding="utf-8"))
    return [check for check in report["checks"] if check["outcome"] == "failed"]


def test_before_the_repair(command: Command, database: str) -> None:
    checks = failed(command, "before-fix", database, FIRST)
    own = {check["verdict"] for check in checks if check["rule"] == FIRST}
    assert own == {"answer", "database", "log"}
    lines = [line for check in checks for line in check.get("log_lines", [])]
    assert any(line.endswith(ERRORS[database.partition(":")[0]]) for line in lines)
    assert {"transport.http-200", "log.nothing-forbidden"} <= {check["rule"] for check in checks}


def test_what_the_repair_forgets(command: Command, database: str) -> None:
    checks = failed(command, "after-fix", database, FIRST, *(bug.scenario for bug in FORGOTTEN))
    found = {(check["scenario"], check["rule"]) for check in checks}
    assert {(bug.scenario, bug.rule) for bug in FORGOTTEN} <= found
    assert FIRST not in {check["scenario"] for check in checks}


@pytest.mark.parametrize("variant", ["before-fix", "after-fix"])
def test_they_come_with_the_command(command: Command, variant: str) -> None:
    code, out = ran(command, "check", "--reference", variant, "--only", FIRST)
    assert code == (1 if variant == "before-fix" else 0)
    assert (ERRORS["sqlite"] in out) == (variant == "before-fix")
