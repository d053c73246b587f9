"""A run for somebody who watches: its steps are judged one by one, and told of at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from simulator.caller.wire import Exchange
from simulator.conformance.events import (
    Check,
    Event,
    Outcome,
    Rule,
    ScenarioFinished,
    ScenarioStarted,
    Verdict,
)
from simulator.conformance.floor import Floor, Interrupted, elapsed_ms
from simulator.conformance.health import MerchantGone
from simulator.conformance.logwatch import LogWatch
from simulator.conformance.preflight import preflight
from simulator.conformance.recorder import Evidence, Recorder
from simulator.conformance.runner import Job, Runner, ScenarioRun, case_id
from simulator.conformance.selection import cannot, why_not
from simulator.conformance.session import World

WRONG = (Outcome.FAILED, Outcome.NOT_TESTABLE, Outcome.WARNED)


class CannotRun(Exception):
    """The run cannot begin. The text says what to do."""


@dataclass(frozen=True, slots=True)
class StepChecked:
    """One check of a step, the moment it was made; ScenarioFinished has it again."""

    scenario: str
    check: Check


Told = Event | StepChecked
Tell = Callable[[Told], None]


@dataclass(frozen=True, slots=True)
class Terms:
    """How a run is judged."""

    profile: str = "default"
    strict: bool = False
    seed: int = 0


class LogFile(Protocol):
    """The merchant's log, as far as the end of a run needs it."""

    def flush(self) -> None: ...


class Opened(Protocol):
    """A kassa's merchant, ready to be called."""

    @property
    def world(self) -> World: ...
    @property
    def log(self) -> LogFile | None: ...


class Opener(Protocol):
    """Opens a kassa's merchant for one run. Raises CannotRun."""

    def __call__(
        self,
        kassa_id: str,
        terms: Terms,
        rules: Mapping[str, Rule],
        journal: Callable[[Exchange], None],
        floor: Floor,
    ) -> AbstractContextManager[Opened]: ...


class LiveRecorder(Recorder):
    """A recorder that tells of each check of a step when it is made."""

    def __init__(self, scenario: str, world: World, tell: Tell) -> None:
        super().__init__(scenario, world.rules, world.strict)
        self._tell = tell

    def explicit(self, *args: object, **kwargs: object) -> None:
        super().explicit(*args, **kwargs)  # type: ignore[arg-type]
        self._tell(StepChecked(self.scenario, self._checks[-1]))

    def unseen(self, step: str, verdict: Verdict, rule: str, outcome: Outcome, why: str) -> None:
        super().unseen(step, verdict, rule, outcome, why)
        self._tell(StepChecked(self.scenario, self._checks[-1]))


def play(world: World, jobs: Sequence[Job], floor: Floor, url: str, tell: Tell) -> str:
    """One job after the other, live. Why it ended early, or an empty text."""
    for job in jobs:
        try:
            with floor.held():
                stopped = _play(world, job, url, tell)
        except Interrupted:
            return ""
        if stopped:
            return stopped
    return ""


def _play(world: World, job: Job, url: str, tell: Tell) -> str:
    inner = job.placed.scenario
    tell(ScenarioStarted(job.name, inner.title, tuple(inner.tags)))
    started = time.monotonic_ns()
    recorder = LiveRecorder(job.name, world, tell)
    excuse = why_not(job.placed, world.terms, world.eyes) or cannot(job.placed, world.terms)
    stopped = ""
    if excuse:
        for rule in inner.rules:
            recorder.unseen("", Verdict.ANSWER, rule, Outcome.SKIPPED, excuse)
    else:
        try:
            ScenarioRun(world, job, recorder).run()
        except MerchantGone as error:
            stopped = str(error)
    checks = tuple(recorder.checks())
    case = case_id(job.name, url) if any(c.outcome in WRONG for c in checks) else ""
    tell(ScenarioFinished(job.name, checks, elapsed_ms(started), case))
    return stopped


def sweep(world: World, jobs: Sequence[Job], floor: Floor, url: str, tell: Tell) -> str:
    """Many scenarios as `payme-sandbox check` runs them. Why it ended early, or nothing."""
    runner = Runner(world, tell, floor, url)
    runner.run(jobs)
    return runner.stopped


@contextmanager
def shut(
    kassa_id: str,
    terms: Terms,
    rules: Mapping[str, Rule],
    journal: Callable[[Exchange], None],
    floor: Floor,
) -> Iterator[Opened]:
    """An opener for a server that has none."""
    raise CannotRun("This server was started without a merchant that it could run against.")
    yield


def before(world: World, tell: Tell) -> str:
    """Whether this is the merchant, takes the key and makes orders; if not, why."""
    trouble = preflight(world)
    if trouble is None:
        return ""
    if trouble.checks:
        tell(ScenarioFinished(trouble.checks[0].scenario, tuple(trouble.checks), 0))
    return trouble.text


def last_look(opened: Opened, rules: Mapping[str, Rule], tell: Tell) -> None:
    """What the log got after the last step."""
    watch: LogWatch | None = opened.world.eyes.log
    if opened.log is None or watch is None:
        return
    opened.log.flush()
    report, bad = watch.judge(watch.reader().look(), unsent=False)
    if report.findings:
        recorder = Recorder("after-the-run", rules, opened.world.strict)
        recorder.standing("log", report, Verdict.LOG, Evidence(log_lines=bad))
        tell(ScenarioFinished("after-the-run", tuple(recorder.checks()), 0))
