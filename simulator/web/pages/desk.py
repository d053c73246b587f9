"""The desk where runs are started, watched, stopped and looked up afterwards."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from simulator import __version__
from simulator.caller.masking import Masker
from simulator.caller.wire import Exchange
from simulator.conformance.events import (
    Event,
    ExchangeDone,
    RunFinished,
    RunStarted,
    Target,
)
from simulator.conformance.floor import Floor, elapsed_ms
from simulator.conformance.load import Catalogue
from simulator.conformance.masked import masked, masked_check
from simulator.conformance.runner import Job
from simulator.conformance.session import World
from simulator.reports import HtmlReport, JsonReport, ReportError
from simulator.reports.files import FileReport
from simulator.web.pages.progress import Progress
from simulator.web.pages.running import (
    CannotRun,
    Opener,
    StepChecked,
    Terms,
    Told,
    before,
    last_look,
    play,
)
from simulator.web.pages.shelf import Record, Shelf

BY_HAND = "stopped by hand"
PAGE, SEQUENCE, SELECTION = "page", "sequence", "selection"
KEPT_WHOLE = 20
STOPPED_BY_HAND = 130
"""The exit code of a run that somebody has ended, as Ctrl-C has it."""
_LOG = logging.getLogger(__name__)


def _as_it_is(world: World) -> World:
    return world


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be run. `kind`: a page of the sandbox, a published sequence, or a selection of
    the catalogue. `name` says which one; `command` is what would do the same on a terminal.
    `bend` makes of the kassa's world the one that a form asks for."""

    kind: str
    name: str
    jobs: tuple[Job, ...]
    terms: Terms = field(default_factory=Terms)
    command: str = ""
    url: str = ""
    account_type: str = ""
    bend: Callable[[World], World] = _as_it_is
    texts: Mapping[str, str] = field(default_factory=dict)  # what the page's form said


class Run:
    """A run that is going on, or was, since the server started."""

    def __init__(self, run_id: str, kassa_id: str, plan: Plan) -> None:
        self.id = run_id
        self.kassa = kassa_id
        self.plan = plan
        self.progress = Progress(plan.jobs, planned=plan.kind != SELECTION)
        self.floor = Floor()
        self.started_at = time.time_ns() // 1_000_000
        self.stopped_by_hand = False
        self.reported = False

    def stop(self) -> None:
        """Make no further call; what is on its way is waited for."""
        self.stopped_by_hand = True
        self.floor.end()

    def record(self, report: bool, ended: RunFinished | None = None) -> Record:
        """As the history keeps it; `ended` is said before anybody sees the run's end."""
        finished = ended or self.progress.finished
        return Record(
            self.id,
            self.kassa,
            self.plan.kind,
            self.plan.name,
            self.plan.command,
            self.started_at,
            finished.took if finished else 0,
            finished.exit_code if finished else None,
            asdict(self.progress.totals()),
            report,
            self.reported and not report,
        )


class Busy(Exception):
    """The kassa has a run already: its calls and this one's would get mixed up."""

    def __init__(self, run: Run) -> None:
        super().__init__(run.id)
        self.run = run


class Desk:
    """All runs. The shelf keeps reports and the history over a restart."""

    def __init__(
        self,
        opener: Opener,
        catalogue: Callable[[], Catalogue],
        masker: Callable[[str], Masker],
        shelf: Shelf,
        journal: Callable[[str, Exchange], None] = lambda kassa, exchange: None,
        publish: Callable[[Run], None] = lambda run: None,
        remember: Callable[[Run], None] = lambda run: None,
    ) -> None:
        """`masker` knows each kassa's secrets; `journal` and `publish` hear of calls and runs,
        `remember` of a run that is about to be over."""
        self._opener = opener
        self._catalogue = catalogue
        self._masker = masker
        self.shelf = shelf
        self._journal = journal
        self._publish = publish
        self._remember = remember
        self._lock = threading.Lock()
        self._runs: dict[str, Run] = {}
        self._threads: dict[str, threading.Thread] = {}

    def start(self, kassa_id: str, plan: Plan) -> Run:
        """Begin a run in a thread of its own. Raises Busy."""
        with self._lock:
            going = self.going(kassa_id)
            if going is not None:
                raise Busy(going)
            run = Run(_new_id(), kassa_id, plan)
            self._runs[run.id] = run
            self._forget()
            thread = threading.Thread(target=self._work, args=(run,), name=f"run-{run.id}")
            thread.daemon = True
            self._threads[run.id] = thread
            thread.start()
        return run

    def going(self, kassa_id: str) -> Run | None:
        """The kassa's run that is not over yet."""
        mine = [r for r in list(self._runs.values()) if r.kassa == kassa_id]
        return next((run for run in mine if not run.progress.over), None)

    def get(self, run_id: str) -> Run | None:
        """A run of this server's life."""
        return self._runs.get(run_id)

    def history(self, kassa_id: str | None, limit: int = 50) -> list[Record]:
        """The latest first: those of this server's life, and what the folder has of earlier."""
        known = {r.id: self._record_of(r) for r in list(self._runs.values())}
        every = [*known.values(), *self.shelf.records(but=known)]
        mine = [one for one in every if kassa_id in (None, one.kassa)]
        return sorted(mine, key=lambda r: (r.started_at, r.id), reverse=True)[:limit]

    def report(self, run_id: str, kind: str = "html") -> Path | None:
        """The report of a run, `html` or `json`, if it has one."""
        return self.shelf.report(run_id, kind)

    def record(self, run_id: str) -> Record | None:
        """A run of any time, as the history has it."""
        run = self.get(run_id)
        return self._record_of(run) if run is not None else self.shelf.record(run_id)

    def close(self) -> None:
        """Stop what runs, and wait for it."""
        for run in list(self._runs.values()):
            run.stop()
        for thread in list(self._threads.values()):
            thread.join(30)

    def _record_of(self, run: Run) -> Record:
        return run.record(self.report(run.id) is not None)

    def _reports(self, run: Run) -> list[FileReport]:
        """A sandbox page has none: it shows everything itself."""
        if run.plan.kind == PAGE:
            return []
        kinds = {"html": HtmlReport, "json": JsonReport}
        return [make(self.shelf.place(run.id, kind)) for kind, make in kinds.items()]

    def _forget(self) -> None:
        """Old runs are kept in the folder alone."""
        over = [run for run in self._runs.values() if run.progress.over]
        for run in over[: max(0, len(over) - KEPT_WHOLE)]:
            del self._runs[run.id]
            self._threads.pop(run.id, None)

    def _work(self, run: Run) -> None:
        masker, started = self._masker(run.kassa), time.monotonic_ns()
        reports = self._reports(run)
        lock = threading.Lock()

        def tell(event: Told) -> None:
            with lock:
                _pass_on(event, run.progress, reports, masker)

        tell(self._begun(run))
        self._publish(run)
        code, stopped = self._run(run, tell)
        totals = run.progress.totals()
        if code == 0 and (totals.failed or totals.not_testable):
            code = 1
        if run.stopped_by_hand and not stopped:
            code, stopped = STOPPED_BY_HAND, BY_HAND
        self._remember(run)
        ended = RunFinished(totals, code, elapsed_ms(started), stopped)
        _pass_on(ended, None, reports, masker)
        self._write(run, masked(ended, masker))
        _pass_on(ended, run.progress, (), masker)
        self._publish(run)

    def _run(self, run: Run, tell: Callable[[Told], None]) -> tuple[int, str]:
        """The exit code and why it ended early."""

        def journal(exchange: Exchange) -> None:
            self._journal(run.kassa, exchange)
            tell(ExchangeDone(exchange))

        plan = run.plan
        try:
            rules = self._catalogue().rules
            with self._opener(run.kassa, plan.terms, rules, journal, run.floor) as opened:
                world = plan.bend(opened.world)
                if plan.kind == PAGE:
                    return _code(play(world, plan.jobs, run.floor, plan.url, tell, live=True))
                if trouble := before(world, tell):
                    return 3, trouble
                live = plan.kind == SEQUENCE
                stopped = play(world, plan.jobs, run.floor, plan.url, tell, live=live)
                last_look(opened, tell)
                return _code(stopped)
        except CannotRun as error:
            return 2, str(error)
        except Exception as error:  # the page must learn of it, and the next run be possible
            _LOG.exception("a run broke")
            return 2, f"payme-sandbox itself broke: {error!r}"

    def _begun(self, run: Run) -> RunStarted:
        plan = run.plan
        return RunStarted(
            tool_version=__version__,
            target=Target(plan.url, plan.terms.profile, plan.account_type),
            seed=plan.terms.seed,
            strict=plan.terms.strict,
            command=plan.command,
            started_at=run.started_at,
            scenarios=len(plan.jobs),
            rules=dict(self._catalogue().rules),
        )

    def _write(self, run: Run, ended: Event) -> None:
        if run.plan.kind == PAGE:
            return
        assert isinstance(ended, RunFinished)
        run.reported = self.report(run.id) is not None
        going = {one.id for one in list(self._runs.values()) if not one.progress.over}
        self.shelf.put(run.record(run.reported, ended), going)


def _pass_on(
    event: Told, progress: Progress | None, reports: Sequence[FileReport], masker: Masker
) -> None:
    """To the reports first: a page that sees the end finds them written."""
    if isinstance(event, StepChecked):
        if progress is not None:
            progress(StepChecked(event.scenario, masked_check(event.check, masker)))
        return
    shown = masked(event, masker)
    for report in reports:
        try:
            report(shown)
        except ReportError as error:
            _LOG.warning("%s", error)
    if progress is not None:
        progress(shown)


def _code(stopped: str) -> tuple[int, str]:
    return (3 if stopped else 0), stopped


def _new_id() -> str:
    """Sorts by time of day; nobody guesses the next one."""
    return f"{time.time_ns() // 1_000_000:x}{secrets.token_hex(3)}"


def new_seed() -> int:
    """As `payme-sandbox check` draws it."""
    return secrets.randbelow(10_000)
