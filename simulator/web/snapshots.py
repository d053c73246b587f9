"""Back to a known state: kassas, payments, fault rules and the clock, kept under a name.

The journal tells what happened and is not part of a snapshot. Neither is the merchant: after a
restore its books may hold transactions that ours no longer do.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from simulator.web.problems import conflict, not_found
from simulator.web.store import Base, Exchange, Fault, Kassa, Payment, Snapshot, Store

_KEPT: tuple[type[Base], ...] = (Kassa, Payment, Fault)


class Snapshots:
    """Takes, restores and forgets them. `moved` is told the clock's shift after a restore."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], int],
        shift: Callable[[], int],
        moved: Callable[[int], None],
    ) -> None:
        self._store = store
        self._now = now
        self._shift = shift
        self._moved = moved

    def take(self, name: str) -> Snapshot:
        """Keep the present state; an older one of that name is replaced."""
        with self._store.write() as session:
            _refuse_if_busy(session)
            rows = {model.__tablename__: _dumped(session, model) for model in _KEPT}
            state = json.dumps({"shift_ms": self._shift(), "rows": rows})
            count = len(rows[Payment.__tablename__])
            data = zlib.compress(state.encode())
            made = Snapshot(name=name, created_at=self._now(), payments=count, data=data)
            return session.merge(made)

    def all(self) -> list[Snapshot]:
        """The newest first."""
        with self._store.read() as session:
            newest = (Snapshot.created_at.desc(), Snapshot.name)
            return list(session.scalars(select(Snapshot).order_by(*newest)))

    def restore(self, name: str) -> None:
        """Back to that state. Problem 409 while a call is under way."""
        with self._store.write() as session:
            found = session.get(Snapshot, name)
            if found is None:
                raise not_found("snapshot", name, "list them: GET /control/snapshots")
            _refuse_if_busy(session)
            state = json.loads(zlib.decompress(found.data))
            _empty(session)
            for model in _KEPT:
                rows = state["rows"][model.__tablename__]
                session.add_all(model(**row) for row in rows)
                session.flush()
        self._moved(state["shift_ms"])

    def forget(self, name: str) -> None:
        with self._store.write() as session:
            found = session.get(Snapshot, name)
            if found is None:
                raise not_found("snapshot", name)
            session.delete(found)

    def reset(self, journal: bool) -> None:
        """No payments, no fault rules, the configuration's kassa alone, the true time."""
        with self._store.write() as session:
            _refuse_if_busy(session)
            _empty(session, keep_configured=True)
            if journal:
                session.execute(delete(Exchange))
                if self._store.has_search:
                    session.execute(text("DELETE FROM exchange_texts"))
        self._moved(0)


def _refuse_if_busy(session: Session) -> None:
    busy = session.scalar(select(func.count()).where(Payment.busy.is_(True)))
    if busy:
        raise conflict(
            f"calls are under way for {busy} payments", "a moment without", "try again in a second"
        )


def _empty(session: Session, keep_configured: bool = False) -> None:
    session.execute(delete(Payment))
    session.execute(delete(Fault))
    kassas = delete(Kassa)
    session.execute(kassas.where(Kassa.source != "config") if keep_configured else kassas)


def _dumped(session: Session, model: type[Base]) -> list[dict[str, Any]]:
    names = [column.key for column in model.__table__.columns]
    return [{n: getattr(row, n) for n in names} for row in session.scalars(select(model))]
