"""One step of a scenario: when it is due, what is sent and how often, what is looked at then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.caller.client import Call
from simulator.conformance import format as fmt
from simulator.conformance.audit import after_refusal
from simulator.conformance.bursts import book_of, judge_burst, later_answers
from simulator.conformance.calls import build_call, burst_calls, times_to_send
from simulator.conformance.clocks import ROWS, advance
from simulator.conformance.dbwatch import Before
from simulator.conformance.durability import after_restart
from simulator.conformance.durations import parse_duration
from simulator.conformance.events import Outcome, Verdict
from simulator.conformance.judging import Judged
from simulator.conformance.kills import call_and_kill
from simulator.conformance.load import PlacedStep
from simulator.conformance.matchers import Where
from simulator.conformance.ports import ClockError, DatabaseError, NotLooked
from simulator.conformance.recorder import Evidence
from simulator.conformance.retrying import Sender
from simulator.conformance.session import Session
from simulator.conformance.troubles import call_in_trouble
from simulator.conformance.values import NotApplicable, Scope
from simulator.conformance.verdicts import StepVerdicts
from simulator.protocol.finding import MISSING
from simulator.protocol.oracle import Book


class Stop(Exception):
    """The rest of the scenario cannot be run; the text says why."""


@dataclass(frozen=True, slots=True)
class Part:
    """One set of verdicts under one rule: the step's own, or one of its `also`."""

    rule: str
    where: Where
    expect: fmt.Expect | None
    database: fmt.DatabaseExpect | None
    log: fmt.LogExpect | None


class StepRun:
    """One step in one session."""

    def __init__(self, session: Session, placed: PlacedStep, default_rule: str) -> None:
        self._session = session
        self._placed = placed
        self._step = placed.step
        self._rule = placed.step.rule or default_rule
        self._parts = _parts(placed.step, self._rule, session.world.terms.profile)

    def run(self) -> None:
        """Run the step, once or once a row. Raises Stop if the scenario cannot go on."""
        if not self._is_due():
            return
        if self._step.wait:
            self._session.pause(parse_duration(self._step.wait))
        if self._step.clock is not None:
            self._advance(self._step.clock)
        stops = [stop for stop in (self._row(row) for row in self._step.matrix or [{}]) if stop]
        if stops:
            raise stops[0]

    def _is_due(self) -> bool:
        when = self._step.when
        if when is None:
            return True
        before = self._session.last.get(when.step)
        if before is not None and before.answer.kind == when.answered:
            return True
        self._skip(self._placed.id, f"{when.step} was not answered with {when.answered}")
        return False

    def _skip(self, name: str, why: str) -> None:
        self._session.recorder.unseen(name, Verdict.ANSWER, self._rule, Outcome.SKIPPED, why)

    def _advance(self, clock: fmt.Clock) -> None:
        """Let time pass before the step."""
        way, by_ms = str(self._session.scope.resolve(clock.by)), parse_duration(clock.advance)
        if way == ROWS:
            return self._age(by_ms)
        try:
            advance(self._session, way, by_ms, self._placed.id)
        except (ClockError, *NotLooked) as error:
            # only the merchant's author can say that a hook works
            outcome = Outcome.NOT_TESTABLE if way == "hook" else Outcome.SKIPPED
            name, why = self._placed.id, str(error)
            self._session.recorder.unseen(name, Verdict.ANSWER, self._rule, outcome, why)
            raise Stop("the merchant's clock could not be moved") from error

    def _age(self, by_ms: int) -> None:
        """Shift the rows of the scenario's transactions back."""
        database = self._session.world.eyes.database
        transactions = self._session.books.transactions
        if database is None or not transactions:
            raise Stop("the merchant's rows cannot be aged")
        try:
            database.age(sorted(transactions), by_ms)
        except NotLooked as error:
            raise Stop(f"the merchant's rows cannot be aged: {error}") from error
        for tx in transactions.values():
            tx.age(by_ms)

    def _row(self, row: Mapping[str, object]) -> Stop | None:
        """One row of the step's matrix; a row that cannot be made is skipped."""
        name = self._placed.id + (f"[{row['label']}]" if "label" in row else "")
        try:
            for index in range(self._step.loop or 1):
                scope = self._session.with_arguments(self._placed.arguments)
                scope.matrix = {**scope.matrix, **row}
                scope.loop = index
                self._once(name, scope)
        except NotApplicable as error:
            self._skip(name, str(error))
        except Stop as stop:
            return stop
        return None

    def _once(self, name: str, scope: Scope) -> None:
        verdicts = StepVerdicts(self._session, self._placed, name, scope)
        before = self._snapshot()
        lines = self._session.look_at_log(name)
        send = self._single if self._step.burst is None else self._burst
        send = send if self._step.restart is None else self._killed
        send = send if self._step.trouble is None else self._troubled
        wrong_kind = send(name, scope, verdicts)
        last = self._session.last[self._placed.id]
        lines += self._session.look_at_log(name, unsent=self._unsent(last.made.call))
        judged = [p for p in self._parts if not (wrong_kind and p.where)]
        for part in judged:
            # what another rule says of the rows holds only if the answer was as expected
            elsewhere = part.database is not None and part.database.rule is not None
            if part.database is not None and not (wrong_kind and elsewhere):
                verdicts.database(part.database, part.rule, (*part.where, "database"), before)
        for part in judged:
            if part.log is not None:
                lines = verdicts.log(part.log, part.rule, (*part.where, "log"), lines)
        if wrong_kind and self._step.stop != "never":
            raise Stop(f"step {name} was not answered as expected")

    def _snapshot(self) -> Before:
        """The rows before the step, if it promises to leave them alone."""
        session, watch = self._session, self._session.watch
        asked = [part.database for part in self._parts if part.database is not None]
        if watch is None:
            return Before()
        try:
            rows = any(one.unchanged for one in asked)
            orders = any(one.new_orders is not None for one in asked)
            return Before(
                watch.snapshot(session.books, session.all_orders) if rows else (),
                watch.order_count() if orders else (),
            )
        except NotLooked:
            return Before()  # the look after the step says why

    def _unsent(self, call: Call) -> bool:
        return self._placed.own and self._session.bends(call)

    def _single(self, name: str, scope: Scope, verdicts: StepVerdicts) -> bool:
        call = build_call(self._step, scope)
        unsent = self._unsent(call)
        first = Sender(self._session, self._step, name, unsent).send(call)
        self._remember(first)
        wrong_kind = self._judge(first, verdicts)
        for _ in range(times_to_send(self._step, call) - 1):
            if first.failure is None:
                verdicts.repeat(first, self._session.call(call, name, unsent=unsent))
        after_refusal(self._session, first, name)
        return wrong_kind

    def _judge(self, first: Judged, verdicts: StepVerdicts) -> bool:
        wrong_kind = False
        for part in self._parts:
            if part.expect is None:
                continue
            if wrong_kind:
                why = "the answer is of the wrong kind"
                verdicts.unseen(Verdict.ANSWER, part.rule, Outcome.SKIPPED, why)
            elif verdicts.answer(part.expect, part.rule, first, (*part.where, "expect")):
                wrong_kind = True
        return wrong_kind

    def _burst(self, name: str, scope: Scope, verdicts: StepVerdicts) -> bool:
        before = book_of(self._session)
        judged = self._session.burst(burst_calls(self._step, scope), name)
        winner = next((seen for seen in judged if seen.answer.kind == "result"), judged[0])
        self._remember(winner)
        broken = self._judge_all(judged, scope, verdicts, before)
        return broken and winner.answer.kind != "result"

    def _killed(self, name: str, scope: Scope, verdicts: StepVerdicts) -> bool:
        """The merchant is killed after the answers, or while it makes them. What came is judged."""
        step, session = self._step, self._session
        assert step.restart is not None
        calls = burst_calls(step, scope) if step.burst else [build_call(step, scope)]
        came = call_and_kill(session, calls, name, step.restart)
        again = after_restart(session, name, came.lost)
        self._remember((*came.answered, *again)[0])
        if not came.answered:
            return False
        if step.burst is None:
            return self._judge(came.answered[0], verdicts)
        self._judge_all(came.answered, scope, verdicts, ())
        return False

    def _troubled(self, name: str, scope: Scope, verdicts: StepVerdicts) -> bool:
        """The database is in trouble while the calls are made, and well again afterwards."""
        session, kind = self._session, self._step.trouble
        assert kind is not None
        before = book_of(session)
        try:
            judged = call_in_trouble(session, burst_calls(self._step, scope), name, kind)
        except DatabaseError as error:
            verdicts.unseen(Verdict.ANSWER, self._rule, Outcome.NOT_TESTABLE, str(error))
            raise Stop(str(error)) from error
        self._remember(judged[0])
        self._judge_all(judged, scope, verdicts, before)
        return False

    def _judge_all(
        self, judged: Sequence[Judged], scope: Scope, verdicts: StepVerdicts, before: Book
    ) -> bool:
        """Hold the answers of a burst against every part; true if any is broken."""
        numbers = Evidence(tuple(seen.made.exchange.number for seen in judged))
        broken = False
        for part in self._parts:
            if part.expect is not None:
                where = (*part.where, "expect")
                found = judge_burst(part.expect, judged, self._session, scope, before, where)
                if part.expect.serial:
                    later = later_answers(judged, self._session, (*where, "serial"))
                    verdicts.repeats([(of, miss) for of, miss in later if of], numbers)
                    found += [miss for of, miss in later if not of]
                verdicts.record(Verdict.ANSWER, part.rule, found, numbers, where)
                broken = broken or bool(found)
        return broken

    def _remember(self, judged: Judged) -> None:
        params, answer = judged.made.call.params, judged.answer
        known: dict[str, object] = {"params": params if isinstance(params, Mapping) else {}}
        if answer.result is not MISSING:
            known["result"] = answer.result
        if answer.error is not MISSING:
            known["error"] = answer.error
        self._session.scope.steps[self._placed.id] = known
        self._session.last[self._placed.id] = judged


def _parts(step: fmt.Step, rule: str, profile: str) -> list[Part]:
    """The verdicts that a step asks for under a profile, its own first."""
    change = next((c for name, c in step.profiles.items() if name == profile), fmt.StepChange())
    chosen = {
        name: getattr(change if name in change.model_fields_set else step, name)
        for name in ("expect", "also", "database", "log")
    }
    parts = [Part(rule, (), chosen["expect"], chosen["database"], chosen["log"])]
    for index, also in enumerate(chosen["also"] or []):
        if also.profiles is None or profile in also.profiles:
            where = ("also", index)
            parts.append(Part(also.rule, where, also.expect, also.database, also.log))
    return parts
