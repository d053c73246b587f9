"""Both books side by side: Payme's payments, the merchant's GetStatement, and its database.

A difference is told where both sides are sure. A payment whose call is still repeated in the
background is `waiting`: the merchant may or may not have heard of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from simulator.caller.client import Call
from simulator.caller.wire import FailureKind, WireFailure
from simulator.protocol.kinds import same_number
from simulator.protocol.vocabulary import Method, State
from simulator.web.journal import Context, Journal, Wanted
from simulator.web.kassas import Kassas, policy_of
from simulator.web.payments.outcome import outcome_of
from simulator.web.payments.records import Records
from simulator.web.payments.states import Receipt
from simulator.web.problems import Problem
from simulator.web.store import Payment
from simulator.web.voice import Voice

Row = Mapping[str, Any]
DatabaseRows = Callable[[Sequence[str]], dict[str, Row] | None]
"""Rows of the merchant's table by Payme id; None if there is no database to look at."""

_SHOWN = (
    "time",
    "amount",
    "account",
    "create_time",
    "perform_time",
    "cancel_time",
    "transaction",
    "state",
    "reason",
)
_OLD = "made by another test or by a run of scenarios"


@dataclass(frozen=True, slots=True)
class Differing:
    """One member on which the books differ. where: `statement` or `database`."""

    where: str
    member: str
    ours: Any
    theirs: Any


@dataclass(frozen=True, slots=True)
class Line:
    """One transaction. verdict: `agrees`, `differs`, `waiting`, `only-payme`, `only-merchant`."""

    transaction_id: str
    verdict: str
    ours: dict[str, Any] | None
    statement: Row | None
    database: Row | None
    differences: tuple[Differing, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """Both books of a period, ms, both ends included. Sums are tiyin of what is paid."""

    start: int
    end: int
    exchange_id: int
    lines: list[Line] = field(default_factory=list)
    ours_paid: int = 0
    theirs_paid: int = 0
    has_database: bool = False

    @property
    def differing(self) -> int:
        """How many transactions the books do not agree on."""
        return sum(
            line.verdict not in ("agrees", "waiting") and not line.note for line in self.lines
        )


class Books:
    """Compares them."""

    def __init__(
        self,
        records: Records,
        kassas: Kassas,
        voice: Voice,
        journal: Journal,
        database: DatabaseRows,
    ) -> None:
        self._records = records
        self._kassas = kassas
        self._voice = voice
        self._journal = journal
        self._database = database

    def compare(self, kassa_id: str, start: int, end: int) -> Compared:
        """Ask the merchant for its statement and lay it beside ours.

        Problem 409 if there is no usable statement.
        """
        before = self._records.versions(kassa_id, start, end)
        statement, exchange_id = self._statement(kassa_id, start, end)
        theirs = {str(t["id"]): t for t in statement if isinstance(t, Mapping) and "id" in t}
        rows = self._database([*before, *(key for key in theirs if key not in before)])
        ours = {p.id: p for p in self._records.between(kassa_id, start, end)}
        lines = [
            _settled(_line(key, ours.get(key), theirs.get(key), rows), before.get(key), ours)
            for key in sorted({*ours, *theirs}, key=lambda key: _when(ours, theirs, key))
        ]
        return Compared(
            start,
            end,
            exchange_id,
            [self._noted(kassa_id, line) for line in lines],
            sum(p.amount for p in ours.values() if p.state == Receipt.PAID),
            sum(_paid(t) for t in theirs.values()),
            rows is not None,
        )

    def _statement(self, kassa_id: str, start: int, end: int) -> tuple[list[Any], int]:
        """What GetStatement lists, and the first call; a period that is too long for one answer is
        asked for in halves."""
        kassa = self._kassas.get(kassa_id)
        call = Call(Method.STATEMENT.value, {"from": start, "to": end})
        spoken = self._voice.say(kassa, call, Context(kassa_id, "statement"), faults=False)
        answer = spoken.made.answer
        if isinstance(answer, WireFailure) and answer.kind is FailureKind.TOO_LARGE and start < end:
            middle = (start + end) // 2
            earlier, _ = self._statement(kassa_id, start, middle)
            later, _ = self._statement(kassa_id, middle + 1, end)
            return [*earlier, *later], spoken.exchange_id
        got = outcome_of(spoken, policy_of(kassa))
        listed = got.result.get("transactions")
        if got.kind != "done" or not isinstance(listed, list):
            why = got.error["message"] if got.error else "the result has no list `transactions`"
            raise Problem(409, "no statement", str(why), do=f"see exchange {spoken.exchange_id}")
        return listed, spoken.exchange_id

    def _noted(self, kassa_id: str, line: Line) -> Line:
        """A transaction that no payment of ours made, but some call of ours, is a test's."""
        if line.verdict != "only-merchant":
            return line
        made = self._journal.search(
            Wanted(kassa=kassa_id, text=line.transaction_id, method=Method.CREATE.value, limit=1)
        )
        note = _OLD if made else ""
        return Line(
            line.transaction_id, line.verdict, None, line.statement, line.database, (), note
        )


def against(payment: Payment, told: Row) -> tuple[Differing, ...]:
    """What CheckTransaction's result says otherwise than our book; where is `check`."""
    return tuple(_differences(payment, _members(payment), told, "check"))


def _settled(line: Line, before: int | None, ours: Mapping[str, Payment]) -> Line:
    """One whose payment moved on while the merchant was asked is none that the books differ on."""
    now = ours.get(line.transaction_id)
    moved = now is not None and before != now.version
    if not moved or line.verdict == "agrees":
        return line
    return replace(line, verdict="waiting", differences=())


def _line(
    key: str, ours: Payment | None, theirs: Row | None, rows: Mapping[str, Row] | None
) -> Line:
    mine, row = _members(ours) if ours else None, rows.get(key) if rows else None
    if ours is None or mine is None:
        return Line(key, "only-merchant", None, theirs, row)
    known = ours.merchant_state is not None
    if theirs is None:
        verdict = "only-payme" if known else "waiting" if _waits(ours) else "agrees"
        return Line(key, verdict, mine, None, row)
    found = _differences(ours, mine, theirs, "statement")
    if rows is not None:
        found += _differences(ours, mine, row or {}, "database")
    verdict = "differs" if found else "waiting" if _waits(ours) else "agrees"
    return Line(key, verdict, mine, theirs, row, tuple(found))


def _members(payment: Payment) -> dict[str, Any]:
    """A payment as a statement lists a transaction; None is what nobody has told us."""
    return {
        "id": payment.transaction_id,
        "time": payment.payme_time,
        "amount": payment.amount,
        "account": payment.account,
        "create_time": payment.merchant_create_time,
        "perform_time": payment.merchant_perform_time,
        "cancel_time": payment.merchant_cancel_time,
        "transaction": payment.merchant_number,
        "state": payment.merchant_state,
        "reason": payment.reason,
    }


def _waits(payment: Payment) -> bool:
    return payment.state not in (Receipt.PAID, Receipt.CANCELLED)


def _differences(payment: Payment, mine: Row, theirs: Row, where: str) -> list[Differing]:
    found = []
    if not theirs:
        return [Differing(where, "id", mine["id"], None)]
    for name in _SHOWN:
        if where == "database" and name not in ("amount", "state", "reason"):
            continue
        if name not in theirs:
            continue
        if not _same(name, payment, mine[name], theirs[name]):
            found.append(Differing(where, name, mine[name], theirs[name]))
    return found


def _same(name: str, payment: Payment, mine: Any, theirs: Any) -> bool:
    if name == "state":
        return theirs in _states(payment)
    if name == "reason":
        return _waits(payment) or theirs in (mine, None if payment.state == Receipt.PAID else mine)
    if name == "account":
        return _texts(mine) == _texts(theirs)
    if mine is None:
        return True
    if name == "transaction":
        return str(mine) == str(theirs)
    return same_number(mine, theirs)


def _states(payment: Payment) -> tuple[int, ...]:
    """What the merchant's transaction may be while ours is as it is."""
    if payment.state == Receipt.PAID:
        return (State.PERFORMED,)
    if payment.state == Receipt.CANCELLED:
        known = payment.merchant_state
        negative = (State.CANCELLED, State.REFUNDED)
        return (known,) if known in negative else negative
    if payment.state == Receipt.CANCELLING:
        return (State.CREATED, State.PERFORMED, State.CANCELLED, State.REFUNDED)
    if payment.state in (Receipt.QUEUED, Receipt.CLOSING):
        return (State.CREATED, State.PERFORMED)
    return (State.CREATED,)


def _texts(account: object) -> object:
    return {k: str(v) for k, v in account.items()} if isinstance(account, Mapping) else account


def _paid(theirs: Row) -> int:
    amount = theirs.get("amount")
    return amount if theirs.get("state") == State.PERFORMED and type(amount) is int else 0


def _when(ours: Mapping[str, Payment], theirs: Mapping[str, Row], key: str) -> tuple[int, str]:
    mine = ours.get(key)
    at = mine.payme_time if mine else theirs[key].get("time")
    return (at if type(at) is int else 0, key)
