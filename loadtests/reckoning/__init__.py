"""The reckoning after a load run: Payme's side, GetStatement and the database, compared.

Nothing is held in memory but a bucket at a time: each source is sorted by Payme's id into files,
then the buckets are compared one by one, and after them the orders.
"""

from __future__ import annotations

import gc
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from loadtests.ledger import CALLS, ORDERS, Ended, Made, line_of
from loadtests.reckoning.again import Open, Repeat, ask_again
from loadtests.reckoning.belief import PERFORMED, REFUNDED, Belief, believe
from loadtests.reckoning.buckets import Buckets, Put, buckets_for
from loadtests.reckoning.compare import DATABASE, STATEMENT, Records, differences
from loadtests.reckoning.invariants import Spread, ask_general, ask_particular
from loadtests.reckoning.log import LogTally
from loadtests.reckoning.order_books import OrderBooks
from loadtests.reckoning.orders import Part
from loadtests.reckoning.sorting import sort_calls, sort_rows, sort_statement
from loadtests.reckoning.statement import Ask, Statement, StatementError
from loadtests.reckoning.tally import Tally, with_calls
from loadtests.reckoning.witnesses import Witnesses
from loadtests.results import Kind, Reckoning
from simulator.observers.database import Database, DatabaseError

__all__ = ["LogTally", "Repeat", "Sources", "Statement", "reckon"]

WRONG = "wrong.jsonl"
"""Every single thing that does not add up, in the run's folder."""
UNKNOWN = object()
_PAYME, _ORDERS = "Payme", "orders"
_INVARIANTS = "invariants"
_SOURCES = (_PAYME, STATEMENT, DATABASE, _ORDERS, _INVARIANTS)
_GRACE_MS = 60_000
_LATER_IDS = 20


@dataclass(frozen=True, slots=True)
class Sources:
    """Where to look, None if there is nothing to look at.

    statement: usually a `Statement`. database: opened, transactions mapped or not. log: stopped.
    again: sends a call once more, usually a `Repeat`. one_time: whether an order is paid once.
    not_compared: what is None because there is nothing to look at, unable: what is None although
    there should be, both in words. mask: hides secrets in texts.
    """

    statement: Ask | None = None
    database: Database | None = None
    log: LogTally | None = None
    again: Callable[[Ended], Ended] | None = None
    one_time: bool = True
    not_compared: tuple[str, ...] = ()
    unable: tuple[str, ...] = ()
    mask: Callable[[str], str] = str


def reckon(folder: Path, sources: Sources) -> Reckoning:
    """Compare what the run's folder knows with the merchant, when the load has stopped.

    Writes `wrong.jsonl` beside the ledgers. LedgerError if they cannot be read. What cannot be
    asked (a merchant that is gone) is told in `unable`, and the rest is compared all the same.
    """
    began = time.monotonic_ns()
    with (
        _without_collecting(),
        tempfile.TemporaryDirectory(dir=folder, prefix="reckoning-") as scratch,
        Tally(folder / WRONG, sources.mask) as tally,
    ):
        work = _Work(folder, Path(scratch), sources, tally)
        work.transactions()
        if sources.one_time:
            work.orders()
        work.invariants()
        work.again()
        log = sources.log.found() if sources.log is not None else ()
        return Reckoning(
            counts=dict(tally.counts),
            wrong=with_calls(folder, tally.listed, sources.mask),
            log=log,
            later=dict(work.later),
            later_ids=tuple(work.later_ids),
            asked_again=work.asked_again,
            compared={name: work.compared[name] for name in _SOURCES if name in work.compared},
            not_compared=(*sources.not_compared, *work.notes),
            unable=tuple(map(sources.mask, work.unable)),
            took_ms=(time.monotonic_ns() - began) // 1_000_000,
        )


@dataclass
class _Work:
    """One reckoning under way."""

    folder: Path
    scratch: Path
    sources: Sources
    tally: Tally
    compared: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unable: list[str] = field(default_factory=list)
    later: Counter[str] = field(default_factory=Counter)
    later_ids: list[str] = field(default_factory=list)
    open: Open = field(default_factory=Open)
    contested: set[str] = field(default_factory=set)
    spread: Spread = field(default_factory=Spread)
    asked_again: int = 0

    def __post_init__(self) -> None:
        size = sum(path.stat().st_size for path in self.folder.glob(CALLS))
        self.count = buckets_for(size)
        self.parts = self._buckets("parts")
        self.orders_noted = any(self.folder.glob(ORDERS))
        self.unable += self.sources.unable
        log = self.sources.log
        if log is not None and (why := log.problem()):
            self.unable.append(f"the log: {why}")

    def _buckets(self, name: str) -> Buckets:
        return Buckets(self.scratch, name, self.count)

    def transactions(self) -> None:
        """Sort the three sources, then compare bucket by bucket."""
        calls, items, rows = (self._buckets(name) for name in ("calls", "items", "rows"))
        sorted_ = sort_calls(self.folder, calls, _GRACE_MS)
        self.contested = sorted_.contested
        if sorted_.torn:
            self.notes.append(
                f"the last calls of workers that were killed ({', '.join(sorted_.torn)})"
            )
        listed = self._statement(items, sorted_.times)
        stored = self._rows(rows)
        witnesses, found = Witnesses(self.sources.database), 0
        with self.parts.filling() as put:
            for number in range(self.count):
                mine = _calls(calls, number)
                witnesses.read(items if listed else None, rows if stored else None, number, mine)
                for payme_id, ended in mine.items():
                    ended.sort(key=_sent)
                    self._one(believe(payme_id, ended), witnesses, ended, put)
                found += len(mine)
                for one in (calls, items, rows):
                    one.drop(number)
        self.compared[_PAYME] = found

    def _statement(self, items: Buckets, times: Any) -> bool:
        """Whether the statement is there to be compared."""
        ask = self.sources.statement
        if ask is None:
            return False
        try:
            self.compared[STATEMENT] = sort_statement(ask, times, items)
        except StatementError as error:
            self.unable.append(str(error))
            return False
        return True

    def _rows(self, rows: Buckets) -> bool:
        database = self.sources.database
        if database is None or not database.maps_transactions:
            return False
        try:
            self.compared[DATABASE] = sort_rows(database, rows)
        except DatabaseError as error:
            self.unable.append(f"[database] {error}")
            return False
        return True

    def _one(self, belief: Belief, witnesses: Witnesses, calls: list[Ended], put: Put) -> None:
        if witnesses.agree(belief):
            (state,) = belief.states
        else:
            state = self._differing(belief, witnesses.records(belief.payme_id), calls)
        self.spread.show(belief.order, belief.payme_id)
        if belief.order and state is not UNKNOWN:
            put(belief.order, line_of(Part(belief.order, belief.payme_id, state)))
        if belief.order and not self.orders_noted:
            put(belief.order, line_of(_made(belief, calls)))

    def _differing(self, belief: Belief, records: Records, calls: list[Ended]) -> Any:
        """The state that it is in, None if nobody tells, UNKNOWN if perhaps it is not there."""
        database = self.sources.database
        last_only = database is not None and database.one_table
        wrong = differences(belief, records, last_only=last_only)
        self.tally.add(belief.payme_id, belief.order, wrong, calls)
        state = records.state()
        if state is None and len(belief.states) == 1:
            (state,) = belief.states
        self._later(belief, state)
        self.open.note(belief, calls, state)
        return UNKNOWN if state is None and records.none else state

    def _later(self, belief: Belief, state: int | None) -> None:
        if state in (PERFORMED, REFUNDED) and not belief.performed:
            self.later["performed"] += 1
            if len(self.later_ids) < _LATER_IDS:
                self.later_ids.append(belief.payme_id)
        elif state is not None and state not in belief.seen and belief.states != {None}:
            self.later["created" if state > 0 else "cancelled"] += 1

    def orders(self) -> None:
        """Each order with its transactions, then with its row."""
        books = OrderBooks(self.folder, self.parts, self._buckets, self.tally)
        try:
            compared = books.compare(self.sources.database)
        except DatabaseError as error:
            self.unable.append(f"[database] {error}")
            return
        if compared is not None:
            self.compared[_ORDERS] = compared

    def invariants(self) -> None:
        """The user's own SQL."""
        database = self.sources.database
        if database is None or not (database.general_invariants or database.particular_invariants):
            return
        self.compared[_INVARIANTS] = len(database.general_invariants)
        try:
            for broken in ask_general(database):
                self._broken(*broken)
            if database.particular_invariants:
                self.compared[_INVARIANTS] += len(database.particular_invariants)
                self._particular(database)
        except DatabaseError as error:
            self.unable.append(f"[[database.invariants]] {error}")

    def _particular(self, database: Database) -> None:
        spread = self.spread
        if len(spread.kept) < spread.seen:
            names = ", ".join(database.particular_invariants)
            of = f"{len(spread.kept):,} of {spread.seen:,} transactions"
            self.notes.append(f"{names}: asked about {of}; one without parameters speaks of all")
        for broken in ask_particular(database, self.folder, spread):
            self._broken(*broken)

    def _broken(self, subject: str, order: str, found: list[tuple[Kind, str]]) -> None:
        self.tally.add(subject, order, found, ())

    def again(self) -> None:
        """What brought no result is asked once more, after all books were read."""
        again = self.sources.again
        if again is not None:
            for told, calls, wrong in ask_again(self.open, again, self.contested):
                self.asked_again += 1
                self.tally.add(str(told.id), told.order, wrong, calls)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Millions of records without a cycle in them: looking for one takes a quarter of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _sent(call: Ended) -> int:
    return call.sent


def _calls(buckets: Buckets, number: int) -> dict[str, list[Ended]]:
    decode = msgspec.json.Decoder(Ended).decode
    found: dict[str, list[Ended]] = {}
    for line in buckets.lines(number):
        call = decode(line)
        assert call.id is not None
        found.setdefault(call.id, []).append(call)
    return found


def _made(belief: Belief, calls: list[Ended]) -> Made:
    account = next((call.account for call in calls if call.account), {})
    return Made(number=belief.order, amount=belief.amount or 0, account=account)
