"""How Payme repeats a call that got no usable answer.

Payme documents that a call whose answer is lost is repeated with the same params, and that a
silent merchant's payment is suspended in the end. How often, after how long and with which
JSON-RPC id is published nowhere, so all of it can be set.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from simulator.caller.wire import WireAnswer, WireFailure
from simulator.protocol.answer import read_answer
from simulator.protocol.finding import Report
from simulator.protocol.vocabulary import Code

T = TypeVar("T")


class Flaw(StrEnum):
    """Why an answer leaves Payme not knowing what became of its call."""

    NO_ANSWER = "no-answer"
    NOT_200 = "not-200"
    UNREADABLE = "unreadable"
    SYSTEM_ERROR = "system-error"


def flaw_of(answer: WireAnswer | WireFailure) -> Flaw | None:
    """The answer's flaw; None for a result and for an error that is a decision."""
    if isinstance(answer, WireFailure):
        return Flaw.NO_ANSWER
    if answer.status != 200:
        return Flaw.NOT_200
    read = read_answer(answer.status, answer.body, Report())
    if read.kind == "nothing":
        return Flaw.UNREADABLE
    return Flaw.SYSTEM_ERROR if read.kind == "error" and read.code == Code.SYSTEM else None


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """attempts: how often a call is sent at most, the first time included.

    pauses_ms: before the second attempt, the third and so on, in ms; the last stands for all
    further ones. new_id: each attempt has a JSON-RPC id of its own. on: what is repeated.
    """

    attempts: int = 3
    pauses_ms: tuple[int, ...] = (1_000, 5_000, 15_000)
    new_id: bool = True
    on: frozenset[Flaw] = frozenset(Flaw)

    def pause_before(self, attempt: int) -> int:
        """ms before that attempt; the first is number 1 and waits for nothing."""
        if attempt < 2 or not self.pauses_ms:
            return 0
        return self.pauses_ms[min(attempt - 2, len(self.pauses_ms) - 1)]

    def repeats(self, answer: WireAnswer | WireFailure) -> bool:
        """Whether that answer is no reason to stop."""
        return flaw_of(answer) in self.on


@dataclass(frozen=True, slots=True)
class Attempt(Generic[T]):
    """One attempt: its number from 1, when it was made (ms, the retrier's clock), its outcome."""

    number: int
    at: int
    outcome: T


@dataclass(slots=True)
class Tries(Generic[T]):
    """All attempts at one call. `suspended`: the last was no better, so Payme gives up."""

    attempts: list[Attempt[T]] = field(default_factory=list)
    suspended: bool = False

    @property
    def last(self) -> T:
        return self.attempts[-1].outcome


class Retrier(Generic[T]):
    """Sends until the policy is content. `sleep` takes ms, `clock` gives ms, `wire` says what an
    outcome was on the wire."""

    def __init__(
        self,
        policy: RetryPolicy,
        wire: Callable[[T], WireAnswer | WireFailure],
        sleep: Callable[[int], None],
        clock: Callable[[], int],
    ) -> None:
        self._policy = policy
        self._wire = wire
        self._sleep = sleep
        self._clock = clock

    def run(self, send: Callable[[int, T | None], T]) -> Tries[T]:
        """`send` is given the attempt's number and the outcome before (None at first)."""
        tries: Tries[T] = Tries()
        before: T | None = None
        for number in range(1, self._policy.attempts + 1):
            pause = self._policy.pause_before(number)
            if pause:
                self._sleep(pause)
            at = self._clock()
            before = send(number, before)
            tries.attempts.append(Attempt(number, at, before))
            if not self._policy.repeats(self._wire(before)):
                return tries
        tries.suspended = True
        return tries
