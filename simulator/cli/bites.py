"""Does a short load find each bug that shows under simultaneous calls, or in a crash?

    python -m simulator.cli.bites [GLOB…] [--seconds 20] [--users 20]

The reference merchant is loaded as it is, with and without being killed meanwhile, and then with
each of its bugs of that kind, as `payme-sandbox load` does it for anybody. Exit code 1 if a bug is
not found, or something is found without one.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from simulator.cli.bugs import NoBugs, bugs_of_reference, chosen
from simulator.cli.reference import clean_environment, reference_config
from simulator.reports.zoo import Row

FAMILIES = ("simultaneous", "durability")
CRASH = "crash"
KILLS = 3
FOUND = (1, 3, 5)  # 3: it does not come up again
_WIDTH = 38


def main(words: Sequence[str] | None = None) -> int:
    """Prints a line for each run."""
    options = _parser().parse_args(words)
    try:
        rows = chosen(bugs_of_reference(), options.only or FAMILIES)
    except NoBugs as error:
        sys.stderr.write(f"{error}\n")
        return error.code
    right = Row.without_bug("one-time", "default")
    good = True
    for row in [right, replace(right, needs=CRASH), *rows]:
        code, told = loaded(row, options.seconds, options.users)
        as_it_should = code in FOUND if row.breaks else code == 0
        good = good and as_it_should
        name = row.name if row.breaks else f"no bug{', killed' if row.needs == CRASH else ''}"
        mark = "ok" if as_it_should else "FAIL"
        click.echo(f"{mark:<5} {name:<{_WIDTH}} exit {code}  {told}")
    return 0 if good else 1


def loaded(row: Row, seconds: int, users: int) -> tuple[int, str]:
    """The exit code of a load on the merchant with that bug, and what was found."""
    bugs = [row.name] if row.breaks else []
    with (
        tempfile.TemporaryDirectory(prefix="psb-bites-") as name,
        reference_config(row.setup, row.profile, bugs) as (path, variables),
    ):
        report = Path(name) / "load.json"
        command = [sys.executable, "-m", "simulator", "load", "--config", str(path)]
        command += ["--duration", f"{seconds}s", "--users", str(users), "--json", str(report)]
        command += ["--kills", str(KILLS)] if row.needs == CRASH else []
        environ = {**clean_environment(), **variables}
        ran = subprocess.run(
            command, env=environ, cwd=name, capture_output=True, text=True, check=False
        )
        if not report.exists():
            return ran.returncode, (ran.stderr or ran.stdout).strip()
        return ran.returncode, _words(json.loads(report.read_text(encoding="utf-8")))


def _words(told: Mapping[str, Any]) -> str:
    reckoning = told["reckoning"] or {}
    parts = [f"{kind} {count}" for kind, count in reckoning.get("counts", {}).items() if count]
    parts += [f'"{line["text"]}" in the log {line["count"]}' for line in reckoning.get("log", [])]
    wrong = sum(one["count"] for one in told["errors"] if not (one["deserved"] or one["down"]))
    parts += [f"wrong or missing answers {wrong}"] if wrong else []
    parts += [str(told["stopped"]).splitlines()[0]] if told["stopped"] else []
    return f"{told['payments']} paid: {', '.join(parts) or 'nothing found'}"


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="make bites", description=__doc__.partition("\n")[0])
    made.add_argument("only", nargs="*", metavar="GLOB", help="bugs, families or rules")
    made.add_argument("--seconds", type=int, default=20, help="of each load (20)")
    made.add_argument("--users", type=int, default=20, help="payers at once (20)")
    return made


if __name__ == "__main__":
    sys.exit(main())
