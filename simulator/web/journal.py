"""Every exchange with every merchant: kept, searched, told of."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    TextClause,
    and_,
    column,
    delete,
    func,
    or_,
    select,
    table,
    text,
    type_coerce,
)

from simulator.caller.faults import fault_of
from simulator.caller.retry import flaw_of
from simulator.caller.wire import Exchange as WireExchange
from simulator.caller.wire import (
    FailureKind,
    WireAnswer,
    WireFailure,
    WireRequest,
)
from simulator.protocol.answer import read_answer
from simulator.protocol.finding import Report
from simulator.protocol.kinds import is_int
from simulator.web.events import Events
from simulator.web.problems import not_found
from simulator.web.store import Exchange, Store

KEEP = 100_000
_PRUNE_EVERY = 1_000
_TRIGRAM = 3
_NO_ID = 2**62  # no id is as high; the index of words does not stop at a bound that is NULL
_RECENT = 20_000
"""So many exchanges are searched for words too short for the index."""

_TEXTS = table("exchange_texts", column("rowid"))
_LONGEST_INDEXED = 20_000


@dataclass(frozen=True, slots=True)
class Context:
    """Why a call is made; the journal keeps it with the exchange."""

    kassa_id: str
    origin: str
    payment_id: str | None = None
    transaction_id: str | None = None
    attempt: int = 1
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which exchanges: all that are named hold. `text` is searched in what went over the wire,
    in ids and in methods (each of its words; one of two letters in the newest 20 000 only);
    `before` is an id, for the next page; sent_from and sent_to are ms, both included."""

    kassa: str | None = None
    payment: str | None = None
    transaction: str | None = None
    method: str | None = None
    verdict: str | None = None
    origin: str | None = None
    faulted: bool | None = None
    text: str = ""
    sent_from: int | None = None
    sent_to: int | None = None
    before: int | None = None
    limit: int = 50


@dataclass
class Journal:
    """The journal. Writers are the callers' threads."""

    store: Store
    events: Events
    keep: int = KEEP
    _now: threading.local = field(default_factory=threading.local)

    def within(self, context: Context) -> _Within:
        """A block in which this thread's calls are made for that reason."""
        return _Within(self._now, context)

    def noting(self, *notes: str) -> None:
        """Say more about the calls of the present block."""
        context: Context = self._now.context
        self._now.context = replace(context, notes=(*context.notes, *notes))

    def take(self, exchange: WireExchange) -> None:
        """What a caller hands over, masked."""
        context: Context = self._now.context
        row = _row(exchange, context)
        with self.store.write() as session:
            session.add(row)
            session.flush()
            if self.store.has_search:
                insert = text("INSERT INTO exchange_texts(rowid, words) VALUES (:id, :words)")
                session.execute(insert, {"id": row.id, "words": _words(row)})
            if row.id % _PRUNE_EVERY == 0:
                self._prune(session, row.id)
        self._now.ids.append(row.id)
        self.events.publish(
            "exchange",
            id=row.id,
            kassa=row.kassa_id,
            payment=row.payment_id,
            method=row.method,
            verdict=row.verdict,
        )

    @property
    def first_id(self) -> int:
        """The number under which the first call of this thread's block was kept."""
        ids: list[int] = self._now.ids
        return ids[0]

    def get(self, number: int) -> Exchange:
        with self.store.read() as session:
            found = session.get(Exchange, number)
        if found is None:
            raise not_found("exchange", str(number), "list them: GET /control/exchanges")
        return found

    def search(self, wanted: Wanted) -> list[Exchange]:
        """The newest first."""
        query = self._query(wanted)
        with self.store.read() as session:
            return list(session.scalars(query.limit(wanted.limit)))

    def oldest_first(self, wanted: Wanted) -> list[Exchange]:
        """The newest `limit`, in the order in which they happened."""
        return self.search(wanted)[::-1]

    def count(self) -> int:
        with self.store.read() as session:
            return session.scalar(select(func.count()).select_from(Exchange)) or 0

    def _query(self, wanted: Wanted) -> Select[Exchange]:
        named: dict[Any, object] = {
            Exchange.payment_id: wanted.payment,
            Exchange.transaction_id: wanted.transaction,
            Exchange.method: wanted.method,
            Exchange.verdict: wanted.verdict,
            Exchange.origin: wanted.origin,
        }
        conditions: list[ColumnElement[bool] | TextClause] = [
            named_column == value for named_column, value in named.items() if value is not None
        ]
        if wanted.kassa is not None:
            # the plus keeps SQLite from going through a whole kassa where it has something rarer
            kassa = "exchanges.kassa_id" if not conditions else "+exchanges.kassa_id"
            conditions.append(text(f"{kassa} = :kassa").bindparams(kassa=wanted.kassa))
        if wanted.faulted is not None:
            # as the partial index says it, with no parameter in it
            conditions.append(text("fault <> ''" if wanted.faulted else "fault = ''"))
        if wanted.before is not None:
            conditions.append(Exchange.id < wanted.before)
        conditions += _sent(wanted)
        query = select(Exchange).where(and_(True, *conditions))
        return self._holding(query, wanted)

    def _holding(self, query: Select[Exchange], wanted: Wanted) -> Select[Exchange]:
        """The newest first that hold all words, each anywhere."""
        words = wanted.text.split()
        long = [word for word in words if len(word) >= _TRIGRAM] if self.store.has_search else []
        short = [word for word in words if word not in long]
        query = query.where(*map(_like, short))
        if not long:
            if short and self.store.has_search:
                newest = select(func.max(Exchange.id)).scalar_subquery()
                query = query.where(Exchange.id > newest - _RECENT)
            numbered = query.where(*_between(type_coerce(Exchange.id, Integer), wanted))
            return numbered.order_by(Exchange.id.desc())
        phrases = " AND ".join('"' + word.replace('"', '""') + '"' for word in long)
        # the index gives its finds one by one, the newest first, so the first page comes at once
        return (
            query.join(_TEXTS, _TEXTS.c.rowid == Exchange.id)
            .where(text("exchange_texts MATCH :phrases").bindparams(phrases=phrases))
            .where(*_between(type_coerce(_TEXTS.c.rowid, Integer), wanted))
            .order_by(_TEXTS.c.rowid.desc())
        )

    def _prune(self, session: Any, newest: int) -> None:
        oldest = newest - self.keep
        if oldest <= 0:
            return
        session.execute(delete(Exchange).where(Exchange.id <= oldest))
        if self.store.has_search:
            session.execute(
                text("DELETE FROM exchange_texts WHERE rowid <= :oldest"), {"oldest": oldest}
            )


def _sent(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.sent_from is not None:
        yield Exchange.sent_at >= wanted.sent_from
    if wanted.sent_to is not None:
        yield Exchange.sent_at <= wanted.sent_to


def _between(numbers: ColumnElement[int], wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """The ids beyond which nothing was sent then, where a search stops."""
    # the plus keeps SQLite from going through the ids one by one: it takes the times' index
    ids, at = Exchange.id + 0, Exchange.sent_at
    if wanted.sent_from is not None:
        earliest = select(func.coalesce(func.min(ids), _NO_ID)).where(at >= wanted.sent_from)
        yield numbers >= earliest.scalar_subquery()
    if wanted.sent_to is not None:
        latest = select(func.coalesce(func.max(ids), 0)).where(at <= wanted.sent_to)
        yield numbers <= latest.scalar_subquery()


class _Within:
    """The context of one thread's block. Blocks are not nested."""

    def __init__(self, place: threading.local, context: Context) -> None:
        self._place = place
        self._context = context

    def __enter__(self) -> None:
        self._place.context = self._context
        self._place.ids = []

    def __exit__(self, *_: object) -> None:
        self._place.context = None


def wire_of(row: Exchange) -> WireExchange:
    """As the caller made it, for curl and other writers."""
    answer: WireAnswer | WireFailure
    if row.failure is not None:
        answer = WireFailure(FailureKind(row.failure), row.failure_text)
    else:
        answer = WireAnswer(row.status or 0, _pairs(row.answer_headers), row.answer_body)
    request = WireRequest(row.url, row.http_method, _pairs(row.request_headers), row.request_body)
    return WireExchange(
        row.id,
        row.origin,
        row.payment_id or "",
        row.method,
        row.sent_at,
        row.took_ms,
        request,
        answer,
        tuple(row.notes),
    )


def _pairs(headers: list[Any]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in headers)


def _row(exchange: WireExchange, context: Context) -> Exchange:
    answer, request = exchange.answer, exchange.request
    got = answer if isinstance(answer, WireAnswer) else WireAnswer(0)
    notes = (*exchange.notes, *context.notes)
    verdict, code = _verdict(answer)
    failed = answer if isinstance(answer, WireFailure) else None
    return Exchange(
        kassa_id=context.kassa_id,
        payment_id=context.payment_id,
        transaction_id=context.transaction_id,
        origin=context.origin,
        method=exchange.label,
        attempt=context.attempt,
        sent_at=exchange.sent_at,
        took_ms=exchange.took,
        url=request.url,
        http_method=request.method,
        request_headers=[list(pair) for pair in request.headers],
        request_body=request.body,
        status=got.status or None,
        answer_headers=[list(pair) for pair in got.headers],
        answer_body=got.body,
        failure=failed.kind.value if failed else None,
        failure_text=failed.text if failed else "",
        verdict=verdict,
        code=code,
        fault=fault_of(notes),
        notes=list(notes),
    )


def _verdict(answer: WireAnswer | WireFailure) -> tuple[str, int | None]:
    """What the answer is to Payme, and the error's code if it has one."""
    flaw = flaw_of(answer)
    if isinstance(answer, WireFailure):
        return "flaw", None
    read = read_answer(answer.status, answer.body, Report())
    code = read.code if is_int(read.code) else None
    number = code if isinstance(code, int) and abs(code) < 2**62 else None
    return ("flaw" if flaw is not None else read.kind), number


def _words(row: Exchange) -> str:
    """What a search looks into."""
    bodies = [_readable(body) for body in (row.request_body, row.answer_body)]
    parts = [row.method, row.payment_id or "", row.transaction_id or "", row.fault, *bodies]
    return "\n".join(part for part in parts if part)


def _readable(body: bytes) -> str:
    """With letters for their \\u escapes: people search for what they read."""
    found = body[:_LONGEST_INDEXED].decode("utf-8", "replace")
    if "\\u" not in found:
        return found
    return re.sub(r"(?:\\u[0-9a-fA-F]{4})+", _unescaped, found)


def _unescaped(match: re.Match[str]) -> str:
    try:
        return str(json.loads(f'"{match[0]}"')).encode("utf-8", "replace").decode()
    except ValueError:
        return match[0]


def _like(word: str) -> ColumnElement[bool]:
    escaped = re.sub(r"([%_\\])", r"\\\1", word)
    columns = (Exchange.method, Exchange.payment_id, Exchange.transaction_id)
    bodies = (Exchange.request_body, Exchange.answer_body)
    return or_(
        *(one.like(f"%{escaped}%", escape="\\") for one in columns),
        *(func.instr(body, word.encode()) > 0 for body in bodies),
    )
