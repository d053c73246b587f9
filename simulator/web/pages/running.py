"""A run for somebody who watches: its steps are judged one by one, and told of at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NoReturn, Protocol

from simulator.caller.wire import Exchange
from simulator.conformance.audit import rest_of_log
from simulator.conformance.events import (
    Check,
    Event,
    Outcome,
    Rule,
    ScenarioFinished,
    Verdict,
)
from simulator.conformance.floor import Floor
from simulator.conformance.preflight import preflight
from simulator.conformance.recorder import Recorder
from simulator.conformance.runner import Job, Runner
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


def play(
    world: World, jobs: Sequence[Job], floor: Floor, url: str, tell: Tell, *, live: bool
) -> str:
    """As `payme-sandbox check` runs them, in `live` runs told of check by check. Why it ended
    early, or nothing."""
    if live:
        runner = Runner(world, tell, floor, url, lambda name, of: LiveRecorder(name, of, tell))
    else:
        runner = Runner(world, tell, floor, url)
    runner.run(jobs)
    return runner.stopped


def shut(*_: object, **__: object) -> NoReturn:
    """An opener for a server that has none."""
    raise CannotRun("This server was started without a merchant that it could run against.")


def before(world: World, tell: Tell) -> str:
    """Whether this is the merchant, takes the key and makes orders; if not, why."""
    trouble = preflight(world)
    if trouble is None:
        return ""
    if trouble.checks:
        tell(ScenarioFinished(trouble.checks[0].scenario, tuple(trouble.checks), 0))
    return trouble.text


def last_look(opened: Opened, tell: Tell) -> None:
    """What the log got after the last step."""
    if opened.log is None:
        return
    opened.log.flush()
    if checks := rest_of_log(opened.world):
        tell(ScenarioFinished(checks[0].scenario, tuple(checks), 0))
