"""One step of a scenario: what is sent, how often, and the verdicts on it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.caller.client import JSON_TYPE, NOTHING, Call
from simulator.conformance import format as fmt
from simulator.conformance.audit import after_refusal
from simulator.conformance.bursts import book_of, judge_burst
from simulator.conformance.durations import parse_duration
from simulator.conformance.events import Difference, Outcome, Place, Verdict
from simulator.conformance.expectations import compare_results, judge_answer
from simulator.conformance.judging import Judged
from simulator.conformance.load import PlacedStep
from simulator.conformance.logwatch import Line, filled
from simulator.conformance.matchers import Mismatch, Where
from simulator.conformance.ports import NotLooked, Order
from simulator.conformance.recorder import Evidence
from simulator.conformance.session import Session
from simulator.conformance.values import NotApplicable, Scope, Unresolved
from simulator.protocol.finding import MISSING
from simulator.protocol.vocabulary import MUTATING, Method

_REPEAT_RULES = {
    Method.CREATE: "create.repeat-same-answer",
    Method.PERFORM: "perform.repeat-same-answer",
    Method.CANCEL: "cancel.repeat-same-answer",
}


class Stop(Exception):
    """The rest of the scenario cannot be run; the text says why."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The verdicts a step asks for, under the profile in force."""

    expect: fmt.Expect | None
    also: Sequence[fmt.Also]
    database: fmt.DatabaseExpect | None
    log: fmt.LogExpect | None


class StepRun:
    """One step in one session; `label` is the row of its own matrix, if it has one."""

    def __init__(self, session: Session, placed: PlacedStep, default_rule: str) -> None:
        self.session = session
        self.placed = placed
        self.step = placed.step
        self.rule = placed.step.rule or default_rule
        self.name = placed.id
        profile = session.world.terms.profile
        self.expected = _expected(placed.step, profile)
        self.lines: list[Line] = []

    def run(self) -> None:
        """Run the step, once or once a row. Raises Stop if the scenario cannot go on."""
        if not self._is_due():
            return
        self._prepare()
        rows = self.step.matrix or [{}]
        stops = []
        for row in rows:
            for index in range(self.step.loop or 1):
                scope = self.session.with_arguments(self.placed.arguments)
                scope.matrix = {**scope.matrix, **row}
                scope.loop = index
                label = f"[{row['label']}]" if "label" in row else ""
                self.name = self.placed.id + label
                try:
                    self._once(scope)
                except NotApplicable as error:
                    self._skip(str(error))
                except Stop as stop:
                    stops.append(stop)
        if stops:
            raise stops[0]

    def _is_due(self) -> bool:
        when = self.step.when
        if when is None:
            return True
        before = self.session.last.get(when.step)
        if before is not None and before.answer.kind == when.answered:
            return True
        self._skip(f"{when.step} was not answered with {when.answered}")
        return False

    def _skip(self, why: str) -> None:
        self.session.recorder.unseen(self.name, Verdict.ANSWER, self.rule, Outcome.SKIPPED, why)

    def _prepare(self) -> None:
        if self.step.wait:
            self.session.world.pause(parse_duration(self.step.wait))
        if self.step.clock is not None:
            self._advance(parse_duration(self.step.clock.advance))

    def _advance(self, by_ms: int) -> None:
        database = self.session.world.eyes.database
        transactions = self.session.books.transactions
        if database is None or not transactions:
            raise Stop("the merchant's rows cannot be aged")
        try:
            database.age(sorted(transactions), by_ms)
        except NotLooked as error:
            raise Stop(f"the merchant's rows cannot be aged: {error}") from error
        for tx in transactions.values():
            tx.aged_ms += by_ms

    def _once(self, scope: Scope) -> None:
        watch = self.session.watch
        wants_unchanged = watch is not None and any(
            part is not None and part.unchanged
            for part in (self.expected.database, *(a.database for a in self.expected.also))
        )
        books = self.session.books
        before = watch.snapshot(books, self.session.all_orders) if watch and wants_unchanged else []
        self._read_log()
        send = self._single if self.step.burst is None else self._burst
        wrong_kind = send(scope)
        self._look_behind(scope, before)
        if wrong_kind and self.step.stop != "never":
            raise Stop(f"step {self.name} was not answered as expected")

    def _read_log(self, *, unsent: bool = False) -> None:
        self.lines = self.session.look_at_log(self.name, unsent=unsent)

    def _single(self, scope: Scope) -> bool:
        call = self._call(scope)
        first = self.session.call(call, self.name, unsent=self._unsent(call))
        self._remember(first, call)
        wrong_kind = self._judge_answer(first, scope)
        for _ in range(self._repeats(call) - 1):
            if first.failure is not None:
                break
            again = self.session.call(call, self.name, unsent=self._unsent(call))
            self._judge_repeat(first, again)
        after_refusal(self.session, first, self.name)
        return wrong_kind

    def _unsent(self, call: Call) -> bool:
        return self.placed.own and self.session.bends(call)

    def _repeats(self, call: Call) -> int:
        if self.step.repeat is not None:
            return self.step.repeat
        plain = call.raw is None and call.http_method == "POST" and call.auth == "right"
        alone = self.step.loop is None and not call.envelope
        return 2 if plain and alone and call.method in set(MUTATING) else 1

    def _call(self, scope: Scope) -> Call:
        step = self.step
        method = scope.resolve(step.call) if step.call is not None else ""
        params = scope.resolve(step.params) if "params" in step.model_fields_set else NOTHING
        envelope = _envelope(step.envelope, scope)
        http = step.http or fmt.Http()
        call = Call(
            method,
            params,
            auth=str(scope.resolve(step.auth)),
            envelope=envelope,
            http_method=http.method or "POST",
            content_type=str(scope.resolve(http.content_type or JSON_TYPE)),
            headers=http.headers,
        )
        return call if step.raw is None else _with_raw(call, str(scope.resolve(step.raw)))

    def _remember(self, judged: Judged, call: Call) -> None:
        params = call.params if isinstance(call.params, Mapping) else {}
        answer = judged.answer
        known: dict[str, object] = {"params": params}
        if answer.result is not MISSING:
            known["result"] = answer.result
        if answer.error is not MISSING:
            known["error"] = answer.error
        self.session.scope.steps[self.placed.id] = known
        self.session.last[self.placed.id] = judged

    def _judge_answer(self, judged: Judged, scope: Scope) -> bool:
        evidence = Evidence((judged.made.exchange.number,))
        wrong_kind = False
        if self.expected.expect is not None:
            wrong_kind = self._answer_check(
                self.expected.expect, self.rule, judged, scope, ("expect",), evidence
            )
        for index, also in enumerate(self.expected.also):
            if also.expect is not None:
                if wrong_kind:
                    why = "the answer is of the wrong kind"
                    self.session.recorder.unseen(
                        self.name, Verdict.ANSWER, also.rule, Outcome.SKIPPED, why
                    )
                    continue
                where = ("also", index, "expect")
                self._answer_check(also.expect, also.rule, judged, scope, where, evidence)
        return wrong_kind

    def _answer_check(
        self,
        expect: fmt.Expect,
        rule: str,
        judged: Judged,
        scope: Scope,
        where: Where,
        evidence: Evidence,
    ) -> bool:
        verdict = judge_answer(expect, judged.answer, scope, self.session.matching, where)
        self._record(Verdict.ANSWER, rule, verdict.mismatches, evidence, where)
        return verdict.wrong_kind

    def _judge_repeat(self, first: Judged, again: Judged) -> None:
        rule = _REPEAT_RULES.get(first.method) if first.method else None
        if rule is None:
            return
        numbers = (first.made.exchange.number, again.made.exchange.number)
        if first.answer.kind == "result" and again.answer.kind == "result":
            found = compare_results(first.answer.result, again.answer.result)
        elif first.answer.kind != again.answer.kind and again.answer.kind != "nothing":
            kinds = (f"{first.answer.kind} as the first time", again.answer.kind)
            found = [Mismatch("answer", *kinds)]
        else:
            return
        self._record(Verdict.ANSWER, rule, found, Evidence(numbers), ())

    def _burst(self, scope: Scope) -> bool:
        burst = self.step.burst
        assert burst is not None
        before = book_of(self.session)
        first = self._call(scope)
        calls = [first]
        for _ in range(burst.count - 1):
            calls.append(self._copy(first, scope, burst.fresh))
        for other in burst.against:
            params = scope.resolve(other.params)
            calls += [Call(scope.resolve(other.call), params)] * other.count
        judged = self.session.burst(_interleaved(calls, burst.count), self.name)
        winner = next((seen for seen in judged if seen.answer.kind == "result"), judged[0])
        self._remember(winner, winner.made.call)
        numbers = Evidence(tuple(seen.made.exchange.number for seen in judged))
        parts: list[tuple[fmt.Expect | None, str, Where]] = [
            (self.expected.expect, self.rule, ("expect",))
        ]
        for index, also in enumerate(self.expected.also):
            parts.append((also.expect, also.rule, ("also", index, "expect")))
        broken = False
        for expect, rule, where in parts:
            if expect is not None:
                found = judge_burst(expect, judged, self.session, scope, before, where)
                self._record(Verdict.ANSWER, rule, found, numbers, where)
                broken = broken or bool(found)
        return broken and all(seen.answer.kind != "result" for seen in judged)

    def _copy(self, first: Call, scope: Scope, fresh: Sequence[str]) -> Call:
        if (
            not fresh
            or not isinstance(first.params, dict)
            or not isinstance(self.step.params, dict)
        ):
            return first
        anew = {name: scope.resolve(self.step.params[name]) for name in fresh}
        return Call(first.method, {**first.params, **anew}, first.auth)

    def _look_behind(self, scope: Scope, before: Sequence[str]) -> None:
        call = self.session.last.get(self.placed.id)
        unsent = call is not None and self._unsent(call.made.call)
        self._read_log_after(unsent=unsent)
        database: list[tuple[fmt.DatabaseExpect | None, str, Where]] = [
            (self.expected.database, self.rule, ("database",))
        ]
        log: list[tuple[fmt.LogExpect | None, str, Where]] = [
            (self.expected.log, self.rule, ("log",))
        ]
        for index, also in enumerate(self.expected.also):
            database.append((also.database, also.rule, ("also", index, "database")))
            log.append((also.log, also.rule, ("also", index, "log")))
        for expect, rule, where in database:
            if expect is not None:
                self._database(expect, expect.rule or rule, scope, where, before)
        for wanted, rule, where in log:
            if wanted is not None:
                self._log(wanted, wanted.rule or rule, scope, where)

    def _read_log_after(self, *, unsent: bool) -> None:
        self.lines = self.lines + self.session.look_at_log(self.name, unsent=unsent)

    def _database(
        self,
        expect: fmt.DatabaseExpect,
        rule: str,
        scope: Scope,
        where: Where,
        before: Sequence[str],
    ) -> None:
        session = self.session
        watch = session.watch
        if watch is None:
            if session.world.eyes.no_database:
                why = session.world.eyes.no_database
                session.recorder.unseen(
                    self.name, Verdict.DATABASE, rule, Outcome.NOT_TESTABLE, why
                )
            return
        try:
            order = self._order(scope)
            found, rows = watch.expectation(expect, scope, where, order)
            if expect.unchanged:
                found += _changes(before, watch.snapshot(session.books, session.all_orders), where)
        except NotLooked as error:
            why = str(error)
            session.recorder.unseen(self.name, Verdict.DATABASE, rule, Outcome.NOT_TESTABLE, why)
            return
        evidence = Evidence(self._numbers(), rows=rows)
        self._record(Verdict.DATABASE, rule, found, evidence, where)

    def _order(self, scope: Scope) -> Order | None:
        """The order that `order:` speaks of: the fragment's, or the scenario's first."""
        wanted = self.placed.arguments.get("order")
        if wanted is None:
            return self.session.main_order
        try:
            found = scope.resolve(wanted)
        except Unresolved:
            return self.session.main_order
        return found if isinstance(found, Order) else self.session.main_order

    def _numbers(self) -> tuple[int, ...]:
        last = self.session.last.get(self.placed.id)
        return (last.made.exchange.number,) if last else ()

    def _log(self, expect: fmt.LogExpect, rule: str, scope: Scope, where: Where) -> None:
        log = self.session.world.eyes.log
        if log is None:
            why = self.session.world.eyes.no_log
            if why:
                self.session.recorder.unseen(
                    self.name, Verdict.LOG, rule, Outcome.NOT_TESTABLE, why
                )
            return
        found: list[Mismatch] = []
        bad: list[str] = []
        for index, word in enumerate(expect.absent):
            for line in self.lines:
                if word in line.text:
                    place = (*where, "absent", index)
                    found.append(Mismatch(line.place, f"no line with {word}", line.text, place))
                    bad.append(f"{line.place}: {line.text}")
        if expect.event is not None and expect.event in log.expected:
            text = filled(log.expected[expect.event], self._names())
            so_far = len(self.lines)
            self.lines = log.look_for(text, self.lines)
            self.session.judge_log(self.name, self.lines[so_far:], unsent=False)
            if not any(text in line.text for line in self.lines):
                place = (*where, "event")
                found.append(Mismatch("log", f"a line with: {text}", "no such line", place))
        self._record(Verdict.LOG, rule, found, Evidence(self._numbers(), tuple(bad)), where)

    def _names(self) -> dict[str, object]:
        known = self.session.scope.steps.get(self.placed.id, {})
        params = known.get("params")
        payme_id = params.get("id", "") if isinstance(params, Mapping) else ""
        tx = self.session.books.transactions.get(str(payme_id))
        order = self.session.main_order
        for candidate in self.session.all_orders:
            if tx is not None and dict(candidate.account) == tx.account:
                order = candidate
        names: dict[str, object] = {"payme_id": payme_id}
        if order is not None:
            names |= {**getattr(order, "captured", {}), "number": order.number}
            names |= {"amount_sum": order.amount_sum, "amount_tiyin": order.amount}
        return names

    def _record(
        self,
        verdict: Verdict,
        rule: str,
        found: Sequence[Mismatch],
        evidence: Evidence,
        where: Where,
    ) -> None:
        place: Place | None = None
        if found:
            place = self.placed.document.place((*self.placed.path, *(found[0].where or where)))
        self.session.recorder.explicit(
            self.name,
            verdict,
            rule,
            [Difference(m.path, m.expected, m.actual) for m in found],
            place=place,
            evidence=evidence,
        )


def _expected(step: fmt.Step, profile: str) -> Expected:
    change = step.profiles.get(profile)  # type: ignore[call-overload]
    given = change.model_fields_set if change is not None else set()
    also = change.also if change is not None and "also" in given else step.also
    return Expected(
        change.expect if change is not None and "expect" in given else step.expect,
        [a for a in also or [] if a.profiles is None or profile in a.profiles],
        change.database if change is not None and "database" in given else step.database,
        change.log if change is not None and "log" in given else step.log,
    )


def _envelope(bent: fmt.Envelope | None, scope: Scope) -> dict[str, object]:
    if bent is None:
        return {}
    changed: dict[str, object] = dict.fromkeys(bent.omit, NOTHING)
    for name in bent.model_fields_set - {"omit"}:
        changed[name] = scope.resolve(getattr(bent, name))
    return changed


def _with_raw(call: Call, raw: str) -> Call:
    envelope = {"jsonrpc": "2.0", "id": 1, "method": call.method, "params": call.params}
    if call.params is NOTHING:
        del envelope["params"]
    text = json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))
    return Call(
        call.method,
        call.params,
        auth=call.auth,
        raw=raw.replace("{envelope}", text),
        http_method=call.http_method,
        content_type=call.content_type,
        headers=call.headers,
    )


def _interleaved(calls: Sequence[Call], first: int) -> list[Call]:
    """The two sides of a race in turns, so that neither has a head start."""
    left, right = list(calls[:first]), list(calls[first:])
    mixed: list[Call] = []
    while left or right:
        if left:
            mixed.append(left.pop(0))
        if right:
            mixed.append(right.pop(0))
    return mixed


def _changes(before: Sequence[str], after: Sequence[str], where: Where) -> list[Mismatch]:
    place = (*where, "unchanged")
    gone = [row for row in before if row not in after]
    new = [row for row in after if row not in before]
    if not gone and not new:
        return []
    seen = "; ".join([f"gone: {row}" for row in gone] + [f"new: {row}" for row in new])
    return [Mismatch("database", "no change", seen, place)]
