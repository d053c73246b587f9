"""`replay CASE`: one recorded failing scenario once more, with every call shown."""

from __future__ import annotations

from pathlib import Path

import click

from simulator.cli.cases import CaseError, read_case
from simulator.cli.check import run_check
from simulator.cli.options import CheckOptions


def run_replay(case: str, wait: int | None, key: str | None) -> int:
    """Run the scenario of a case again as it was run; the exit code is that of `check`."""
    try:
        recorded = read_case(case)
    except CaseError as error:
        click.echo(str(error), err=True)
        return 2
    options = recorded.options
    return run_check(
        CheckOptions(
            config=_path(options.get("config")),
            url=_text(options.get("url")),
            key=key,
            profile=_text(options.get("profile")) or "default",
            reference=_text(options.get("reference")),
            scenarios=_path(options.get("scenarios")),
            strict=bool(options.get("strict")),
            only=(recorded.scenario.partition("[")[0],),
            seed=recorded.seed,
            wait=wait,
            verbose=True,
        )
    )


def _text(value: object) -> str | None:
    return str(value) if value else None


def _path(value: object) -> Path | None:
    return Path(str(value)) if value else None
