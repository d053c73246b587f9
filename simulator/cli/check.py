"""`check`: the main job, from flags to an exit code."""

from __future__ import annotations

import datetime as dt
import os
import secrets
from collections.abc import Mapping
from contextlib import ExitStack

import click

from simulator.cli.cases import CaseError, last_failed
from simulator.cli.masked import masker_of
from simulator.cli.options import CheckOptions
from simulator.cli.reference import clean_environment, reference_config
from simulator.cli.run import Run
from simulator.cli.settings import DEFAULT_FILE, load_settings
from simulator.cli.target import Choices, TargetError, start_process
from simulator.config import ConfigError, Loaded
from simulator.conformance.baseline import Baseline, BaselineError, Known, load_baseline
from simulator.conformance.load import PlacedScenario, load_catalogue
from simulator.conformance.runner import jobs_of
from simulator.conformance.selection import NothingSelected, Selection, select
from simulator.conformance.yamlfile import ScenarioError
from simulator.interrupts import interrupts
from simulator.reports import ReportError


def run_check(options: CheckOptions) -> int:
    """Check a merchant. The exit code is the verdict."""
    try:
        with ExitStack() as stack:
            return _check(options, stack)
    except TargetError as error:
        click.echo(str(error), err=True)
        return error.exit_code
    except (ConfigError, ScenarioError, BaselineError, CaseError) as error:
        click.echo(str(error), err=True)
        return 2
    except NothingSelected as error:
        click.echo(str(error), err=True)
        return 4
    except ReportError as error:
        click.echo(str(error), err=True)
        return 2
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        return interrupts.code


def _settings(options: CheckOptions, stack: ExitStack) -> tuple[Loaded, Mapping[str, str]]:
    """The target's configuration, the reference merchant's if none was named; and the
    environment that its process begins with."""
    named = options.config or options.url or os.environ.get("PAYME_SANDBOX_URL")
    if options.reference and named:
        text = "--reference starts the reference merchant; leave out --config, --url or it."
        raise TargetError(text, 2)
    if options.reference or not (named or DEFAULT_FILE.exists()):
        variant = options.reference or "one-time"
        path, variables = stack.enter_context(reference_config(variant, options.profile))
        environ = {**clean_environment(), **variables}
        return load_settings(path, None, None, environ), environ
    loaded = load_settings(options.config, options.url, options.key)
    if not loaded.config.merchant.url:
        raise TargetError("No merchant is named: give merchant.url in the file, or --url.", 2)
    return loaded, os.environ


def _refuse_slips(options: CheckOptions) -> None:
    """A report may not go over another one, nor over what the run reads."""
    reports = {
        "--json": options.json_file,
        "--junit": options.junit_file,
        "--html": options.html_file,
    }
    taken = {"--config": options.config or DEFAULT_FILE, "--baseline": options.baseline}
    seen = {path.resolve(): flag for flag, path in taken.items() if path is not None}
    for flag, path in reports.items():
        if path is None:
            continue
        if str(path) == "-":
            text = f"{flag} writes a file, and stdout has the report for people: name a file."
            raise TargetError(text, 2)
        other = seen.setdefault(path.resolve(), flag)
        if other != flag:
            raise TargetError(f"{flag} and {other} name the same file, {path}: name two.", 2)


def _check(options: CheckOptions, stack: ExitStack) -> int:
    _refuse_slips(options)
    loaded, environ = _settings(options, stack)
    known = load_baseline(options.baseline) if options.baseline else []
    try:
        process = None if options.dry_run else start_process(loaded, stack, environ)
    except TargetError as error:
        raise TargetError(masker_of(loaded).text(str(error)), error.exit_code) from error
    catalogue = load_catalogue(options.scenarios)  # while the merchant is starting
    chosen = select(
        catalogue.scenarios,
        catalogue.rules,
        Selection(
            options.only,
            options.tag,
            options.level,
            last_failed() if options.last_failed else None,
            options.everything,
        ),
    )
    if options.dry_run:
        for scenario in chosen:
            click.echo(f"{scenario.id}  {scenario.scenario.title}")
        return 0
    seed = options.seed if options.seed is not None else secrets.randbelow(10_000)
    run = Run(options, loaded, catalogue, chosen, seed, _baseline(known, chosen))
    choices = Choices(
        options.profile,
        options.strict,
        seed,
        options.wait,
        at_once=options.jobs > 1,
        everything=options.everything,
    )
    return run.go(process, choices)


def _baseline(known: list[Known], chosen: list[PlacedScenario]) -> Baseline:
    chancy = {job.name for job in jobs_of(chosen) if job.placed.scenario.rounds > 1}
    return Baseline(known, dt.date.today(), chancy)
