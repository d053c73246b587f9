"""`bugs`: the bugs that the reference merchant can be given, listed or each of them checked."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import click
from rich.console import Console

from simulator.cli.matrix import run_matrix
from simulator.cli.reference import BACKEND, clean_environment
from simulator.conformance.load import load_catalogue
from simulator.conformance.yamlfile import ScenarioError
from simulator.interrupts import interrupts
from simulator.reports.files import ReportError, prepare, write_atomically
from simulator.reports.json_report import dumped
from simulator.reports.zoo import Matrix, Row, listed, matrix_document, summed_up
from simulator.reports.zoo_page import matrix_page

_STDOUT = Path("-")


class NoBugs(Exception):
    """The list cannot be had, or nothing in it fits; the text says why. `code` is the run's."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code


def run_bugs(
    *,
    json_file: Path | None,
    matrix: bool,
    only: Sequence[str],
    html_file: Path | None,
    jobs: int | None,
) -> int:
    """List the bugs, or check each. Exit code 1 if one is missed or told of by accident only."""
    try:
        _refuse_slips(json_file, matrix, html_file)
        rows = chosen(bugs_of_reference(), only)
        if not matrix:
            text = dumped([row.told() for row in rows]) if json_file else listed(rows)
            click.echo(text)
            return 0
        for path, name in ((json_file, "matrix as JSON"), (html_file, "matrix as HTML")):
            if path is not None:
                prepare(path, name)
        return _matrix(rows, json_file, html_file, jobs or os.cpu_count() or 1)
    except NoBugs as error:
        click.echo(str(error), err=True)
        return error.code
    except (ScenarioError, ReportError) as error:
        click.echo(str(error), err=True)
        return 2
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        return interrupts.code


def _refuse_slips(json_file: Path | None, matrix: bool, html_file: Path | None) -> None:
    if html_file is not None and not matrix:
        raise NoBugs("--html is for the matrix; add --matrix", 2)
    if matrix and json_file == _STDOUT:
        raise NoBugs("--matrix --json needs a file: --json matrix.json", 2)
    if not matrix and json_file not in (None, _STDOUT):
        raise NoBugs("--json with a file is for the matrix; add --matrix, or leave FILE out", 2)


def bugs_of_reference() -> list[Row]:
    """The rows that `python -m backend --list-bugs --json` tells. Raises NoBugs."""
    command = [*BACKEND, "--list-bugs", "--json"]
    ran = subprocess.run(
        command, env=clean_environment(), capture_output=True, text=True, check=False
    )
    if ran.returncode:
        raise NoBugs(f"the reference merchant does not tell its bugs:\n{ran.stderr}", 3)
    return [Row.read(row) for row in json.loads(ran.stdout)]


def chosen(rows: Sequence[Row], only: Sequence[str]) -> list[Row]:
    """The rows that a glob names by bug, family or rule. Raises NoBugs."""
    found = [row for row in rows if not only or any(_named(row, glob) for glob in only)]
    if not found:
        raise NoBugs(f"no bug is called {' '.join(only)}. See: payme-sandbox bugs", 4)
    return found


def _named(row: Row, glob: str) -> bool:
    return any(fnmatchcase(name, glob) for name in (row.name, row.family, *row.breaks))


def _matrix(rows: Sequence[Row], json_file: Path | None, html_file: Path | None, jobs: int) -> int:
    rules = load_catalogue().rules
    strange = {rule for row in rows for rule in row.breaks} - set(rules)
    if strange:
        raise NoBugs(f"the catalogue has no rule {', '.join(sorted(strange))}", 2)
    console = Console()
    started = time.monotonic()
    runs = run_matrix(rows, jobs, console)
    matrix = Matrix(tuple(runs), rules, round(time.monotonic() - started))
    click.echo(summed_up(matrix))
    if json_file is not None:
        write_atomically(json_file, dumped(matrix_document(matrix)), "matrix as JSON")
    if html_file is not None:
        write_atomically(html_file, matrix_page(matrix), "matrix as HTML")
    return 0 if matrix.good else 1
