"""Bugs in what is stored: the answers are right, and the tables are not, or the other way round."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import OperationalError

from backend import db
from backend.bugs.row import bug
from backend.bugs.seams import around, both
from backend.bugs.ways import UNHELD, on_cancel, on_create, on_perform, says, tables
from backend.errors import Code, Refusal, about_state
from backend.methods import cancel, check, create
from backend.methods.base import Call, Method, Result
from backend.models import Payment, Transaction
from backend.webhook import Webhook

_ROW = (
    "payme_id, order_id, payme_time, amount, account, one_time, state, create_time, "
    "perform_time, cancel_time, reason"
)
Decide = Callable[[Webhook, Method[Any], Any], Result]
_reasons: dict[str, int] = {}


def _remembers(
    inner: Callable[..., None], call: Call, one: Transaction, order: Payment, reason: int
) -> None:
    inner(call, one, order, reason)
    _reasons[one.payme_id] = reason


def _no_foreign_keys(
    inner: Callable[[sqlite3.Connection, object], None],
    connection: sqlite3.Connection,
    record: object,
) -> None:
    inner(connection, record)
    connection.execute("PRAGMA foreign_keys=OFF")


def _refused_too_late(
    inner: Callable[[Call, create.Asked, Payment], Result],
    call: Call,
    asked: create.Asked,
    order: Payment,
) -> Result:
    try:
        return inner(call, asked, order)
    except Refusal:
        order.status = "cancelled"
        raise


def _set(members: str) -> str:
    return f"UPDATE transactions SET {members} WHERE payme_id = :id"


_TIMES = {"Create": "create_time", "Perform": "perform_time", "Cancel": "cancel_time"}
_STATES = {"Create": 1, "Perform": 2, "Cancel": -1}
_offended: list[Exception] = []


# The reference waits for its database as long as Payme does, so that little trouble reaches it.
_IMPATIENT = around(db._connect_args, lambda inner, url, busy_ms: inner(url, 50))


def _pretends(inner: Decide, self: Webhook, way: Method[Any], asked: Any) -> Result:
    """The database's exception is caught, and the answer that was meant goes out."""
    try:
        return inner(self, way, asked)
    except (OperationalError, TimeoutError):
        done = way.line(asked).partition("Transaction")[0]
        if done not in _TIMES:
            raise
        return {"transaction": "1", _TIMES[done]: self._clock(), "state": _STATES[done]}


def _sulks(inner: Decide, self: Webhook, way: Method[Any], asked: Any) -> Result:
    """The one connection is not opened again once it was lost."""
    if _offended:
        raise _offended[0]
    try:
        return inner(self, way, asked)
    except (OperationalError, TimeoutError) as error:
        _offended.append(error)
        raise


def _decides(inner: Decide, self: Webhook, way: Method[Any], asked: Any) -> Result:
    try:
        return inner(self, way, asked)
    except (OperationalError, TimeoutError):
        raise about_state(Code.IMPOSSIBLE) from None


BUGS = (
    bug(
        "database.amount-divided",
        "performing divides the stored amount by a hundred",
        "database.matches-answers statement.matches-check",
        on_perform(_set("amount = amount / 100")),
        needs="database",
    ),
    bug(
        "database.reason-in-memory",
        "the reason is kept in memory and never stored",
        "cancel.stored",
        both(
            around(cancel._cancel, _remembers),
            on_cancel(_set("reason = NULL")),
            says(check.standing, reason=lambda one: _reasons.get(one.payme_id, one.reason)),
        ),
        needs="database",
    ),
    bug(
        "database.misspelt-column",
        "a misspelt column leaves the state of a cancelled transaction at 1",
        "cancel.stored check.cancelled",
        on_cancel(_set("state = 1"), paid=False),
        needs="database",
    ),
    bug(
        "database.32-bit-times",
        "create_time is stored in a column of 32 bits",
        "types.times create.stored",
        on_create(_set("create_time = create_time & 2147483647")),
        needs="database",
    ),
    bug(
        "database.twice",
        "every transaction is stored twice, and no index prevents it",
        "database.one-row create.one-row",
        both(
            UNHELD,
            tables("DROP INDEX idx_transaction_payme_id"),
            on_create(
                f"INSERT INTO transactions ({_ROW}) SELECT {_ROW} FROM transactions "
                "WHERE payme_id = :id"
            ),
        ),
        needs="database",
    ),
    bug(
        "database.second-order",
        "CreateTransaction inserts the order once more, and no index prevents it",
        "create.updates-existing-order invariant.user",
        both(
            tables("DROP INDEX idx_payment_order_id"),
            around(db._prepare_sqlite, _no_foreign_keys),
            on_create(
                "INSERT INTO payments (order_id, payment_type, amount, status, created_at) "
                "SELECT order_id, payment_type, amount, status, created_at FROM payments "
                "WHERE order_id = :order LIMIT 1"
            ),
        ),
        needs="database",
    ),
    bug(
        "database.blank-order",
        "CancelTransaction saves a new order, as it looks one up by params that name none",
        "order.no-new-rows",
        on_cancel(
            "INSERT INTO payments (order_id, amount, created_at) "
            "VALUES ('blank of ' || :id, 0, :now)"
        ),
        needs="database",
    ),
    bug(
        "database.refused-too-late",
        "a refused CreateTransaction has closed the order all the same",
        "refusal.changes-nothing",
        around(create._create, _refused_too_late),
        needs="database",
    ),
    bug(
        "database.pretends",
        "the exception of a database in trouble is caught, and the prepared answer goes out",
        "trouble.whole-or-absent",
        both(_IMPATIENT, around(Webhook._decide, _pretends)),
        needs="database",
    ),
    bug(
        "database.sulks",
        "the one connection to the database is not opened again once it was lost",
        "trouble.recovers",
        both(_IMPATIENT, _offended.clear, around(Webhook._decide, _sulks)),
    ),
    bug(
        "database.trouble-is-impossible",
        "what cannot be decided because the database is in trouble is answered -31008",
        "trouble.system-error",
        both(_IMPATIENT, around(Webhook._decide, _decides)),
        level="should",
    ),
)
