"""`load`: from flags to an exit code. The load itself is made by processes of its own."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click
import msgspec
from rich.console import Console

from loadtests.board import Outcome, read_outcome
from loadtests.downtime import Downtime
from loadtests.driver import Engine, EngineError
from loadtests.following import Ending, follow
from loadtests.live import Watching
from loadtests.plan import PLAN, Plan, plan_of, read_plan, run_folder
from loadtests.plays import plays_of, share_of
from loadtests.report import ReportError, prepare_reports, show, write_reports
from loadtests.results import LoadRun
from loadtests.summary import load_run
from simulator import __version__
from simulator.cli.masked import masker_of
from simulator.cli.printing import Printing, stdout
from simulator.cli.reckoning import counted_log, reckoned
from simulator.cli.reference import clean_environment, reference_config
from simulator.cli.run import command_line
from simulator.cli.settings import DEFAULT_FILE, load_settings
from simulator.cli.target import TargetError, start_process, wait_ready
from simulator.config import ConfigError, Loaded
from simulator.conformance.yamlfile import ScenarioError
from simulator.interrupts import interrupts
from simulator.observers.process import MerchantProcess


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """The flags of `load`. Those that are None leave it to [load] of the file."""

    config: Path | None = None
    url: str | None = None
    key: str | None = None
    reference: str | None = None
    wait: int | None = None
    seed: int | None = None
    users: int | None = None
    rate: int | None = None
    duration: str | None = None
    shape: str | None = None
    pause: str | None = None
    processes: int | None = None
    orders: int | None = None
    kills: int | None = None
    fail_if: tuple[str, ...] = ()
    scenario: tuple[str, ...] = ()
    scenarios: Path | None = None
    json_file: Path | None = None
    junit_file: Path | None = None
    html_file: Path | None = None

    @property
    def reports(self) -> dict[str, Path]:
        """Where each wanted report goes, by its name."""
        wanted = {"json": self.json_file, "junit": self.junit_file, "html": self.html_file}
        return {name: path for name, path in wanted.items() if path is not None}

    def overrides(self) -> dict[str, str]:
        """Texts by dotted key."""
        found = {
            f"load.{name}": str(getattr(self, name))
            for name in (
                *("users", "rate", "duration", "shape", "pause", "processes", "orders", "kills"),
            )
            if getattr(self, name) is not None
        }
        for name, texts in (("fail_if", self.fail_if), ("scenarios", self.scenario)):
            if texts:
                found[f"load.{name}"] = msgspec.json.encode(list(texts)).decode()
        if self.scenarios is not None:
            found["load.scenarios_folder"] = str(self.scenarios.absolute())
        return found


def run_load(options: LoadOptions) -> int:
    """Load a merchant. The exit code is the verdict."""
    try:
        with ExitStack() as stack:
            return _load(options, stack)
    except TargetError as error:
        click.echo(str(error), err=True)
        return error.exit_code
    except (ConfigError, ReportError, ScenarioError) as error:
        click.echo(str(error), err=True)
        return 2
    except EngineError as error:
        click.echo(f"The load could not be made. Its process printed:\n{error}", err=True)
        return 1
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        return interrupts.code


def _settings(options: LoadOptions, stack: ExitStack) -> tuple[Loaded, Mapping[str, str]]:
    """The merchant's configuration, the reference merchant's if none was named; and the
    environment in which its process and ours read it."""
    further = options.overrides()
    named = options.config or options.url or os.environ.get("PAYME_SANDBOX_URL")
    if options.reference and named:
        text = "--reference starts the reference merchant; leave out --config, --url or it."
        raise TargetError(text, 2)
    if options.reference or not (named or DEFAULT_FILE.exists()):
        variant = options.reference or "one-time"
        path, variables = stack.enter_context(reference_config(variant, "default"))
        environ: Mapping[str, str] = {**clean_environment(), **variables}
        return load_settings(path, None, None, environ, further), environ
    loaded = load_settings(options.config, options.url, options.key, None, further)
    if not loaded.config.merchant.url:
        raise TargetError("No merchant is named: give merchant.url in the file, or --url.", 2)
    if loaded.config.orders is None:
        text = "The file does not say how to get payable orders: add [orders], as for check."
        raise TargetError(text, 2)
    return loaded, _with_key(options)


def _with_key(options: LoadOptions) -> Mapping[str, str]:
    """A key that was given as a flag, for the load's own processes only."""
    return os.environ if options.key is None else {**os.environ, "PAYME_SANDBOX_KEY": options.key}


def _load(options: LoadOptions, stack: ExitStack) -> int:
    loaded, environ = _settings(options, stack)
    if loaded.config.load.kills and not loaded.config.process:
        raise TargetError("--kills needs [process]: only what was started can be killed.", 2)
    plays, _ = plays_of(loaded.config)  # a slip in a scenario is told before anything is started
    prepare_reports(options.reports)
    masker = masker_of(loaded)
    began = time.time_ns() // 1_000_000
    seed = options.seed if options.seed is not None else secrets.randbelow(10_000)
    try:
        process = start_process(loaded, stack, environ)
        wait_ready(loaded.config, process, options.wait)
    except TargetError as error:
        raise TargetError(masker.text(str(error)), error.exit_code) from error
    with _writing():
        folder = run_folder(seed, began)
    plan = plan_of(loaded, seed, began, folder, options.overrides(), share_of(plays))
    return _run(options, loaded, plan, process, environ)


def _run(
    options: LoadOptions,
    loaded: Loaded,
    plan: Plan,
    process: MerchantProcess | None,
    environ: Mapping[str, str],
) -> int:
    printing = stdout()
    console = Console(file=printing.as_text())
    folder = Path(plan.folder)
    _announce(console, plan)
    with _writing():
        plan_file = plan.write()
    with counted_log(loaded, process) as log:
        with (
            Engine(plan_file, environ) as engine,
            Watching(console, plan.duration_ms) as watching,
        ):
            patience, downtime = options.wait or 30, Downtime(folder)
            ending = follow(engine, watching, loaded, process, patience, downtime)
        outcome = read_outcome(folder)
        if outcome is None:
            raise EngineError(masker_of(loaded).text(engine.words()) or "(nothing)")
        run = load_run(plan, outcome, ending, command_line(), __version__)
        run = _masked(run, loaded)
        try:
            run = reckoned(run, loaded, folder, log)
        except KeyboardInterrupt:  # what was measured is kept
            why = f"interrupted during the reckoning; to make it up: payme-sandbox reckon {folder}"
            run = replace(run, stopped=why, exit_code=interrupts.code)
    return _told(run, folder, options.reports, console, printing)


@contextmanager
def _writing() -> Iterator[None]:
    """The run's folder and its first file: TargetError if there can be none."""
    try:
        yield
    except OSError as error:
        where = error.filename or "the run's folder"
        text = f"The load keeps its books in the current folder. {where}: {error.strerror}."
        raise TargetError(text, 2) from error


def _masked(run: LoadRun, loaded: Loaded) -> LoadRun:
    """What a dying merchant prints may hold its key, and so may how its orders were refused."""
    text = masker_of(loaded).text
    return replace(run, stopped=text(run.stopped), notes=tuple(map(text, run.notes)))


def _told(
    run: LoadRun, folder: Path, reports: Mapping[str, Path], console: Console, printing: Printing
) -> int:
    refused = ""
    try:
        write_reports(run, reports)
    except ReportError as error:
        refused = str(error)
    written = [path for path in map(str, reports.values()) if f" {path}: " not in refused]
    show(console, run, [str(folder), *written], refused)
    if refused:
        click.echo(refused, err=True)
    return 2 if run.exit_code == 0 and (refused or printing.trouble) else run.exit_code


def run_reckon(folder: Path, options: LoadOptions) -> int:
    """Reconcile a load that Locust's own command has made. The exit code is as that of `load`."""
    try:
        plan, outcome = _left_behind(folder)
        loaded = load_settings(options.config, options.url or plan.url, options.key)
        prepare_reports(options.reports)
        run = load_run(plan, outcome, Ending(), command_line(), __version__)
        run = reckoned(_masked(run, loaded), loaded, folder, None)
        printing = stdout()
        return _told(run, folder, options.reports, Console(file=printing.as_text()), printing)
    except (ConfigError, ReportError, EngineError) as error:
        click.echo(str(error), err=True)
        return 2
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        return interrupts.code


def _left_behind(folder: Path) -> tuple[Plan, Outcome]:
    try:
        outcome = read_outcome(folder)
        if outcome is None:
            text = "it has no outcome.json, which the master writes when the load has ended"
            raise EngineError(f"{folder} cannot be reconciled: {text}")
        return read_plan(folder / PLAN), outcome
    except (OSError, msgspec.DecodeError) as error:
        raise EngineError(f"{folder} cannot be reconciled: {error}") from error


def _announce(console: Console, plan: Plan) -> None:
    how = f"{plan.rate} payments/s" if plan.rate is not None else f"{plan.users} payers"
    console.print(
        f"load on {plan.url}: {how}, {plan.shape}, {plan.duration_ms // 1000} s, seed {plan.seed}; "
        f"{plan.ahead * plan.workers} orders are made ahead",
        highlight=False,
        soft_wrap=True,
    )
