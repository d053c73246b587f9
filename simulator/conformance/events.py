"""The one stream between the runner and everything that shows its work.

The runner knows nobody who listens. Every text in an event is already masked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from simulator.caller.wire import Exchange


class Level(StrEnum):
    """How binding a rule is; `--strict` makes a should count as a must."""

    MUST = "must"
    SHOULD = "should"
    MAY = "may"


class Verdict(StrEnum):
    """Which of the merchant's faces a check looked at."""

    ANSWER = "answer"
    DATABASE = "database"
    LOG = "log"
    INVARIANT = "invariant"


class Outcome(StrEnum):
    """What a check came to. Only `failed` and `not_testable` stop a deploy."""

    PASSED = "passed"
    FAILED = "failed"
    WARNED = "warned"
    NOT_TESTABLE = "not_testable"
    KNOWN = "known"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the catalogue. `source` is a URL; `usual_cause` and `fix` are for humans."""

    code: str
    id: str
    level: Level
    text: str
    source: str
    group: str
    why: str = ""
    usual_cause: str = ""
    fix: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a scenario file an expectation stands: 1-based line and column, caret length."""

    file: str
    line: int
    column: int
    length: int
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One typed difference: a path like `result.state`, what was wanted, what was seen."""

    path: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class Check:
    """One verdict of one rule in one step.

    `case` names the recorded run of the scenario and is empty unless something is wrong with it.
    `exchanges` are the journal numbers of the calls that this check judged.
    `log_lines` and `rows` are what the log and the database showed, as text, worst first.
    """

    code: str
    rule: str
    level: Level
    scenario: str
    step: str
    verdict: Verdict
    outcome: Outcome
    message: str
    spec: str
    expected: str = ""
    actual: str = ""
    case: str = ""
    place: Place | None = None
    differences: tuple[Difference, ...] = ()
    exchanges: tuple[int, ...] = ()
    log_lines: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    reason: str = ""  # why it is known, skipped or not testable


@dataclass(frozen=True, slots=True)
class Target:
    """Whom the run is about."""

    url: str
    profile: str
    account_type: str


@dataclass(frozen=True, slots=True)
class Totals:
    """Checks by outcome."""

    passed: int = 0
    failed: int = 0
    warned: int = 0
    not_testable: int = 0
    known: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class RunStarted:
    """First event. `not_looked_at` says in words what the configuration keeps from us."""

    tool_version: str
    target: Target
    seed: int
    strict: bool
    command: str
    started_at: int
    scenarios: int
    rules: dict[str, Rule]
    not_looked_at: tuple[str, ...] = ()
    baseline: str = ""


@dataclass(frozen=True, slots=True)
class ScenarioStarted:
    """A scenario (one row of its matrix) begins. `name` is its id, with the row in brackets."""

    name: str
    title: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExchangeDone:
    """One call and its answer, masked."""

    exchange: Exchange


@dataclass(frozen=True, slots=True)
class ScenarioFinished:
    """All checks of a scenario, in order, each with its final outcome. `case` is empty if fine."""

    name: str
    checks: tuple[Check, ...]
    took: int
    case: str = ""


@dataclass(frozen=True, slots=True)
class RunFinished:
    """Last event. `stopped` says why the run ended early; `stale` lists baseline complaints."""

    totals: Totals
    exit_code: int
    took: int
    stopped: str = ""
    stale: tuple[str, ...] = field(default=())


Event = RunStarted | ScenarioStarted | ExchangeDone | ScenarioFinished | RunFinished
Listener = Callable[[Event], None]
