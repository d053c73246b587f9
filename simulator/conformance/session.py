"""One run of one scenario: its orders, its books, its eyes, and the calls it makes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from simulator.caller.client import Call, Caller, Made
from simulator.caller.retry import RetryPolicy
from simulator.conformance.balances import Balances
from simulator.conformance.books import Books
from simulator.conformance.dbwatch import DatabaseWatch
from simulator.conformance.events import Outcome, Rule, Verdict
from simulator.conformance.firsts import Firsts
from simulator.conformance.health import Health
from simulator.conformance.judging import Judged, judge, payme_sends
from simulator.conformance.logwatch import Line, LogReader, LogWatch
from simulator.conformance.matchers import Matching
from simulator.conformance.numbers import GivenNumbers
from simulator.conformance.ports import Clock, Database, MerchantProcess, NotLooked, Order
from simulator.conformance.recorder import Evidence, Recorder
from simulator.conformance.values import Fresh, Scope
from simulator.protocol.answer import Answer
from simulator.protocol.finding import Finding, Report
from simulator.protocol.vocabulary import MUTATING, Method


@dataclass(frozen=True, slots=True)
class Terms:
    """What the configuration says about the merchant."""

    one_time: bool = True
    refunds: bool = True
    profile: str = "default"
    age_rows: bool = False
    limits: tuple[int, int] | None = None
    process: bool | None = None  # whether there is one of ours; None if the file does not say
    everything: bool = False  # whether what cannot be checked was asked for all the same
    no_ageing: str = ""  # why rows cannot be aged although age_rows allows it
    others: tuple[str, ...] = ()  # members that must fit beside the one that names the order


@dataclass(frozen=True, slots=True)
class Eyes:
    """What a run can look at. A text says why not; None that the configuration keeps it out."""

    database: Database | None = None
    log: LogWatch | None = None
    no_database: str | None = None
    no_log: str | None = None
    unsaid_tables: Mapping[str, str] = field(default_factory=dict)  # orders, transactions -> why
    alone: bool = False  # one call at a time, so that a new row is this call's


_FEW = 4


@dataclass(slots=True)
class World:
    """What all scenarios of a run share."""

    caller: Caller
    fresh: Fresh
    make_order: Callable[[int | None], Order]
    members: frozenset[str]
    terms: Terms
    eyes: Eyes
    rules: Mapping[str, Rule]
    strict: bool
    health: Health
    pause: Callable[[int], None]
    process: MerchantProcess | None = None
    clocks: Mapping[str, Clock] = field(default_factory=dict)
    no_clock: Mapping[str, str] = field(default_factory=dict)
    """Why there is no such clock, by its name."""
    kills: Iterator[int] = field(default_factory=itertools.count)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    firsts: Firsts = field(default_factory=Firsts)
    numbers: GivenNumbers = field(default_factory=GivenNumbers)
    shows_price: bool = False
    """Whether a new order's row holds its price, in the unit that the file names."""


@dataclass(slots=True)
class Session:
    """One scenario (one row, one round) while it runs."""

    world: World
    name: str
    recorder: Recorder
    scope: Scope
    unsent: bool = False
    orders: dict[str, list[Order]] = field(default_factory=dict)
    books: Books = field(default_factory=Books)
    last: dict[str, Judged] = field(default_factory=dict)
    moved: set[str] = field(default_factory=set)
    """The clocks that were moved and must be put right again."""
    done: set[tuple[Method | None, str]] = field(default_factory=set)
    """Calls that were answered with a result, by method and Payme id."""
    broken: set[tuple[str, str]] = field(default_factory=set)
    """The user's invariants that do not hold any more: order's number and name."""
    balances: Balances = field(default_factory=Balances)
    disturbed: bool = False  # a fault of ours may have the merchant write of it in the log
    log: LogReader | None = field(init=False)

    def __post_init__(self) -> None:
        watch = self.world.eyes.log
        self.log = watch.reader() if watch is not None else None

    @property
    def matching(self) -> Matching:
        return Matching(self.books.ids, self.world.members, self.books.numbers)

    @property
    def watch(self) -> DatabaseWatch | None:
        database = self.world.eyes.database
        if database is None:
            return None
        world = self.world
        terms = (world.terms.one_time, world.eyes.alone, world.shows_price)
        return DatabaseWatch(database, self.matching, *terms)

    @property
    def all_orders(self) -> list[Order]:
        return [order for orders in self.orders.values() for order in orders]

    @property
    def main_order(self) -> Order | None:
        found = self.orders.get("order") or next(iter(self.orders.values()), [])
        return found[0] if found else None

    def now(self) -> int:
        return self.world.fresh.moment()

    def call(self, call: Call, step: str, *, unsent: bool = False) -> Judged:
        """Make one call, judge what every exchange must keep to, and take note of the answer."""
        if call.fault is not None:
            self._disturb()
        return self.take([self.world.caller.call(call, self.name, step)], step, unsent=unsent)[0]

    def _disturb(self) -> None:
        self.disturbed = True
        if self.world.eyes.log is not None:
            self.world.eyes.log.disturbed()

    def burst(self, calls: Sequence[Call], step: str) -> list[Judged]:
        """Make all calls at the same instant."""
        made = self.world.caller.burst(calls, self.name, step)
        return self.take(made, step, unsent=False)

    def take(self, made: Sequence[Made], step: str, *, unsent: bool) -> list[Judged]:
        """Judge the answers of calls that were made, and write them in the books."""
        judged = []
        for one in made:
            own = self.books.ids | _sent_ids([one.call])
            seen = judge(one, self.world.members, own, unsent, self.books.sent())
            evidence = Evidence((seen.made.exchange.number,))
            self.recorder.standing(step, seen.report, Verdict.ANSWER, evidence)
            judged.append(seen)
        for seen in _in_serial_order(judged):
            answer = Answer("error") if seen.is_refused_by_silence else seen.answer
            self.books.note(seen.method, seen.made.call.params, answer, self.now())
            if unsent and seen.answer.kind == "result":
                self.books.doubt(seen.made.call.params)
        for seen in judged:
            self.world.numbers.take(seen, self.name)
            self.world.health.note(seen.failure)
        self._after_mutation(judged, step)
        self.done |= {_key(seen) for seen in judged if seen.answer.kind == "result"}
        return judged

    def _after_mutation(self, judged: Sequence[Judged], step: str) -> None:
        """Invariants that hold after every exchange which may have changed something."""
        if not any(seen.method in MUTATING for seen in judged) or self.watch is None:
            return
        evidence = Evidence(tuple(seen.made.exchange.number for seen in judged))
        report = Report()
        try:
            self.watch.one_live(self.books, self.now(), report)
            self._balances(judged, report)
            self._user_invariants(judged, report)
        except NotLooked as error:
            self.recorder.unseen(
                step,
                Verdict.INVARIANT,
                "order.one-live-transaction",
                Outcome.NOT_TESTABLE,
                str(error),
            )
        self.recorder.standing(step, report, Verdict.INVARIANT, evidence)

    def open_accounts(self) -> None:
        """See what the scenario's accounts hold before the first call. Raises NotLooked."""
        database = self.world.eyes.database
        if database is not None and self._shows_balances:
            self.balances.open(database, self.all_orders)

    @property
    def _shows_balances(self) -> bool:
        database = self.world.eyes.database
        wallets = not self.world.terms.one_time
        return database is not None and wallets and database.has("orders.balance")

    def _balances(self, judged: Sequence[Judged], report: Report) -> None:
        database = self.world.eyes.database
        if database is None or not self._shows_balances:
            return
        near = {o.number: o for seen in judged for o in self._near(seen.made.call.params)}
        self.balances.judge(database, self.books, [*near.values()], report)

    def _user_invariants(self, judged: Sequence[Judged], report: Report) -> None:
        database = self.world.eyes.database
        if database is None:
            return
        for seen in judged:
            params = seen.made.call.params
            payme_id = str(params.get("id", "")) if isinstance(params, Mapping) else ""
            for order in self._near(params):
                report.looked_at.add("invariant.user")
                for name, rows in database.broken_invariants(order, payme_id):
                    for rule in self._broken_rules(seen, order, name):
                        report.findings.append(Finding(rule, f"{name}.", name, "no rows", rows))

    def _broken_rules(self, seen: Judged, order: Order, name: str) -> list[str]:
        """The rules that a broken invariant tells of; it is a repeat's fault if it held before."""
        held = (order.number, name) not in self.broken
        self.broken.add((order.number, name))
        again = held and seen.method in _REPEATS and _key(seen) in self.done
        return ["invariant.user", *([_REPEATS[seen.method]] if again and seen.method else [])]

    def _near(self, params: object) -> Sequence[Order]:
        """The orders that a call may have touched: all of a few, of many the one that it names."""
        if len(self.all_orders) <= _FEW or not isinstance(params, Mapping):
            return self.all_orders[:_FEW]
        known = self.books.transactions.get(str(params.get("id")))
        account = known.account if known is not None else params.get("account")
        return [o for o in self.all_orders if o.account == account] or self.all_orders[:_FEW]

    def look_at_log(self, step: str, *, unsent: bool = False) -> list[Line]:
        """Read the log on and judge what holds for every line."""
        if self.log is None:
            return []
        lines = self.log.look()
        self.judge_log(step, lines, unsent=unsent)
        return lines

    def pause(self, ms: int) -> None:
        """Wait; what others have the merchant log meanwhile is theirs."""
        self.world.pause(ms)
        if self.log is not None:
            self.log.skip()

    def judge_log(self, step: str, lines: Sequence[Line], *, unsent: bool) -> None:
        log = self.world.eyes.log
        if log is not None and lines:
            report, bad = log.judge(lines, unsent=unsent or self.disturbed)
            self.recorder.standing(step, report, Verdict.LOG, Evidence(log_lines=bad))

    def bends(self, call: Call) -> bool:
        """True if this call is nothing that Payme would send."""
        strange = call.fault is not None and call.fault.is_strange
        return self.unsent or strange or not payme_sends(call)

    def with_arguments(self, arguments: Mapping[str, object]) -> Scope:
        return replace(self.scope, arguments=arguments)


_REPEATS = {
    Method.CREATE: "create.repeat-changes-nothing",
    Method.PERFORM: "perform.repeat-changes-nothing",
    Method.CANCEL: "cancel.repeat-changes-nothing",
}


def _key(seen: Judged) -> tuple[Method | None, str]:
    params = seen.made.call.params
    return seen.method, str(params.get("id")) if isinstance(params, Mapping) else ""


def _sent_ids(calls: Sequence[Call]) -> set[str]:
    return {
        str(call.params["id"])
        for call in calls
        if isinstance(call.params, Mapping) and isinstance(call.params.get("id"), str)
    }


_SERIAL = {Method.CREATE: 0, Method.PERFORM: 1, Method.CANCEL: 2}


def _in_serial_order(judged: Sequence[Judged]) -> list[Judged]:
    """Answers of simultaneous calls in the order in which they make most sense to the books."""
    if len(judged) == 1:
        return list(judged)
    refused_last = sorted(judged, key=lambda seen: seen.answer.kind != "result")
    return sorted(refused_last, key=lambda seen: _SERIAL.get(seen.method, 3) if seen.method else 3)
