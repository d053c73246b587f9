"""Payments in the store: guarded changes, and searches.

A change is a conditional UPDATE: whoever comes second finds that the condition holds no longer.
Whoever works at a payment holds it (`busy`), so that two never call for it at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, TextClause, and_, func, or_, select, text, update
from sqlalchemy.orm import InstrumentedAttribute, load_only

from simulator.web.events import Events
from simulator.web.problems import not_found
from simulator.web.store import Payment, Store


@dataclass(frozen=True, slots=True)
class Filter:
    """Which payments: all that are named hold. Amounts are tiyin; `text` is looked for in ids and
    account values; `before` is a payment's id, for the next page."""

    kassa: str | None = None
    states: tuple[int, ...] = ()
    text: str = ""
    amount: int | None = None
    created_from: int | None = None
    created_to: int | None = None
    before: str | None = None
    limit: int = 50


class Records:
    """All payments."""

    def __init__(self, store: Store, events: Events) -> None:
        self._store = store
        self._events = events
        self._changed = threading.Condition()

    def add(self, payment: Payment) -> Payment:
        with self._store.write() as session:
            session.add(payment)
        self._told(payment)
        return payment

    def get(self, payment_id: str) -> Payment:
        """Problem 404 if there is none."""
        with self._store.read() as session:
            found = session.get(Payment, payment_id)
        if found is None:
            raise not_found("payment", payment_id, "list them: GET /control/payments")
        return found

    def change(
        self, payment_id: str, values: Mapping[str, Any], *conditions: ColumnElement[bool]
    ) -> Payment | None:
        """Set these columns if all conditions hold; None if one does not."""
        changed = (
            update(Payment)
            .where(Payment.id == payment_id, *conditions)
            .values(**values, version=Payment.version + 1)
            .execution_options(synchronize_session=False)
        )
        with self._store.write() as session:
            done: Any = session.execute(changed)
            payment = session.get(Payment, payment_id) if done.rowcount else None
        if payment is not None:
            self._told(payment)
        return payment

    def take(self, payment_id: str, *conditions: ColumnElement[bool]) -> Payment | None:
        """Hold it, if nobody does and all conditions hold. `change` with busy=False lets it go."""
        held = (
            update(Payment)
            .where(Payment.id == payment_id, Payment.busy.is_(False), *conditions)
            .values(busy=True)
            .execution_options(synchronize_session=False)
        )
        with self._store.write() as session:
            done: Any = session.execute(held)
            return session.get(Payment, payment_id) if done.rowcount else None

    def let_all_go(self) -> None:
        """Whoever held one in an earlier process is gone."""
        free = update(Payment).where(Payment.busy.is_(True)).values(busy=False)
        with self._store.write() as session:
            session.execute(free.execution_options(synchronize_session=False))

    def due(self, now: int, limit: int) -> list[str]:
        """Payments that somebody should work at, the longest overdue first."""
        with self._store.read() as session:
            found = [
                row
                for column in _TIMES
                for row in session.execute(_soonest(column).where(column <= now).limit(limit))
            ]
        return list(dict.fromkeys(row.id for row in sorted(found, key=lambda row: row.at)))[:limit]

    def next_due(self) -> int | None:
        """When the next one is due, ms; those that are held do not count."""
        with self._store.read() as session:
            found = [session.execute(_soonest(column).limit(1)).first() for column in _TIMES]
        return min((row.at for row in found if row is not None), default=None)

    def search(self, wanted: Filter) -> list[Payment]:
        """The newest first."""
        conditions = [and_(True)]
        if wanted.kassa is not None:
            conditions.append(Payment.kassa_id == wanted.kassa)
        if wanted.states:
            conditions.append(Payment.state.in_(wanted.states))
        if wanted.amount is not None:
            conditions.append(Payment.amount == wanted.amount)
        if wanted.created_from is not None:
            conditions.append(Payment.created_at >= wanted.created_from)
        if wanted.created_to is not None:
            conditions.append(Payment.created_at <= wanted.created_to)
        if wanted.text.strip():
            conditions.append(_holds(wanted.text.strip()))
        query = select(Payment).where(*conditions)
        with self._store.read() as session:
            if wanted.before is not None:
                last = session.get(Payment, wanted.before)
                if last is None:
                    raise not_found("payment", wanted.before)
                place = (Payment.created_at < last.created_at) | (
                    (Payment.created_at == last.created_at) & (Payment.id < last.id)
                )
                query = query.where(place)
            newest = (Payment.created_at.desc(), Payment.id.desc())
            return list(session.scalars(query.order_by(*newest).limit(wanted.limit)))

    def between(self, kassa_id: str, start: int, end: int) -> list[Payment]:
        """Those with a transaction whose Payme time is from start to end, both included.

        They may be many, so they have what a book holds, and nothing more.
        """
        query = select(Payment).where(*_told_in(kassa_id, start, end)).options(load_only(*_BOOKED))
        with self._store.read() as session:
            return list(session.scalars(query.order_by(Payment.payme_time, Payment.id)))

    def versions(self, kassa_id: str, start: int, end: int) -> dict[str, int]:
        """The same payments' versions by id; the payments themselves are large."""
        query = select(Payment.id, Payment.version).where(*_told_in(kassa_id, start, end))
        with self._store.read() as session:
            return {row[0]: row[1] for row in session.execute(query)}

    def count_by_state(self) -> dict[int, int]:
        with self._store.read() as session:
            rows = session.execute(
                select(Payment.state, func.count()).group_by(Payment.state)
            ).all()
        return {row[0]: row[1] for row in rows}

    def wait(self, payment_id: str, until: Callable[[Payment], bool], seconds: float) -> Payment:
        """The payment once `until` holds, or as it is when the time is over."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                payment = self.get(payment_id)
                left = deadline - time.monotonic()
                if until(payment) or left <= 0:
                    return payment
                self._changed.wait(left)

    def _told(self, payment: Payment) -> None:
        with self._changed:
            self._changed.notify_all()
        self._events.publish(
            "payment",
            id=payment.id,
            kassa=payment.kassa_id,
            state=payment.state,
            doing=payment.doing,
            version=payment.version,
        )


_BOOKED = (
    Payment.amount,
    Payment.account,
    Payment.state,
    Payment.version,
    Payment.transaction_id,
    Payment.payme_time,
    Payment.merchant_number,
    Payment.merchant_state,
    Payment.merchant_create_time,
    Payment.merchant_perform_time,
    Payment.merchant_cancel_time,
    Payment.reason,
)
_TIMES = (Payment.due_at, Payment.expires_at)


def _told_in(kassa_id: str, start: int, end: int) -> tuple[TextClause, ColumnElement[bool]]:
    # the plus keeps SQLite from going through a whole kassa: it takes the times' index
    of_kassa = text("+payments.kassa_id = :kassa").bindparams(kassa=kassa_id)
    return of_kassa, Payment.payme_time.between(start, end)


def _soonest(column: InstrumentedAttribute[int | None]) -> Select[str, int | None]:
    """Payments that nobody holds, in the order of that time; its index has those that have one."""
    free = (column.is_not(None), Payment.busy.is_(False))
    return select(Payment.id, column.label("at")).where(*free).order_by(column)


def _holds(sought: str) -> ColumnElement[bool]:
    escaped = sought.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    pattern = f"%{escaped}%"
    columns = (Payment.id, Payment.account_text, Payment.merchant_number)
    return or_(*(column.like(pattern, escape="\\") for column in columns))
