"""Help answers at once, and says what there is."""

from __future__ import annotations

import subprocess
import sys
from typing import TypeGuard

import click
import pytest
from click.testing import CliRunner

from simulator.cli import cli
from tests.simulator.cli.command import ROOT, Command
from tests.simulator.cli.conftest import Compare

HEAVY = {"httpx", "sqlalchemy", "pydantic", "ruamel", "rich", "jinja2", "h11", "flask", "alembic"}
LOOK = """
import sys
from simulator.__main__ import main
try:
    sys.argv = ["payme-sandbox", *{words!r}]
    main()
finally:
    print(sorted({{name.partition(".")[0] for name in sys.modules}}), file=sys.stderr)
"""


def test_help(command: Command, whole: Compare) -> None:
    whole("help", command("--help"))


def test_help_of_check(command: Command, whole: Compare) -> None:
    whole("help-check", command.within("check", "-h"))


@pytest.mark.parametrize("words", [["--help"], ["check", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LOOK.format(words=words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0
    loaded = set(eval(ran.stderr))  # our own output
    assert "click" in loaded
    assert loaded & HEAVY == set()


def _is_group(command: click.Command) -> TypeGuard[click.Group]:
    return isinstance(command, click.Group)


def names(group: click.Group) -> list[list[str]]:
    """Every command there is, as words."""
    found: list[list[str]] = []
    for name, command in group.commands.items():
        found += [[name, *rest] for rest in names(command)] if _is_group(command) else [[name]]
    return found


OWN_HELP = [["backend"]]  # handed on to the merchant, see below


@pytest.mark.parametrize("words", [w for w in names(cli) if w not in OWN_HELP], ids=" ".join)
def test_every_command_has_help(words: list[str]) -> None:
    ran = CliRunner().invoke(cli, [*words, "--help"], prog_name="payme-sandbox")
    assert ran.exit_code == 0
    assert ran.output.startswith(f"Usage: payme-sandbox {' '.join(words)} ")


def test_backend_shows_the_merchants_own_help(command: Command) -> None:
    ran = command("backend", "--help")
    assert ran.code == 0
    assert ran.out.startswith("usage: payme-sandbox backend [-h]")
    assert "--port" in ran.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["chek"], "No such command 'chek'"),
        (["check", "--jason", "x"], "No such option '--jason'"),
        (["check", "--level", "musts"], "'musts' is not one of 'must', 'should', 'may'"),
        (["check", "--jobs", "0"], "0 is not in the range 1<=x<=64"),
        (["check", "--seed", "x"], "'x' is not a valid integer"),
        (["check", "--json", "/"], "'/' is a directory"),
        (["explain"], "Missing argument 'CODE'"),
        (["replay"], "Missing argument 'CASE'"),
    ],
)
def test_wrong_usage(words: list[str], says: str) -> None:
    ran = CliRunner().invoke(cli, words, prog_name="payme-sandbox")
    assert ran.exit_code == 2
    assert says in " ".join(ran.stderr.split())
    assert ran.stdout == ""


def test_an_unknown_profile(command: Command, whole: Compare) -> None:
    whole("unknown-profile", command("check", "--profile", "strict"))
