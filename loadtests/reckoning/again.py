"""Payme asks again: what was still open at the end of the load is settled by the same call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from loadtests.ledger import Ended
from loadtests.reckoning.belief import CREATED, PERFORMED, Belief, whole
from loadtests.results import Kind
from simulator.caller.client import Call, Caller
from simulator.caller.wire import WireAnswer
from simulator.protocol.vocabulary import MUTATING, Code, Method

KILLED = "its worker was killed: perhaps sent, perhaps not"
"""The fault of a call that nobody knows to have been sent."""
_MOST = 200
_MOST_SILENT = 5
_CHANGING = frozenset(method.value for method in MUTATING)
_RIGHT: dict[str, tuple[int, tuple[int | None, ...]]] = {
    Method.CREATE.value: (CREATED, (None, CREATED)),
    Method.PERFORM.value: (PERFORMED, (CREATED, PERFORMED)),
}
"""The state that a repeat answers, and the states in which it has to."""


@dataclass(slots=True)
class Open:
    """Calls that brought no result, the first of them, with all calls of their transaction."""

    calls: list[tuple[Ended, list[Ended], int | None]] = field(default_factory=list)

    def note(self, belief: Belief, calls: list[Ended], state: int | None) -> None:
        """Keep the transaction's last call if it brought nothing. `state`: None for none."""
        if len(self.calls) >= _MOST or belief.clashes:
            return
        last = next((one for one in reversed(calls) if one.method in _CHANGING), None)
        if last is None or last.answer == "result" or last.fault == KILLED:
            return
        if last.answer == "error" and any(one.why == "scenario" for one in calls):
            return  # the scenario itself has held the refusal against what it expects
        right = _RIGHT.get(last.method)
        if right is not None and state in right[1]:
            self.calls.append((last, calls, state))


class Repeat:
    """Sends a call of the ledger again."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def __call__(self, call: Ended) -> Ended:
        """The call as it ended this time."""
        params: dict[str, Any] = {"id": call.id}
        if call.method == Method.CREATE:
            params |= {"time": call.time, "amount": call.amount, "account": call.account}
        made = self._caller.call(Call(call.method, params))
        answer, result, code = _answer(made.answer)
        return msgspec.structs.replace(
            call,
            at=made.exchange.sent_at,
            sent=made.exchange.sent_at,
            took_us=made.exchange.took * 1000,
            why="retry",
            answer=answer,
            fault=None,
            state=result.get("state"),
            transaction=result.get("transaction"),
            create_time=result.get("create_time"),
            perform_time=result.get("perform_time"),
            code=code,
        )


def _answer(answer: object) -> tuple[Any, dict[str, Any], Any]:
    """What the ledger says of it: kind, result, code."""
    if not isinstance(answer, WireAnswer) or answer.status != 200:
        return "none", {}, None
    try:
        told = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return "none", {}, None
    members = told if isinstance(told, dict) else {}
    result, error = members.get("result"), members.get("error")
    if isinstance(error, dict):
        return "error", {}, error.get("code")
    return ("result", result, None) if isinstance(result, dict) else ("none", {}, None)


def ask_again(
    open_: Open, again: Callable[[Ended], Ended], contested: frozenset[str] | set[str]
) -> Iterator[tuple[Ended, Sequence[Ended], list[tuple[Kind, str]]]]:
    """Each open call, all calls of its transaction, and what is wrong with the new answer.

    contested: orders that had a second payer, who may rightly hold them. Ends early if nobody
    answers any more.
    """
    silent = 0
    for call, calls, state in open_.calls:
        if (state is None and call.order in contested) or silent >= _MOST_SILENT:
            continue
        told = again(call)
        silent = silent + 1 if told.answer == "none" else 0
        yield told, [*calls, told], list(_judged(told, state))


def _judged(told: Ended, state: int | None) -> Iterator[tuple[Kind, str]]:
    right, _ = _RIGHT[told.method]
    if told.answer == "result" and whole(told.state) == right:
        return
    if told.answer == "error":
        code = whole(told.code)
        said = "answered -32400" if code == Code.SYSTEM else f"refused with {told.code}"
    else:
        said = f"answered state {told.state}" if told.answer == "result" else "not answered"
    where = f"the transaction is in state {state}" if state else "there is no such transaction"
    yield Kind.STUCK, f"{told.method} was open, and {said} when asked again; {where}"
