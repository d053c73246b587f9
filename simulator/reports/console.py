"""The report on the console: a line that moves while it runs, then what is broken, then the sum."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from simulator import __version__
from simulator.conformance.events import (
    Event,
    Outcome,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    ScenarioStarted,
)
from simulator.reports.collect import Collector, RuleResult
from simulator.reports.failing import broken_rule
from simulator.reports.files import FileReport
from simulator.reports.page import Page, dim, style_of
from simulator.reports.progress import ProgressLine
from simulator.reports.summary import summary
from simulator.reports.text import counted, printable, seconds
from simulator.reports.words import CASES, verdict_word

FULL_DETAILS = 5


class ConsoleReport:
    """A listener that tells a person how the run goes and, at its end, what to do.

    `reports` are the files of this run; those that were written are named at the end, so this
    listener must be the last to hear of it. `cases` is the folder of the recorded cases.
    """

    def __init__(
        self,
        console: Console,
        verbose: bool = False,
        reports: Sequence[FileReport] = (),
        cases: str = CASES,
    ) -> None:
        self._page = Page(console)
        self._verbose = verbose
        self._reports = reports
        self._cases = cases
        self._gather = Collector()
        self._progress: ProgressLine | None = None
        self._broken: set[str] = set()

    def __call__(self, event: Event) -> None:
        """Take in one event and show what it changes."""
        self._gather(event)
        match event:
            case RunStarted():
                self._begin(event)
            case ScenarioStarted() if self._progress:
                self._progress.began(event.name)
            case ScenarioFinished():
                self._scenario(event)
            case RunFinished():
                self._end()

    def close(self) -> None:
        """Take the moving line away, also when the run broke off without an end."""
        if self._progress:
            self._progress.stop()
            self._progress = None

    def _begin(self, event: RunStarted) -> None:
        """Who is asked and with which seed, told before the first call: a run may not end."""
        tool = f"payme-sandbox {event.tool_version or __version__}"
        words = f"{counted(event.scenarios, 'scenario')}   seed {event.seed}   "
        self._page.line([words, printable(event.target.url)], indent=1, label=f"{tool}   ")
        self._page.gap()
        if self._page.terminal and not self._page.console.is_dumb_terminal:
            self._progress = ProgressLine(self._page.console, event.scenarios)
            self._progress.start()

    def _scenario(self, event: ScenarioFinished) -> None:
        self._broken |= {c.rule for c in event.checks if c.outcome is Outcome.FAILED}
        if self._verbose:
            self._passing(event)
        if self._progress:
            self._progress.ended(event.name, len(self._broken))

    def _passing(self, event: ScenarioFinished) -> None:
        word = verdict_word(event.checks)
        counts = f"   {counted(len(event.checks), 'check')}, {seconds(event.took)}"
        label = (f"{word:<12} ", style_of(word))
        self._page.line([printable(event.name), dim(counts)], indent=1, label=label)

    def _end(self) -> None:
        self.close()
        run = self._gather.run
        if self._verbose and run.scenarios:
            self._page.gap()
        self._details(run.broken(Outcome.FAILED))
        if self._verbose:
            for result in run.broken(Outcome.NOT_TESTABLE, Outcome.WARNED) + run.known():
                broken_rule(self._page, result, self._verbose, self._cases)
        written = [str(report.path) for report in self._reports if report.written]
        summary(self._page, run, written)

    def _details(self, broken: list[RuleResult]) -> None:
        """The first few in full, the rest a line each in the summary: it is night."""
        full = len(broken) if self._verbose else FULL_DETAILS
        for result in broken[:full]:
            broken_rule(self._page, result, self._verbose, self._cases)
        if broken[full:]:
            rest = counted(len(broken) - full, "more rule")
            words = f"{rest} broken: the list below names them, -v shows each in full."
            self._page.line([words], indent=1)
            self._page.gap()
