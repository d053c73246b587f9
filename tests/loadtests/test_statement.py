"""Asking for the statement: in windows that lie side by side, again where nothing usable came."""

from __future__ import annotations

import itertools
import json
from array import array
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from loadtests.ledger import Ended
from loadtests.reckoning import Repeat
from loadtests.reckoning.statement import (
    Statement,
    StatementError,
    TooMuch,
    statement_items,
    windows,
)
from simulator.caller.auth import Credentials
from simulator.caller.client import Caller
from simulator.caller.http import HttpTransport
from simulator.caller.masking import Masker
from simulator.caller.wire import FailureKind, WireAnswer, WireFailure, WireRequest

Answer = WireAnswer | WireFailure


class _Transport(HttpTransport):
    """Answers what the test says; remembers what was asked."""

    def __init__(self, answer: Callable[[int], Answer]) -> None:
        super().__init__(1_000)
        self._answer = answer
        self.asked: list[dict[str, Any]] = []

    def send(self, request: WireRequest) -> Answer:
        """The next answer."""
        self.asked.append(json.loads(request.body))
        return self._answer(len(self.asked))


def _ask(answer: Callable[[int], Answer]) -> tuple[Statement, _Transport, list[float]]:
    credentials, paused = Credentials("Paycom", "key-key-key"), list[float]()
    transport = _Transport(answer)
    masker = Masker(credentials)
    caller = Caller("http://127.0.0.1:1/", credentials, transport, masker, lambda exchange: None)
    return Statement(caller, paused.append), transport, paused


def _listing(*items: object) -> Answer:
    return WireAnswer(200, (), json.dumps({"result": {"transactions": items}}).encode())


def test_a_list_is_taken_as_it_is() -> None:
    ask, transport, paused = _ask(lambda number: _listing({"id": "1"}, 7))
    with transport:
        assert ask(10, 20) == [{"id": "1"}, 7]
    (asked,) = transport.asked
    assert (asked["method"], asked["params"]) == ("GetStatement", {"from": 10, "to": 20})
    assert paused == []


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (WireFailure(FailureKind.TIMEOUT, "no whole answer within 1 s"), "no whole answer"),
        (WireAnswer(500, (), b"<h1>"), "HTTP 500"),
        (WireAnswer(200, (), b"<h1>"), "not JSON"),
        (WireAnswer(200, (), b"\xff"), "not JSON"),
        (WireAnswer(200, (), b"[]"), "got []"),
        (WireAnswer(200, (), b'{"error": {"code": -32400}}'), 'got {"error":{"code":-32400}}'),
        (WireAnswer(200, (), b'{"result": {"transactions": {}}}'), "as a list"),
    ],
)
def test_no_list_is_asked_for_again_and_told(answer: Answer, why: str) -> None:
    ask, transport, paused = _ask(lambda number: answer)
    with transport, pytest.raises(StatementError, match="GetStatement from 10 to 20: ") as told:
        ask(10, 20)
    assert why in str(told.value)
    assert (len(transport.asked), len(paused)) == (4, 3)


def test_a_second_attempt_may_be_answered() -> None:
    broken = WireFailure(FailureKind.CLOSED, "broken")
    ask, transport, _ = _ask(lambda number: broken if number == 1 else _listing())
    with transport:
        assert ask(10, 20) == []


def test_too_much_is_not_asked_for_again() -> None:
    ask, transport, _ = _ask(lambda number: WireFailure(FailureKind.TOO_LARGE, "too large"))
    with transport, pytest.raises(TooMuch):
        ask(10, 20)
    assert len(transport.asked) == 1


@pytest.mark.parametrize("times", [[5], [5, 5, 5, 5], list(range(100)), [9, 1, 9, 9, 9, 9, 2, 9]])
def test_windows_hold_every_moment_once(times: list[int]) -> None:
    found = list(windows(array("q", times), 3))
    for before, after in itertools.pairwise(found):
        assert after[0] == before[1] + 1
    for time in times:
        assert sum(first <= time <= last for first, last in found) == 1
    assert all(first <= last for first, last in found)


def test_no_moments_no_windows() -> None:
    assert list(windows(array("q"))) == []


def test_a_window_with_too_much_is_halved() -> None:
    times = array("q", range(1_000, 1_100))

    def ask(first: int, last: int) -> list[Any]:
        found = [time for time in times if first <= time <= last]
        if len(found) > 7:
            raise TooMuch
        return found

    assert list(statement_items(ask, times)) == list(times)


def test_a_moment_with_too_much_is_told() -> None:
    def ask(first: int, last: int) -> list[Any]:
        raise TooMuch

    with pytest.raises(StatementError, match="the answer is too large"):
        list(statement_items(ask, array("q", [5])))


@pytest.mark.parametrize(
    ("body", "kind", "state", "code"),
    [
        (b'{"result": {"state": 1, "create_time": 5}}', "result", 1, None),
        (b'{"error": {"code": -31008}}', "error", None, -31008),
        (b"[]", "none", None, None),
        (b"<", "none", None, None),
    ],
)
def test_a_call_is_repeated_as_it_was(
    body: bytes, kind: str, state: int | None, code: int | None
) -> None:
    create = Ended(
        at=1,
        sent=1,
        took_us=1,
        method="CreateTransaction",
        answer="none",
        id="6b0409d900107a020000002a",
        time=7,
        amount=100,
        account={"order_id": "1"},
        fault="drop-reply",
    )
    transport = _Transport(lambda number: WireAnswer(200, (), body))
    masker = Masker(credentials := Credentials("Paycom", "key-key-key"))
    caller = Caller("http://127.0.0.1:1/", credentials, transport, masker, lambda exchange: None)
    with transport:
        told = Repeat(caller)(create)
        Repeat(caller)(msgspec.structs.replace(create, method="PerformTransaction"))
    first, second = transport.asked
    assert (first["method"], second["method"]) == ("CreateTransaction", "PerformTransaction")
    account = {"order_id": "1"}
    assert first["params"] == {"id": create.id, "time": 7, "amount": 100, "account": account}
    assert second["params"] == {"id": create.id}
    assert (told.answer, told.state, told.code) == (kind, state, code)
    assert (told.why, told.fault, told.sent > 1) == ("retry", None, True)
