"""A step's three verdicts, written down: the answer, the database, the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from simulator.conformance import format as fmt
from simulator.conformance.dbwatch import Before
from simulator.conformance.events import Difference, Outcome, Place, Verdict
from simulator.conformance.expectations import compare_results, judge_answer
from simulator.conformance.judging import Judged
from simulator.conformance.load import PlacedStep
from simulator.conformance.logwatch import Line, LogReader, filled
from simulator.conformance.matchers import Mismatch, Where
from simulator.conformance.ports import NotLooked, Order
from simulator.conformance.recorder import Evidence
from simulator.conformance.session import Session
from simulator.conformance.values import Scope, Unresolved
from simulator.protocol.vocabulary import Method

_REPEAT_RULES = {
    Method.CREATE: "create.repeat-same-answer",
    Method.PERFORM: "perform.repeat-same-answer",
    Method.CANCEL: "cancel.repeat-same-answer",
}


class StepVerdicts:
    """Judges one step (one row of it) and records what it finds under the step's name."""

    def __init__(self, session: Session, placed: PlacedStep, name: str, scope: Scope) -> None:
        self._session = session
        self._placed = placed
        self._name = name
        self._scope = scope

    def record(
        self,
        verdict: Verdict,
        rule: str,
        found: Sequence[Mismatch],
        evidence: Evidence,
        where: Where,
    ) -> None:
        """One check; its place in the file is that of the first difference."""
        place: Place | None = None
        if found:
            place = self._placed.document.place((*self._placed.path, *(found[0].where or where)))
        self._session.recorder.explicit(
            self._name,
            verdict,
            rule,
            [Difference(m.path, m.expected, m.actual) for m in found],
            place=place,
            evidence=evidence,
        )

    def unseen(self, verdict: Verdict, rule: str, outcome: Outcome, why: str) -> None:
        self._session.recorder.unseen(self._name, verdict, rule, outcome, why)

    def answer(self, expect: fmt.Expect, rule: str, judged: Judged, where: Where) -> bool:
        """Judge one answer; True if it is of the wrong kind altogether."""
        matching = self._session.matching
        verdict = judge_answer(expect, judged.answer, self._scope, matching, where)
        evidence = Evidence(judged.numbers)
        self.record(Verdict.ANSWER, rule, verdict.mismatches, evidence, where)
        return verdict.wrong_kind

    def repeat(self, first: Judged, again: Judged) -> None:
        """The second of two equal calls is answered as the first."""
        rule = _REPEAT_RULES.get(first.method) if first.method else None
        if rule is None or again.answer.kind == "nothing":
            return
        if first.answer.kind == again.answer.kind == "result":
            found = compare_results(first.answer.result, again.answer.result)
        elif first.answer.kind != again.answer.kind:
            found = [Mismatch("answer", f"{first.answer.kind} as before", again.answer.kind)]
        else:
            return
        numbers = (first.made.exchange.number, again.made.exchange.number)
        self.record(Verdict.ANSWER, rule, found, Evidence(numbers), ())

    def repeats(self, found: Sequence[tuple[Method, Mismatch]], evidence: Evidence) -> None:
        """Calls of a burst that were accepted like an earlier one, but not answered like it."""
        for method, rule in _REPEAT_RULES.items():
            mine = [miss for of, miss in found if of is method]
            if mine:
                self.record(Verdict.ANSWER, rule, mine, evidence, ())

    def database(self, expect: fmt.DatabaseExpect, rule: str, where: Where, before: Before) -> None:
        """Hold the rows against the step's `database`."""
        session, rule = self._session, expect.rule or rule
        watch = session.watch
        if watch is None:
            if session.world.eyes.no_database:
                why = session.world.eyes.no_database
                self.unseen(Verdict.DATABASE, rule, Outcome.NOT_TESTABLE, why)
            return
        unsaid = _unsaid(expect, session.world.eyes.unsaid_tables)
        if unsaid:
            self.unseen(Verdict.DATABASE, rule, Outcome.NOT_TESTABLE, unsaid)
        try:
            found, rows = watch.expectation(expect, self._scope, where, self._order())
            if expect.new_orders is not None:
                after = watch.order_count()
                if not after and expect.model_fields_set <= {"rule", "new_orders"}:
                    return  # several scenarios at once make orders, or payments are rows as well
                found = [*found, *_changes(before.orders, after, (*where, "new_orders"))]
            if expect.unchanged:
                after = watch.snapshot(session.books, session.all_orders)
                found = [*found, *_changes(before.rows, after, (*where, "unchanged"))]
        except NotLooked as error:
            self.unseen(Verdict.DATABASE, rule, Outcome.NOT_TESTABLE, str(error))
            return
        self.record(Verdict.DATABASE, rule, found, Evidence(self._numbers(), rows=rows), where)

    def log(
        self, expect: fmt.LogExpect, rule: str, where: Where, lines: Sequence[Line]
    ) -> list[Line]:
        """Hold the step's lines against its `log`; also lines that came while waiting."""
        eyes, rule = self._session.world.eyes, expect.rule or rule
        reader = self._session.log
        if eyes.log is None or reader is None:
            if eyes.no_log:
                self.unseen(Verdict.LOG, rule, Outcome.NOT_TESTABLE, eyes.no_log)
            return list(lines)
        found = [
            Mismatch(line.place, f"no line with {word}", line.text, (*where, "absent", index))
            for index, word in enumerate(expect.absent)
            for line in lines
            if word in line.text
        ]
        bad = tuple(f"{miss.path}: {miss.actual}" for miss in found)
        problem = "" if lines else eyes.log.problem()
        if problem:
            self.unseen(Verdict.LOG, rule, Outcome.NOT_TESTABLE, problem)
            return list(lines)
        if expect.event is not None and expect.event in eyes.log.expected:
            text = filled(eyes.log.expected[expect.event], self._names())
            missing, lines = self._event(reader, text, where, lines)
            found += missing
        elif not expect.absent:
            return list(lines)  # the configuration names no line for this event
        self.record(Verdict.LOG, rule, found, Evidence(self._numbers(), bad), where)
        return list(lines)

    def _event(
        self, reader: LogReader, text: str, where: Where, lines: Sequence[Line]
    ) -> tuple[list[Mismatch], Sequence[Line]]:
        seen = reader.look_for(text, lines)
        self._session.judge_log(self._name, seen[len(lines) :], unsent=False)
        if any(text in line.text for line in seen):
            return [], seen
        place = (*where, "event")
        return [Mismatch("log", f"a line with: {text}", "no such line", place)], seen

    def _order(self) -> Order | None:
        """The order that `order:` speaks of: the fragment's, or the scenario's first."""
        wanted = self._placed.arguments.get("order")
        if wanted is None:
            return self._session.main_order
        try:
            found = self._scope.resolve(wanted)
        except Unresolved:
            return self._session.main_order
        return found if isinstance(found, Order) else self._session.main_order

    def _numbers(self) -> tuple[int, ...]:
        last = self._session.last.get(self._placed.id)
        return last.numbers if last else ()

    def _names(self) -> dict[str, object]:
        """What an expected line may have filled in."""
        known = self._session.scope.steps.get(self._placed.id, {})
        params = known.get("params")
        given = params if isinstance(params, Mapping) else {}
        payme_id = str(given.get("id", ""))
        tx = self._session.books.transactions.get(payme_id)
        account = tx.account if tx is not None else given.get("account")
        order = self._order()
        for candidate in self._session.all_orders:
            if dict(candidate.account) == account:
                order = candidate
        names: dict[str, object] = {"payme_id": payme_id}
        if order is not None:
            names |= {**getattr(order, "captured", {}), "number": order.number}
            names |= {"amount_sum": order.amount_sum, "amount_tiyin": order.amount}
        return names


def _unsaid(expect: fmt.DatabaseExpect, tables: Mapping[str, str]) -> str:
    """Why a table that the verdict needs cannot be looked at, if the file is silent about it."""
    if expect.transactions is not None and "transactions" in tables:
        return tables["transactions"]
    counts = expect.count_orders is not None or expect.new_orders is not None
    needs_orders = expect.order or expect.orders or counts
    return tables.get("orders", "") if needs_orders else ""


def _changes(before: Sequence[str], after: Sequence[str], where: Where) -> list[Mismatch]:
    gone = list((Counter(before) - Counter(after)).elements())
    new = list((Counter(after) - Counter(before)).elements())  # also a copy of what was there
    if not gone and not new:
        return []
    seen = "; ".join([f"gone: {row}" for row in gone] + [f"new: {row}" for row in new])
    return [Mismatch("database", "no change", seen, where)]
