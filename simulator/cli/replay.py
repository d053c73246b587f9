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
        data = read_case(case)
    except CaseError as error:
        click.echo(str(error), err=True)
        return 2
    options = data["options"]
    assert isinstance(options, dict)
    name = str(data["scenario"]).partition("[")[0]
    return run_check(
        CheckOptions(
            config=_path(options.get("config")),
            url=options.get("url"),
            key=key,
            profile=str(options.get("profile", "default")),
            reference=options.get("reference"),
            scenarios=_path(options.get("scenarios")),
            strict=bool(options.get("strict")),
            only=(name,),
            seed=int(str(data["seed"])),
            wait=wait,
            verbose=True,
        )
    )


def _path(value: object) -> Path | None:
    return Path(str(value)) if value else None
