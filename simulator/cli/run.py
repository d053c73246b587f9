"""One run of `check`: its listeners, its events, its exit code."""

from __future__ import annotations

import os
import shlex
import sys
import threading
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import click
from rich.console import Console

from simulator import __version__
from simulator.caller.wire import Exchange
from simulator.cli.cases import FOLDER, CaseWriter
from simulator.cli.masked import masker_of
from simulator.cli.options import CheckOptions
from simulator.cli.printing import stdout
from simulator.cli.target import (
    Choices,
    Opened,
    TargetError,
    not_looked_at,
    open_target,
)
from simulator.config import Loaded
from simulator.conformance.audit import rest_of_log
from simulator.conformance.baseline import Baseline
from simulator.conformance.events import (
    Check,
    Event,
    ExchangeDone,
    Listener,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    Target,
    Totals,
)
from simulator.conformance.floor import Floor, elapsed_ms
from simulator.conformance.load import Catalogue, PlacedScenario
from simulator.conformance.masked import masked
from simulator.conformance.preflight import preflight
from simulator.conformance.runner import Runner, jobs_of
from simulator.interrupts import interrupts
from simulator.observers.process import MerchantProcess
from simulator.reports import (
    Broadcast,
    CaseScripts,
    ConsoleReport,
    FileReport,
    GithubReport,
    HtmlReport,
    JsonReport,
    JunitReport,
)


def command_line() -> str:
    """The command as it was typed, with a key given as a flag masked."""
    words = ["payme-sandbox", *sys.argv[1:]]
    for index, word in enumerate(words):
        if word == "--key" and index + 1 < len(words):
            words[index + 1] = "••••"
        elif word.startswith("--key="):
            words[index] = "--key=••••"
    return shlex.join(words)


@dataclass(slots=True)
class _Tally:
    """Counts outcomes as scenarios finish."""

    counts: dict[str, int] = field(default_factory=dict)

    def __call__(self, event: Event) -> None:
        if isinstance(event, ScenarioFinished):
            for check in event.checks:
                name = check.outcome.value
                self.counts[name] = self.counts.get(name, 0) + 1

    def totals(self) -> Totals:
        return Totals(**self.counts)


class Run:
    """One run: its listeners, its events, its exit code."""

    def __init__(
        self,
        options: CheckOptions,
        loaded: Loaded,
        catalogue: Catalogue,
        chosen: list[PlacedScenario],
        seed: int,
        baseline: Baseline,
    ) -> None:
        self._options = options
        self._loaded = loaded
        self._catalogue = catalogue
        self._jobs = jobs_of(chosen)
        self._seed = seed
        self._baseline = baseline
        self._tally = _Tally()
        self._started = time.monotonic_ns()
        self._lock = threading.Lock()
        self._stdout = stdout()
        self._masker = masker_of(loaded)
        self._console, self._broadcast = self._listeners()

    def _listeners(self) -> tuple[ConsoleReport, Broadcast]:
        options = self._options
        files: list[FileReport] = []
        if options.json_file:
            files.append(JsonReport(options.json_file))
        if options.junit_file:
            files.append(JunitReport(options.junit_file))
        if options.html_file:
            files.append(HtmlReport(options.html_file))
        console = ConsoleReport(
            Console(file=self._stdout.as_text()), verbose=options.verbose, reports=files
        )
        step_summary = os.environ.get("GITHUB_STEP_SUMMARY")
        github = [GithubReport(self._stdout.as_text(), step_summary)] if options.github else []
        kept = {
            name: str(value) if isinstance(value, Path) else value
            for name, value in asdict(options).items()
            if name in ("config", "profile", "reference", "scenarios", "strict")
        }
        kept["url"] = options.url or os.environ.get("PAYME_SANDBOX_URL")
        cases: list[Listener] = [CaseWriter(kept), CaseScripts(FOLDER / "cases")]
        return console, Broadcast([self._tally, *cases, *files, *github, console])

    def _listen(self, event: Event) -> None:
        shown = masked(event, self._masker)
        with self._lock:
            self._broadcast(shown)

    def go(self, process: MerchantProcess | None, choices: Choices) -> int:
        """Open the target, run, close, and report whatever became of it."""
        try:
            return self._go(process, choices)
        finally:
            self._console.close()

    def _go(self, process: MerchantProcess | None, choices: Choices) -> int:
        floor = Floor(self._options.jobs)
        stopped, code = "", 0
        try:
            with interrupts.held():
                self._begin(not_looked_at(self._loaded.config, choices.at_once))
            with open_target(
                self._loaded,
                process,
                self._catalogue.rules,
                choices,
                self._journal,
                floor,
            ) as opened:
                stopped, code = self._run(opened, floor)
        except TargetError as error:
            stopped, code = str(error), error.exit_code
        except KeyboardInterrupt:
            stopped, code = "interrupted", interrupts.code
        with interrupts.held():
            return self._finish(stopped, code)

    def _begin(self, unseen: tuple[str, ...]) -> None:
        merchant = self._loaded.config.merchant
        self._listen(
            RunStarted(
                tool_version=__version__,
                target=Target(merchant.url, self._options.profile, merchant.account_type),
                seed=self._seed,
                strict=self._options.strict,
                command=command_line(),
                started_at=time.time_ns() // 1_000_000,
                scenarios=len(self._jobs),
                rules=dict(self._catalogue.rules),
                not_looked_at=unseen,
                baseline=str(self._options.baseline or ""),
            )
        )

    def _journal(self, exchange: Exchange) -> None:
        self._listen(ExchangeDone(exchange))

    def _scenario(self, event: Event) -> None:
        if isinstance(event, ScenarioFinished):
            event = replace(event, checks=self._baseline.settle(event.checks))
        self._listen(event)

    def _run(self, opened: Opened, floor: Floor) -> tuple[str, int]:
        trouble = preflight(opened.world)
        if trouble is not None:
            self._record(trouble.checks)
            return trouble.text, trouble.exit_code
        for note in opened.orders.notes:
            click.echo(f"note: {self._masker.text(note)}", err=True)
        runner = Runner(opened.world, self._scenario, floor, self._loaded.config.merchant.url)
        runner.run(self._jobs, self._options.fail_fast)
        self._last_look(opened)
        if runner.interrupted:
            return "interrupted: what had run is reported", interrupts.code
        if runner.gone:
            return runner.gone, 3
        problem = opened.log.problem() if opened.log else ""
        if problem:
            return f"The log could not be looked at: {problem}", 1
        return runner.stopped, 0

    def _last_look(self, opened: Opened) -> None:
        """What the log got after the last step."""
        if opened.log is not None:
            opened.log.flush()
            self._record(tuple(rest_of_log(opened.world)))

    def _record(self, checks: tuple[Check, ...]) -> None:
        if checks:
            name = checks[0].scenario
            self._scenario(ScenarioFinished(name, checks, 0))

    def _finish(self, stopped: str, code: int) -> int:
        totals, stale = self._tally.totals(), self._baseline.complaints()
        if code == 0 and (totals.failed or totals.not_testable or stale):
            code = 1
        if code == 0 and not (totals.passed or totals.warned or totals.known):
            code, stopped = 4, stopped or "no selected scenario applies to this merchant"
        if code == 1 and self._options.exit_zero:
            code = 0
        code = self._printed(code)
        took = elapsed_ms(self._started)
        self._listen(RunFinished(totals, code, took, stopped, stale))
        return self._printed(code)

    def _printed(self, code: int) -> int:
        """A run in which all is good but which cannot say so has another exit code."""
        return 2 if code == 0 and self._stdout.trouble else code
