"""The run: takes scenario after scenario to the merchant and tells what came of it as events."""

from __future__ import annotations

import hashlib
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue

from simulator.conformance.audit import audit, judge_numbers, look_again
from simulator.conformance.clocks import moves_clocks, put_right, ways_of, why_no_clock
from simulator.conformance.events import (
    Check,
    Listener,
    Outcome,
    ScenarioFinished,
    ScenarioStarted,
    Verdict,
)
from simulator.conformance.floor import Floor, Gate, Interrupted, elapsed_ms
from simulator.conformance.format import Step
from simulator.conformance.health import MerchantGone
from simulator.conformance.load import PlacedScenario
from simulator.conformance.ports import ClockError, NotLooked, ProcessError
from simulator.conformance.recorder import Recorder
from simulator.conformance.selection import cannot, why_not
from simulator.conformance.session import Session, Terms, World
from simulator.conformance.steps import StepRun, Stop
from simulator.conformance.values import NotApplicable, Scope, Unresolved

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_THREADS = 64
BROKEN = (Outcome.FAILED, Outcome.NOT_TESTABLE)


@dataclass(frozen=True, slots=True)
class Job:
    """One row of one scenario."""

    placed: PlacedScenario
    row: Mapping[str, object]

    @property
    def name(self) -> str:
        label = f"[{self.row['label']}]" if "label" in self.row else ""
        return self.placed.id + label

    @property
    def alone(self) -> bool:
        """Whether nothing else may be on its way meanwhile: the merchant is killed, its clock is
        moved, or its database is in trouble."""
        steps = [placed.step for placed in self.placed.steps]
        harmed = any(step.restart is not None or step.trouble is not None for step in steps)
        return harmed or moves_clocks(ways_of(self.placed, self.row))


def case_id(name: str, url: str) -> str:
    """Five characters that name a failing scenario of one merchant, the same in every run."""
    number = int.from_bytes(hashlib.sha256(f"{name}\n{url}".encode()).digest()[:8])
    text = ""
    for _ in range(5):
        number, rest = divmod(number, len(_BASE58))
        text += _BASE58[rest]
    return text


def jobs_of(scenarios: Sequence[PlacedScenario]) -> list[Job]:
    """Every row of every scenario; those that wait come first, so that waits overlap."""
    jobs = [Job(s, row) for s in scenarios for row in s.scenario.matrix or [{}]]
    return sorted(jobs, key=lambda job: not any(_waits(p.step) for p in job.placed.steps))


def _waits(step: Step) -> bool:
    return step.wait is not None or step.retry == "policy"


def _next(ended: SimpleQueue[Future[tuple[Check, ...]]]) -> Future[tuple[Check, ...]]:
    """The next job that has ended. Not in one long wait: some systems are deaf to Ctrl-C then."""
    while True:
        with suppress(Empty):
            return ended.get(timeout=0.5)


def _recorder(scenario: str, world: World) -> Recorder:
    return Recorder(scenario, world.rules, world.strict)


class Runner:
    """Runs jobs in a world; `stopped` says why it ended early, `gone` if the merchant did it.

    `recorder` makes what gathers the checks of one scenario.
    """

    def __init__(
        self,
        world: World,
        listener: Listener,
        floor: Floor,
        url: str,
        recorder: Callable[[str, World], Recorder] = _recorder,
    ) -> None:
        self._world = world
        self._recorder = recorder
        self._listener = listener
        self._floor = floor
        self._url = url
        self._lock = threading.Lock()
        self.gone = ""
        self._enough = ""
        self.interrupted = False

    @property
    def stopped(self) -> str:
        return self.gone or self._enough

    def run(self, jobs: Sequence[Job], fail_fast: bool = False) -> None:
        """Run all jobs; on Ctrl-C finish the calls under way and say so in `interrupted`.

        Those that must be alone come last, one after another.
        """
        together = iter([job for job in jobs if not job.alone])
        alone = [iter([job]) for job in jobs if job.alone]
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="scenario") as pool:
            running: set[Future[tuple[Check, ...]]] = set()
            try:
                self._pump(pool, together, running, fail_fast)
                self._look_again()
                for todo in alone:
                    self._pump(pool, todo, running, fail_fast)
                if not self.stopped:
                    self._tell_if_wrong(judge_numbers(self._world))
            except KeyboardInterrupt:
                self.interrupted = True
            finally:
                # Nobody may be left waiting: the pool would wait for them in turn.
                self._floor.end()
                wait(running)

    def _pump(
        self,
        pool: ThreadPoolExecutor,
        todo: Iterator[Job],
        running: set[Future[tuple[Check, ...]]],
        fail_fast: bool,
    ) -> None:
        ended: SimpleQueue[Future[tuple[Check, ...]]] = SimpleQueue()
        while True:
            while len(running) < _THREADS and not self.stopped:
                job = next(todo, None)
                if job is None:
                    break
                future = pool.submit(self._one, job, self._floor.queue())
                running.add(future)
                future.add_done_callback(ended.put)
            if not running:
                return
            done = _next(ended)
            running.discard(done)
            checks = done.result()
            if fail_fast and any(check.outcome in BROKEN for check in checks):
                self._enough = "--fail-fast: the first failure ends the run"
            if self.stopped:
                self._floor.end()

    def _look_again(self) -> None:
        """What the first scenarios left behind, before the merchant is killed or its clock moved.
        It is told of if something is wrong with it."""
        if self.stopped:
            return
        try:
            checks = look_again(self._world)
        except MerchantGone as error:
            self.gone = str(error)
            return
        self._tell_if_wrong(checks)

    def _tell_if_wrong(self, checks: Sequence[Check]) -> None:
        if any(check.outcome not in (Outcome.PASSED, Outcome.SKIPPED) for check in checks):
            self._tell(ScenarioFinished(checks[0].scenario, tuple(checks), 0))

    def _one(self, job: Job, gate: Gate) -> tuple[Check, ...]:
        try:
            with self._floor.held(gate):
                return self._scenario(job)
        except Interrupted:
            return ()

    def _scenario(self, job: Job) -> tuple[Check, ...]:
        inner = job.placed.scenario
        self._tell(ScenarioStarted(job.name, inner.title, tuple(inner.tags)))
        started = time.monotonic_ns()
        terms, ways = self._world.terms, ways_of(job.placed, job.row)
        excuse = why_not(job.placed, terms, self._world.eyes) or why_no_clock(ways, self._world)
        if excuse:
            checks = self._unseen(job, Outcome.SKIPPED, excuse)
        elif reason := cannot(job.placed, terms):
            asked = Outcome.NOT_TESTABLE if terms.everything else Outcome.SKIPPED
            checks = self._unseen(job, asked, reason)
        else:
            checks = self._rounds(job)
        broken = any(c.outcome in (*BROKEN, Outcome.WARNED) for c in checks)
        case = case_id(job.name, self._url) if broken else ""
        marked = tuple(
            replace(c, case=case) if c.outcome in (*BROKEN, Outcome.WARNED) else c for c in checks
        )
        self._tell(ScenarioFinished(job.name, marked, elapsed_ms(started), case))
        return marked

    def _tell(self, event: ScenarioStarted | ScenarioFinished) -> None:
        with self._lock:
            self._listener(event)

    def _unseen(self, job: Job, outcome: Outcome, reason: str) -> list[Check]:
        recorder = self._recorder(job.name, self._world)
        for rule in job.placed.scenario.rules:
            recorder.unseen("", Verdict.ANSWER, rule, outcome, reason)
        return recorder.checks()

    def _rounds(self, job: Job) -> list[Check]:
        """All rounds, even after a failure: what fails always must not hide what fails at times."""
        checks: dict[tuple[str, str, Verdict], Check] = {}
        for _ in range(job.placed.scenario.rounds):
            recorder = self._recorder(job.name, self._world)
            gone = ""
            try:
                ScenarioRun(self._world, job, recorder).run()
            except MerchantGone as error:
                gone = str(error)
            except Interrupted:
                raise
            except Exception as error:  # ours: said in every report, and the run goes on
                _own_fault(job, recorder, error)
            for check in recorder.checks():
                key = (check.rule, check.step, check.verdict)
                if key not in checks or _worse(check, checks[key]):
                    checks[key] = check
            if gone:
                self.gone = self.gone or gone
                self._floor.end()
                break
        return list(checks.values())


def _own_fault(job: Job, recorder: Recorder, error: Exception) -> None:
    """The harness itself broke: nothing is known of this scenario, which fails the run."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(frame.filename).name}:{frame.lineno}"
    why = f"payme-sandbox itself broke at {where}: {error!r}. Please report it with this scenario"
    for rule in job.placed.scenario.rules:
        recorder.unseen("", Verdict.ANSWER, rule, Outcome.NOT_TESTABLE, why)


def _worse(new: Check, old: Check) -> bool:
    order = (Outcome.SKIPPED, Outcome.PASSED, Outcome.WARNED, Outcome.NOT_TESTABLE, Outcome.FAILED)
    return order.index(new.outcome) > order.index(old.outcome)


class ScenarioRun:
    """One round of one job."""

    def __init__(self, world: World, job: Job, recorder: Recorder) -> None:
        inner = job.placed.scenario
        known = known_config(world.terms)
        scope = Scope(world.fresh, world.fresh.moment(), known, matrix=job.row)
        scope.others = world.terms.others
        self._session = Session(world, job.name, recorder, scope, unsent="unsent" in inner.tags)
        self._job = job

    def run(self) -> None:
        """Make the orders, take the steps, look at everything again; put moved clocks right."""
        try:
            self._run()
        finally:
            if self._session.moved:
                self._put_right()

    def _put_right(self) -> None:
        rule = self._job.placed.scenario.rules[0]
        try:
            put_right(self._session)
        except ClockError as error:
            why = f"the merchant's clock could not be put right: {error}"
            self._session.recorder.unseen("", Verdict.ANSWER, rule, Outcome.NOT_TESTABLE, why)
        except ProcessError as error:
            raise MerchantGone(f"The merchant did not start again.\n{error}") from error

    def _run(self) -> None:
        session, inner = self._session, self._job.placed.scenario
        session.look_at_log("before")
        if not self._make_orders():
            return
        steps = list(self._job.placed.steps)
        why = ""
        for index, placed in enumerate(steps):
            try:
                StepRun(session, placed, inner.rules[0]).run()
            except (Stop, Unresolved, NotApplicable, *NotLooked) as stop:
                why = str(stop)
                skip_from = index + 1 if isinstance(stop, Stop) else index
                self._skip(skip_from, why)
                break
        audit(session)

    def _make_orders(self) -> bool:
        session = self._session
        for name, given in self._job.placed.scenario.given.items():
            made = []
            for _ in range(given.count or 1):
                try:
                    made.append(session.world.make_order(given.sum))
                except NotLooked as error:
                    for rule in self._job.placed.scenario.rules:
                        session.recorder.unseen(
                            "given", Verdict.ANSWER, rule, Outcome.NOT_TESTABLE, str(error)
                        )
                    return False
            session.orders[name] = made
            session.scope.orders[name] = made if given.count else made[0]
        with suppress(*NotLooked):  # the look after the first call says why
            session.open_accounts()
        return True

    def _skip(self, index: int, why: str) -> None:
        inner = self._job.placed.scenario
        for placed in self._job.placed.steps[index:]:
            rule = placed.step.rule or inner.rules[0]
            self._session.recorder.unseen(placed.id, Verdict.ANSWER, rule, Outcome.SKIPPED, why)


def known_config(terms: Terms) -> dict[str, object]:
    """What `$config` stands for."""
    known: dict[str, object] = {"refunds": terms.refunds, "profile": terms.profile}
    if terms.limits is not None:
        known |= {"min": terms.limits[0], "max": terms.limits[1]}
    known["wrong_amount"] = terms.limits[1] + 1 if terms.limits and not terms.one_time else 7
    return known
