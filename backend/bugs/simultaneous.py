"""Bugs that show when calls come at the same moment: looked at first, written later, unlocked."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from backend import link
from backend.bugs.row import bug
from backend.bugs.seams import around, both
from backend.bugs.ways import UNHELD, UNQUEUED, Decide, run, tables
from backend.methods import cancel, create, perform
from backend.methods.base import Call, Method, Result
from backend.models import Payment, Transaction
from backend.webhook import Webhook

THINKS_S = 0.02
"""How long a handler takes between looking and writing."""


def _let_go(call: Call) -> None:
    """End the database transaction in which the decision was looked up, and think."""
    call.session.commit()
    time.sleep(THINKS_S)


def _creates(inner: Callable[..., None], call: Call, order: Payment, created: Transaction) -> None:
    _let_go(call)
    inner(call, order, created)


def _performs(inner: Callable[..., None], call: Call, one: Transaction, order: Payment) -> None:
    _let_go(call)
    inner(call, one, order)


def _cancels(
    inner: Callable[..., None], call: Call, one: Transaction, order: Payment, reason: int
) -> None:
    _let_go(call)
    inner(call, one, order, reason)


def _revives(
    inner: Callable[..., Result],
    call: Call,
    asked: create.Asked,
    stored: Transaction,
    order: Payment | None,
) -> Result:
    """A repeat writes the row back as it read it."""
    answered = inner(call, asked, stored, order)
    _let_go(call)
    run(
        call,
        stored,
        "UPDATE transactions SET state = 1, reason = NULL, cancel_time = NULL WHERE payme_id = :id",
    )
    return answered


_latest: dict[str, Any] = {}


def _one_memory(name: str) -> Callable[[Decide, Call, Any], Result]:
    """What is asked for is kept where the next call overwrites it."""

    def decide(inner: Decide, call: Call, asked: Any) -> Result:
        _latest[name] = asked
        time.sleep(THINKS_S)
        return inner(call, _latest[name])

    return decide


def _first_try(inner: Callable[..., Result], self: Webhook, way: Method[Any], asked: Any) -> Result:
    return self._decide(way, asked)


def _deferred(inner: Callable[[Any], None], cursor: Any) -> None:
    """BEGIN takes no lock, so that two who have both read cannot both write."""
    cursor.execute("BEGIN")


_CREATES = both(UNQUEUED, around(create._store, _creates))

BUGS = (
    bug(
        "simultaneous.two-rows",
        "CreateTransaction looks, then inserts, with no lock and no unique index",
        "race.create-one-transaction",
        both(UNHELD, tables("DROP INDEX idx_transaction_payme_id"), _CREATES),
        needs="simultaneous",
    ),
    bug(
        "simultaneous.two-winners",
        "CreateTransaction looks whether the order is free, then inserts, with no lock",
        "race.create-one-winner order.one-live-transaction",
        both(UNHELD, _CREATES),
        needs="simultaneous",
    ),
    bug(
        "simultaneous.losers-raise",
        "the index lets one transaction win, and the others end in the general error handler",
        "race.losers-code log.nothing-forbidden",
        both(_CREATES, around(Webhook._result, _first_try)),
        level="should",
        needs="simultaneous",
    ),
    bug(
        "simultaneous.performs-twice",
        "PerformTransaction looks at the state, then pays, with no lock",
        "race.perform-once",
        both(UNQUEUED, around(perform._perform, _performs)),
        needs="simultaneous",
    ),
    bug(
        "simultaneous.cancels-twice",
        "CancelTransaction looks at the state, then cancels, with no lock",
        "race.cancel-once",
        both(UNQUEUED, around(cancel._cancel, _cancels)),
        needs="simultaneous",
    ),
    bug(
        "simultaneous.both-succeed",
        "PerformTransaction and CancelTransaction both look, then write, with no lock",
        "race.perform-against-cancel race.one-transaction",
        both(UNQUEUED, around(perform._perform, _performs), around(cancel._cancel, _cancels)),
        needs="simultaneous",
    ),
    bug(
        "simultaneous.repeat-revives",
        "a repeated CreateTransaction writes the row back as it read it",
        "race.create-against-cancel",
        both(UNQUEUED, around(create._repeat, _revives)),
        needs="simultaneous",
    ),
    bug(
        "simultaneous.one-memory",
        "the params of a call are kept where another call overwrites them",
        "race.orders-apart",
        both(
            UNQUEUED,
            around(create._decide, _one_memory("create")),
            around(perform._decide, _one_memory("perform")),
        ),
        needs="simultaneous",
    ),
    bug(
        "simultaneous.one-live-in-an-account",
        "an accumulating account has the index that was made for orders",
        "race.accumulating-all-created",
        tables("CREATE UNIQUE INDEX one_live ON transactions (order_id) WHERE state = 1"),
        level="should",
        needs="simultaneous",
        setup="accumulating",
    ),
    bug(
        "simultaneous.deferred",
        "a deferred BEGIN: whoever read before another wrote gets 'database is locked'",
        "race.all-answered log.nothing-forbidden",
        both(UNQUEUED, around(link.begin, _deferred)),
        level="should",
        needs="simultaneous",
    ),
)
