"""What a load run has found, as plain data: the engine and the reckoning fill it, reports read it.

Times of answers are microseconds, moments are ms, as ints. Nothing here may hold a secret: whoever
fills it masks first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

ORDERS = "orders"
"""Stands beside the methods for the orders that were asked of the merchant. Those that could not be
made count among all errors and calls; those that were made do not: they are no calls of Payme's."""

BEGUN_LATE = "begun late"
"""Stands beside the payments' ends for those of the open model for which no payer was free."""


class Met(StrEnum):
    """What became of a threshold."""

    OK = "ok"
    BREACHED = "breached"
    TOO_FEW = "too few samples"


class Kind(StrEnum):
    """What may be wrong with a transaction or an order. The values are what reports print."""

    LOST = "lost"
    DOUBLED = "doubled"
    REFUSED = "stored though refused"
    STATE = "state differs"
    AMOUNT = "amount differs"
    TIMES = "times differ"
    PAID_TWICE = "order paid twice"
    HELD_TWICE = "order held by two transactions"
    NOT_PAID = "order not paid though its transaction is performed"
    PAID_BY_NOBODY = "order paid by nobody"
    INVARIANT = "an invariant of yours does not hold"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class Threshold:
    """One condition: its text as the user wrote it, what was observed, over how many samples."""

    text: str
    observed: str
    met: Met
    samples: int = 0


@dataclass(frozen=True, slots=True)
class MethodStats:
    """One method over the whole run; "orders", if some could not be made.

    calls: how many ended. errors: how many were answered with an error that the call did not
    deserve, or not at all (on purpose is not counted). percentiles: "p50", "p95", "p99", "max" …
    in microseconds, of the acknowledged ones.
    """

    method: str
    calls: int
    errors: int
    percentiles: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Second:
    """One second of the run, or several if they were drawn together; `at` seconds from its start.

    calls, errors: that ended in it. payments: orders that became paid. p50, p95: by method, in
    microseconds.
    """

    at: int
    calls: int
    errors: int = 0
    users: int = 0
    payments: int = 0
    p50: Mapping[str, int] = field(default_factory=dict)
    p95: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ErrorGroup:
    """Calls of one method that failed alike.

    code: the JSON-RPC code, "HTTP 500", "no answer" and the like. deserved: whether the call had
    asked for it (a second payer of a paid order). example: one of these calls. down: whether
    they were made while we had killed the merchant, who is not to blame then.
    """

    method: str
    code: str
    count: int
    deserved: bool = False
    example: str = ""
    down: bool = False

    @property
    def excuse(self) -> str:
        """Why this is no error of the merchant's, or an empty text."""
        if self.down:
            return "while the merchant was down"
        return "as it deserved" if self.deserved else ""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that does not add up. subject: Payme's id, or an order's number.

    message: what is wrong, with what was expected and what was seen. order: number of the order.
    calls: the calls of it, one a line, as the ledger has them.
    """

    kind: Kind
    subject: str
    message: str
    order: str = ""
    calls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LogLines:
    """Forbidden lines of the merchant's log: how many hold `text`, and the first of them."""

    text: str
    count: int
    example: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Reckoning:
    """Payme's side, GetStatement and the database, compared.

    counts: by kind, all of them; wrong: those that are listed, the first of each kind.
    later: performed or created although no answer had come (Payme would ask again); not a failure.
    asked_again: how many calls that had brought no result were sent once more, after everything.
    compared: how many transactions by source: "Payme", "GetStatement", "database", "orders".
    not_compared: what was not looked at, and why; unable: what should have been, and could not:
    that fails the run.
    """

    counts: Mapping[Kind, int] = field(default_factory=dict)
    wrong: tuple[Wrong, ...] = ()
    log: tuple[LogLines, ...] = ()
    later: Mapping[str, int] = field(default_factory=dict)
    later_ids: tuple[str, ...] = ()
    asked_again: int = 0
    compared: Mapping[str, int] = field(default_factory=dict)
    not_compared: tuple[str, ...] = ()
    unable: tuple[str, ...] = ()
    took_ms: int = 0

    @property
    def good(self) -> bool:
        """Whether the money adds up, as far as was looked."""
        return not (any(self.counts.values()) or self.log or self.unable)


@dataclass(frozen=True, slots=True)
class LoadRun:
    """The whole run. seconds: how long the load lasted. model: "closed" or "open".

    users: how many payers, or arrivals a second in the open model. stopped: why it ended early.
    started_at: ms. percentile names of `methods` are all the same.
    """

    target: str
    seed: int
    command: str
    started_at: int
    seconds: int
    model: str
    shape: str
    users: int
    workers: int = 1
    payments: int = 0
    thresholds: tuple[Threshold, ...] = ()
    methods: tuple[MethodStats, ...] = ()
    series: tuple[Second, ...] = ()
    errors: tuple[ErrorGroup, ...] = ()
    reckoning: Reckoning | None = None
    notes: tuple[str, ...] = ()
    stopped: str = ""
    exit_code: int = 0
    version: str = ""

    @property
    def calls(self) -> int:
        """All calls of Payme's that ended."""
        return sum(one.calls for one in self.methods if one.method != ORDERS)
