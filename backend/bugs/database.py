"""Bugs in what is stored: the answers are right, and the tables are not, or the other way round."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from backend import db
from backend.bugs.row import bug
from backend.bugs.seams import around, both
from backend.bugs.ways import UNHELD, on_cancel, on_create, on_perform, says, tables
from backend.errors import Refusal
from backend.methods import cancel, check, create
from backend.methods.base import Call, Result
from backend.models import Payment, Transaction

_ROW = (
    "payme_id, order_id, payme_time, amount, account, one_time, state, create_time, "
    "perform_time, cancel_time, reason"
)
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
        "database.refused-too-late",
        "a refused CreateTransaction has closed the order all the same",
        "refusal.changes-nothing",
        around(create._create, _refused_too_late),
        needs="database",
    ),
)
