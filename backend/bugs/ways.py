"""The vocabulary that the families share: what a bug changes in an answer, a row or the log."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from backend import schema
from backend.bugs.seams import Switch, around
from backend.db import Database
from backend.envelope import Request
from backend.errors import Refusal
from backend.link import Link
from backend.logs import log
from backend.methods import cancel, create, perform, timeout
from backend.methods.base import Call, Result
from backend.models import Transaction

Decide = Callable[[Call, Any], Result]
"""The decision of a method, as a bug finds it."""

GONE = object()
"""As the value of a member: the member is left out."""


def bent(result: Result, **members: object) -> Result:
    """A result with members changed."""
    return {name: value for name, value in (result | members).items() if value is not GONE}


def says(answer: Callable[[Transaction], Result], **members: object) -> Switch:
    """Change members of what a method answers; a function is asked with the transaction."""

    def behave(inner: Callable[[Transaction], Result], one: Transaction) -> Result:
        told = {n: value(one) if callable(value) else value for n, value in members.items()}
        return bent(inner(one), **told)

    return around(answer, behave)


def run(call: Call, one: Transaction, statement: str) -> None:
    """SQL beside a decision, over what is stored so far; :id, :order and :now are known."""
    call.session.flush()
    known = {"id": one.payme_id, "order": one.order_id, "now": call.now}
    named = {name: value for name, value in known.items() if f":{name}" in statement}
    call.session.execute(text(statement), named)


def on_create(statement: str) -> Switch:
    """Run SQL when a transaction is created."""

    def behave(inner: Callable[..., None], call: Call, order: Any, created: Transaction) -> None:
        inner(call, order, created)
        run(call, created, statement)

    return around(create._store, behave)


def on_perform(statement: str) -> Switch:
    """Run SQL when a transaction is performed."""

    def behave(inner: Callable[..., None], call: Call, one: Transaction, order: Any) -> None:
        inner(call, one, order)
        run(call, one, statement)

    return around(perform._perform, behave)


def on_cancel(statement: str, paid: bool | None = None) -> Switch:
    """Run SQL when a transaction is cancelled; `paid` says whether only refunds or only others."""

    def behave(
        inner: Callable[..., None], call: Call, one: Transaction, order: Any, reason: int
    ) -> None:
        refund = one.perform_time is not None
        inner(call, one, order, reason)
        if paid in (None, refund):
            run(call, one, statement)

    return around(cancel._cancel, behave)


def on_time_out(statement: str) -> Switch:
    """Run SQL when a transaction is found to have waited too long."""

    def behave(inner: Callable[..., None], call: Call, one: Transaction, order: Any) -> None:
        inner(call, one, order)
        run(call, one, statement)

    return around(timeout.time_out, behave)


def refusing(decide: Decide, when: Callable[[Call, Any], Refusal | None]) -> Switch:
    """A method that also refuses when it should not."""

    def behave(inner: Decide, call: Call, asked: Any) -> Result:
        refusal = when(call, asked)
        if refusal is not None:
            raise refusal
        return inner(call, asked)

    return around(decide, behave)


def silent(start: str) -> Switch:
    """The log lacks the lines that begin so."""

    def keep(record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith(start)

    return _filtering(keep)


def mumbling(start: str, extra: Callable[[str], str]) -> Switch:
    """The log has more behind the lines that begin so."""

    def add(record: logging.LogRecord) -> bool:
        line = record.getMessage()
        if line.startswith(start):
            record.msg, record.args = line + extra(line), ()
        return True

    return _filtering(add)


def _filtering(keep: Callable[[logging.LogRecord], bool]) -> Switch:
    # The one logger is the merchant's for good, so what is put into it is taken out with the rest.
    from backend.logs import set_up

    def behave(inner: Callable[..., None], settings: Any) -> None:
        inner(settings)
        for handler in log.handlers:
            handler.addFilter(keep)

    return around(set_up, behave)


def asking(request: Request | Refusal) -> str:
    """The method that a request names, or an empty text."""
    name = None if isinstance(request, Refusal) else request.method
    return name if isinstance(name, str) else ""


def tables(*statements: str) -> Switch:
    """Change the schema after it is made."""

    def behave(inner: Callable[[Any], None], connection: Any) -> None:
        inner(connection)
        for statement in statements:
            connection.execute(text(statement))

    return around(schema._create, behave)


UNHELD = tables("DROP INDEX idx_transaction_one_live")
"""Nothing in the database holds an order to one live transaction."""


def _own_link(inner: Callable[[Database], Link], self: Database) -> Link:
    return Link(self.engine, writes=True)


UNQUEUED = around(Database._link, _own_link)
"""Writers of this process do not wait for one another, only for the database itself."""
