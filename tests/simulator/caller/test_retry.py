"""Payme's repetitions: which answers, how often, after how long."""

from __future__ import annotations

import json

import pytest

from simulator.caller.retry import Flaw, Retrier, RetryPolicy, flaw_of
from simulator.caller.wire import FailureKind, WireAnswer, WireFailure

Outcome = WireAnswer | WireFailure
SILENCE = WireFailure(FailureKind.TIMEOUT, "no whole answer within 15000 ms")


def said(**members: object) -> WireAnswer:
    return WireAnswer(200, (), json.dumps({"id": 1, **members}).encode())


DONE = said(result={"state": 1})
BROKEN = said(error={"code": -32400, "message": "broken"})


@pytest.mark.parametrize(
    ("answer", "flaw"),
    [
        (SILENCE, Flaw.NO_ANSWER),
        (WireFailure(FailureKind.INJECTED, "lost on purpose"), Flaw.NO_ANSWER),
        (WireAnswer(502, (), b"{}"), Flaw.NOT_200),
        (WireAnswer(200, (), b"<html>"), Flaw.UNREADABLE),
        (WireAnswer(200, (), b'{"id":1}'), Flaw.UNREADABLE),
        (BROKEN, Flaw.SYSTEM_ERROR),
        (said(error={"code": -31008, "message": "no"}), None),
        (DONE, None),
    ],
)
def test_what_leaves_payme_not_knowing(answer: Outcome, flaw: Flaw | None) -> None:
    assert flaw_of(answer) is flaw
    assert RetryPolicy().repeats(answer) is (flaw is not None)
    assert not RetryPolicy(on=frozenset()).repeats(answer)


class Merchant:
    """Answers in turn; keeps the time, which passes only while Payme waits."""

    def __init__(self, *answers: Outcome) -> None:
        self.answers = list(answers)
        self.before: list[Outcome | None] = []
        self.now = 0

    def sleep(self, ms: int) -> None:
        self.now += ms

    def send(self, number: int, before: Outcome | None) -> Outcome:
        self.before.append(before)
        return self.answers[number - 1]

    def called(self, policy: RetryPolicy) -> tuple[list[int], bool]:
        retrier: Retrier[Outcome] = Retrier(policy, lambda o: o, self.sleep, lambda: self.now)
        tries = retrier.run(self.send)
        assert tries.last is self.answers[len(tries.attempts) - 1]
        return [attempt.at for attempt in tries.attempts], tries.suspended


def test_an_answer_ends_it() -> None:
    assert Merchant(DONE).called(RetryPolicy()) == ([0], False)


def test_attempts_come_after_their_pauses() -> None:
    merchant = Merchant(SILENCE, BROKEN, DONE)
    assert merchant.called(RetryPolicy()) == ([0, 1000, 6000], False)
    assert merchant.before == [None, SILENCE, BROKEN]


def test_payme_gives_up_in_the_end() -> None:
    assert Merchant(*[SILENCE] * 3).called(RetryPolicy()) == ([0, 1000, 6000], True)


def test_the_last_pause_stands_for_all_further_ones() -> None:
    policy = RetryPolicy(attempts=5, pauses_ms=(10, 20))
    assert Merchant(*[SILENCE] * 5).called(policy) == ([0, 10, 30, 50, 70], True)


def test_without_pauses_it_is_repeated_at_once() -> None:
    assert Merchant(SILENCE, DONE).called(RetryPolicy(pauses_ms=())) == ([0, 0], False)
