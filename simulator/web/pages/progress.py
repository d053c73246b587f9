"""How far a run is, in pieces: each has a version, so that a page can ask for what is new."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from simulator.caller.wire import Exchange
from simulator.conformance.events import (
    Check,
    ExchangeDone,
    Outcome,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    ScenarioStarted,
    Totals,
)
from simulator.conformance.load import PlacedStep
from simulator.conformance.runner import Job
from simulator.reports.collect import WORST_FIRST
from simulator.web.pages.running import WRONG, StepChecked, Told

SUMMARY = "summary"
AUDIT = frozenset({"", "audit", "given"})
WAITING, GOING, STOPPED = "waiting", "going", "stopped"


@dataclass(slots=True)
class Step:
    """One call of a chain: what was planned, what was sent, what came of it."""

    piece: str
    name: str
    placed: PlacedStep | None = None
    row: Mapping[str, object] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    over: bool = False  # no further check will come
    left: bool = False  # the run has ended before that

    @property
    def is_ours(self) -> bool:
        """Whether it is our own look at the end, which no sandbox of Payme's takes."""
        return self.name in AUDIT

    @property
    def id(self) -> str:
        return self.placed.id if self.placed else self.name.partition("[")[0]

    @property
    def call(self) -> str:
        """The method that is called."""
        if self.exchanges:
            return self.exchanges[0].label
        named = self.placed.step.call if self.placed else ""
        return str(self.row.get("method", "")) if named == "$matrix.method" else str(named or "")

    @property
    def outcome(self) -> str:
        """The worst of its checks, or how far it is."""
        if self.checks:
            return str(worst(self.checks))
        if self.over:
            return str(Outcome.PASSED if self.exchanges else Outcome.SKIPPED)
        return unfinished(bool(self.exchanges), self.left)

    @property
    def wrong(self) -> list[Check]:
        return [c for c in self.checks if c.outcome in WRONG]


@dataclass(slots=True)
class Scenario:
    """One scenario of a run, whether it has begun or not."""

    piece: str
    name: str
    title: str = ""
    steps: list[Step] = field(default_factory=list)
    checks: tuple[Check, ...] = ()
    took: int = 0
    begun: bool = False
    done: bool = False
    case: str = ""
    left: bool = False

    @property
    def outcome(self) -> str:
        if not self.done:
            return unfinished(self.begun, self.left)
        return str(worst(self.checks)) if self.checks else str(Outcome.SKIPPED)

    @property
    def wrong(self) -> list[Check]:
        return [c for c in self.checks if c.outcome in WRONG]

    @property
    def reason(self) -> str:
        """Why it was skipped, if it was."""
        return next((c.reason for c in self.checks if c.reason), "")

    def step(self, name: str) -> Step:
        """The step of that name, made if nobody has planned it."""
        for step in self.steps:
            if step.name == name:
                return step
        made = Step(f"{self.piece}-{len(self.steps) + 1}", name)
        self.steps.append(made)
        return made

    def judged(self, check: Check) -> list[Exchange]:
        """The calls that a check judged."""
        every = [e for step in self.steps for e in step.exchanges]
        found = [e for e in every if e.number in check.exchanges]
        return found or [e for e in every if e.step == check.step][-1:]


def unfinished(begun: bool, left: bool) -> str:
    """How far something is that has no end; `left`: it will have none."""
    if left:
        return STOPPED if begun else str(Outcome.SKIPPED)
    return GOING if begun else WAITING


def worst(checks: Sequence[Check]) -> Outcome:
    """The outcome that matters most."""
    return min((check.outcome for check in checks), key=WORST_FIRST.index)


class Progress:
    """A listener that keeps what a page shows of a run. Safe to read from other threads."""

    def __init__(self, jobs: Sequence[Job], planned: bool) -> None:
        """`planned` shows every step before it is sent, and keeps the calls of what passes."""
        self._planned = planned
        self._changed = threading.Condition()
        self._versions: dict[str, int] = {SUMMARY: 1}
        self.version = 1
        self.started: RunStarted | None = None
        self.finished: RunFinished | None = None
        self.scenarios: dict[str, Scenario] = {}
        self.expected = len(jobs)
        self._looks: dict[str, list[Exchange]] = {}
        if planned:
            for job in jobs:
                self._plan(job)

    def _plan(self, job: Job) -> None:
        made = self._scenario(job.name)
        made.title = job.placed.scenario.title
        for placed in job.placed.steps:
            for row in placed.step.matrix or [{}]:
                name = placed.id + (f"[{row['label']}]" if "label" in row else "")
                step = made.step(name)
                step.placed, step.row = placed, {**job.row, **row}

    def _scenario(self, name: str) -> Scenario:
        if name not in self.scenarios:
            self.scenarios[name] = Scenario(f"c{len(self.scenarios) + 1}", name)
        return self.scenarios[name]

    def __call__(self, event: Told) -> None:
        """Take in what happened."""
        with self._changed:
            for piece in self._take(event):
                self.version += 1
                self._versions[piece] = self.version
            self._changed.notify_all()

    def _take(self, event: Told) -> Iterator[str]:
        match event:
            case RunStarted():
                self.started = event
            case RunFinished():
                self.finished = event
                yield from self._leave()
            case ScenarioStarted():
                scenario = self._scenario(event.name)
                scenario.title, scenario.begun = event.title, True
                yield scenario.piece
            case ExchangeDone(exchange):
                yield from self._exchange(exchange)
            case StepChecked(name, check):
                scenario = self._scenario(name)
                if check.step:
                    step = scenario.step(check.step)
                    step.checks.append(check)
                    yield self._piece(scenario, step)
            case ScenarioFinished():
                yield from self._finish(event)
        yield SUMMARY

    def _exchange(self, exchange: Exchange) -> Iterator[str]:
        known = self.scenarios.get(exchange.scenario)
        if known is None or not known.begun:  # a look before or after all scenarios
            self._looks.setdefault(exchange.scenario, []).append(exchange)
            return
        scenario, step = known, known.step(exchange.step)
        step.exchanges.append(exchange)
        if self._planned:
            yield self._piece(scenario, step)

    def _piece(self, scenario: Scenario, step: Step) -> str:
        return step.piece if self._planned else scenario.piece

    def _finish(self, event: ScenarioFinished) -> Iterator[str]:
        scenario = self._scenario(event.name)
        scenario.checks, scenario.took = event.checks, event.took
        scenario.case, scenario.begun, scenario.done = event.case, True, True
        for exchange in self._looks.pop(event.name, []):
            scenario.step(exchange.step).exchanges.append(exchange)
        for step in scenario.steps:
            step.checks = [c for c in event.checks if c.step == step.name]
            step.over = True
            if self._planned:
                yield step.piece
        if not self._planned:
            bad = {e.number for c in scenario.wrong for e in scenario.judged(c)}
            for step in scenario.steps:
                step.exchanges = [e for e in step.exchanges if e.number in bad]
        yield scenario.piece

    def _leave(self) -> Iterator[str]:
        """What has not come to its end by now never will."""
        for scenario in self.scenarios.values():
            if scenario.done:
                continue
            scenario.left = True
            for step in scenario.steps:
                step.left = True
                if self._planned:
                    yield step.piece
            yield scenario.piece

    def totals(self) -> Totals:
        """Checks by outcome so far."""
        if self.finished:
            return self.finished.totals
        counts: dict[str, int] = {}
        for scenario in list(self.scenarios.values()):  # the run goes on meanwhile
            for check in scenario.checks:
                counts[str(check.outcome)] = counts.get(str(check.outcome), 0) + 1
        return Totals(**counts)

    @property
    def over(self) -> bool:
        return self.finished is not None

    @property
    def scenarios_done(self) -> int:
        return sum(1 for scenario in list(self.scenarios.values()) if scenario.done)

    def since(self, version: int) -> tuple[list[str], int]:
        """The pieces that are newer than a version, oldest first, and the version now."""
        with self._changed:
            newer = [(v, piece) for piece, v in self._versions.items() if v > version]
            return [piece for _, piece in sorted(newer)], self.version

    def wait(self, version: int, timeout_s: float) -> bool:
        """Until there is something newer. False if the time was over before."""
        with self._changed:
            return self._changed.wait_for(lambda: self.version > version, timeout_s)

    def wait_over(self, timeout_s: float) -> bool:
        """Until the run is over. False if the time was over before."""
        with self._changed:
            return self._changed.wait_for(lambda: self.over, timeout_s)
