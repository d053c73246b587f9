"""A scenario as a payer goes through it under load: its calls in their order on orders of its own,
each answer held against what the scenario expects of it.

What is in the database and in the log is left to `check` and to the reckoning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any

import msgspec

from loadtests.calls import Call, Reply
from loadtests.payment import Given, Line
from loadtests.plays import Play
from loadtests.pool import PoolOrder
from simulator.conformance import format as fmt
from simulator.conformance.calls import build_call
from simulator.conformance.durations import parse_duration
from simulator.conformance.expectations import compare_results, judge_answer
from simulator.conformance.load import PlacedStep
from simulator.conformance.makers import Order
from simulator.conformance.matchers import Matching, Mismatch
from simulator.conformance.values import Fresh, NotApplicable, Scope, Unresolved
from simulator.protocol.answer import Answer
from simulator.protocol.finding import MISSING
from simulator.protocol.vocabulary import Method, State

SCENARIO, FAILED = "scenario ", ", failed"
_ENDS = {
    State.CREATED: "left open",
    State.PERFORMED: "performed",
    State.CANCELLED: "cancelled",
    State.REFUNDED: "refunded",
}
_PROFILE = "default"
_LONGEST = 200


class _LineFresh(Fresh):
    """New ids and times of the run's own."""

    def __init__(self, line: Line) -> None:
        super().__init__(0, _never_made)
        self._line = line

    def transaction_id(self) -> str:
        return self._line.transaction_id()

    def moment(self) -> int:
        return self._line.now()

    def now(self) -> int:
        return self._line.now()


def _never_made() -> Order:
    raise Unresolved("under load there is no order that was never made")


class Playing:
    """Goes through one scenario once. `run` tells what became of its transactions."""

    def __init__(
        self, play: Play, orders: Sequence[PoolOrder], given: Given, line: Line, rng: Random
    ) -> None:
        self._play = play
        self._orders = list(orders)
        self._given = given
        self._line = line
        self._rng = rng
        self._states: dict[str, int] = {}
        self._order_of: dict[str, PoolOrder] = {}
        self._replies: dict[str, Reply] = {}
        self._failed = False
        fresh = _LineFresh(line)
        self._scope = Scope(fresh, fresh.moment(), play.known, self._named(), matrix=play.row)

    def _named(self) -> dict[str, object]:
        left, named = iter(self._orders), dict[str, object]()
        for name, given in self._play.placed.scenario.given.items():
            many = [next(left) for _ in range(given.count or 1)]
            named[name] = many if given.count else many[0]
        return named

    def run(self) -> list[str]:
        """performed, cancelled, refunded or left open for each transaction; then the scenario."""
        for number, placed in enumerate(self._play.placed.steps):
            if not self._is_due(placed.step):
                continue
            if placed.step.wait:
                self._line.pause(parse_duration(placed.step.wait))
            elif number:
                self._wait()
            try:
                if not self._rows(placed):
                    break
            except (Unresolved, NotApplicable):
                break  # what it needs did not come, which was counted where it happened
        outcomes = [_ENDS[State(state)] for state in self._states.values()]
        return [*outcomes, SCENARIO + self._play.name + (FAILED if self._failed else "")]

    def _is_due(self, step: fmt.Step) -> bool:
        before = self._replies.get(step.when.step) if step.when is not None else None
        return step.when is None or (before is not None and before.kind == step.when.answered)

    def _wait(self) -> None:
        if self._given.pause_ms:
            self._line.pause(self._rng.randint(0, 2 * self._given.pause_ms))

    def _rows(self, placed: PlacedStep) -> bool:
        """A step once for each row of its matrix, if it has one; whether the scenario goes on. All
        rows are gone through, also if one is not answered as expected; what cannot be made of this
        merchant's values is skipped."""
        if not placed.step.matrix:
            return self._take(placed, {})
        goes_on = True
        for number, row in enumerate(placed.step.matrix):
            if number:
                self._wait()
            with suppress(NotApplicable):
                goes_on = self._take(placed, row) and goes_on
        return goes_on

    def _take(self, placed: PlacedStep, row: Mapping[str, object]) -> bool:
        """One step, or one row of it; whether the scenario goes on."""
        matrix = {**self._scope.matrix, **row}
        scope = replace(self._scope, arguments=placed.arguments, matrix=matrix)
        name = placed.id + (f"[{row['label']}]" if "label" in row else "")
        call = self._call(build_call(placed.step, scope).params, Method(str(placed.step.call)))
        reply = self._answered(call)
        if reply.kind == "none" or reply.flaw is not None:
            self._line.count(call, reply)
            return False
        self._remember(placed.id, call, reply)
        wrong, other_kind = self._judged(placed.step, reply, scope)
        self._count(call, reply, name, wrong)
        for _ in range((placed.step.repeat or 1) - 1):
            self._again(call, reply, name)
        return not other_kind or placed.step.stop == "never"

    def _again(self, call: Call, first: Reply, name: str) -> None:
        """A repeated call is answered as it was the first time."""
        again = msgspec.structs.replace(call, why="double")
        reply = self._answered(again)
        wrong: list[Mismatch] = []
        if reply.kind == "none" or reply.flaw is not None:
            self._line.count(again, reply)
            return
        if reply.kind != first.kind:
            wrong = [Mismatch("the repeated call", f"{first.kind} again", reply.kind)]
        elif first.kind == "result":
            wrong = compare_results(first.result, reply.result)
        self._count(again, reply, name, wrong)

    def _answered(self, call: Call) -> Reply:
        """What Payme has in the end; attempts that were not answered are counted."""
        reply, policy = self._line.send(call), self._given.policy
        for attempt in range(2, policy.attempts + 1):
            if reply.flaw is None or reply.flaw not in policy.on:
                break
            self._line.count(call, reply)
            self._line.pause(policy.pause_before(attempt), retry=True)
            call = msgspec.structs.replace(call, why="retry")
            reply = self._line.send(call)
        return reply

    def _count(self, call: Call, reply: Reply, name: str, wrong: Sequence[Mismatch]) -> None:
        if not wrong:
            self._line.count(call, reply)
            return
        self._failed = True
        path = wrong[0].path[:_LONGEST]
        text = f"{self._play.placed.id}, step {name}: {path} is not as expected"
        detail = f"expected {wrong[0].expected}, got {wrong[0].actual}"
        self._line.count(call, reply, text, detail[:_LONGEST])

    def _call(self, params: object, method: Method) -> Call:
        """With what the ledger notes of it, as far as Payme itself could have sent it so."""
        told = params if isinstance(params, dict) else {}
        payme_id, account = told.get("id"), told.get("account")
        known = payme_id if isinstance(payme_id, str) else None
        order = self._order_of.get(known or "")
        if isinstance(account, dict):
            order = next((one for one in self._orders if one.account == account), order)
        if known is not None and order is not None:
            self._order_of.setdefault(known, order)
        return Call(
            method=method,
            params=told,
            why="scenario",
            id=known,
            order=order.number if order is not None else "",
            account=account if isinstance(account, dict) else None,
            amount=_number(told, "amount"),
            time=_number(told, "time"),
        )

    def _remember(self, step: str, call: Call, reply: Reply) -> None:
        known: dict[str, object] = {"params": call.params}
        if reply.kind == "result":
            known["result"] = reply.result
        else:
            known["error"] = reply.error
        self._scope.steps[step] = known
        self._replies[step] = reply
        if call.id is not None and reply.state in set(State):
            self._states[call.id] = int(reply.state or 0)

    def _judged(self, step: fmt.Step, reply: Reply, scope: Scope) -> tuple[list[Mismatch], bool]:
        """What differs, and whether a result came for an error or the other way round."""
        members = {name for order in self._orders for name in order.account}
        matching = Matching(own_ids=tuple(self._order_of), members=members)
        for expect in _expectations(step):
            verdict = judge_answer(expect, _answer(reply), scope, matching, ())
            if verdict.mismatches:
                return verdict.mismatches, verdict.wrong_kind
        return [], False


def _expectations(step: fmt.Step) -> Iterator[fmt.Expect]:
    change = next((c for name, c in step.profiles.items() if name == _PROFILE), fmt.StepChange())
    expect = change.expect if "expect" in change.model_fields_set else step.expect
    also = change.also if "also" in change.model_fields_set else step.also
    if expect is not None:
        yield expect
    for one in also or ():
        if one.expect is not None and (one.profiles is None or _PROFILE in one.profiles):
            yield one.expect


def _answer(reply: Reply) -> Answer:
    if reply.kind == "result":
        return Answer("result", 200, result=reply.result)
    return Answer("error", 200, error=reply.error if reply.error is not None else MISSING)


def _number(params: Mapping[str, Any], name: str) -> int | None:
    value = params.get(name)
    return value if type(value) is int and abs(value) < 2**63 else None
