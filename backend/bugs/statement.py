"""Bugs in GetStatement: what Payme compares its books with."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, select

from backend.bugs.row import bug
from backend.bugs.seams import Switch, around
from backend.bugs.ways import GONE, Decide, bent, refusing
from backend.clock import now_ms
from backend.errors import Code, Refusal, bad_request
from backend.methods import statement
from backend.methods.base import Call, Result
from backend.models import State, Transaction

_TIME = Transaction.payme_time
_MINUTE_MS = 60_000
_MONTH_MS = 31 * 24 * 60 * _MINUTE_MS
_BY_TIME = (Transaction.payme_time, Transaction.id)


def _lists(
    where: Callable[[statement.Asked], ColumnElement[bool]],
    order: tuple[Any, ...] = _BY_TIME,
    limit: int | None = None,
) -> Switch:
    """The rows are chosen or sorted in another way."""

    def decide(inner: Decide, call: Call, asked: statement.Asked) -> Result:
        query = select(Transaction).where(where(asked)).order_by(*order).limit(limit)
        return {"transactions": [statement._item(one) for one in call.session.scalars(query)]}

    return around(statement._decide, decide)


def _within(asked: statement.Asked) -> ColumnElement[bool]:
    return _TIME.between(asked.begin, asked.end)


def _answers(change: Callable[[list[Result]], Result]) -> Switch:
    return around(
        statement._decide,
        lambda inner, call, asked: change(inner(call, asked)["transactions"]),
    )


def _item(**members: object) -> Switch:
    """Members of every item; a function gets the transaction."""

    def item(inner: Callable[[Transaction], Result], one: Transaction) -> Result:
        told = {n: value(one) if callable(value) else value for n, value in members.items()}
        return bent(inner(one), **told)

    return around(statement._item, item)


def _when(refused: Callable[[statement.Asked], bool], refusal: Callable[[], Refusal]) -> Switch:
    return refusing(statement._decide, lambda call, asked: refusal() if refused(asked) else None)


def _touches(inner: Decide, call: Call, asked: statement.Asked) -> Result:
    answered = inner(call, asked)
    for one in call.session.scalars(select(Transaction).where(_within(asked))):
        one.create_time = now_ms()
    return answered


def _as_numbers(one: Transaction) -> dict[str, object]:
    return {
        name: int(value) if isinstance(value, str) and value.isdigit() else value
        for name, value in one.account.items()
    }


BUGS = (
    bug(
        "statement.missing",
        "there is no GetStatement",
        "statement.transactions-array",
        _when(
            lambda asked: True,
            lambda: Refusal(Code.NO_METHOD, "There is no such method.", "GetStatement"),
        ),
    ),
    bug(
        "statement.singular",
        "the list is called transaction, as one table of the documents has it",
        "statement.transactions-array",
        _answers(lambda items: {"transaction": items}),
    ),
    bug(
        "statement.null-when-empty",
        "an empty period is null",
        "statement.empty-array",
        _answers(lambda items: {"transactions": items or None}),
    ),
    bug(
        "statement.after-from",
        "a transaction at the very beginning of the period is left out",
        "statement.from-inclusive",
        _lists(lambda asked: (asked.begin < _TIME) & (asked.end >= _TIME)),
    ),
    bug(
        "statement.before-to",
        "a transaction at the very end of the period is left out",
        "statement.to-inclusive",
        _lists(lambda asked: (asked.begin <= _TIME) & (asked.end > _TIME)),
    ),
    bug(
        "statement.whole-minutes",
        "the period is widened to whole minutes",
        "statement.outside-excluded",
        _lists(
            lambda asked: (_TIME // _MINUTE_MS).between(
                asked.begin // _MINUTE_MS, asked.end // _MINUTE_MS
            )
        ),
    ),
    bug(
        "statement.no-end",
        "the end of the period is ignored",
        "statement.outside-excluded",
        _lists(lambda asked: asked.begin <= _TIME),
    ),
    bug(
        "statement.one-moment-refused",
        "a period of one moment is malformed",
        "statement.single-moment",
        _when(lambda asked: asked.begin >= asked.end, lambda: bad_request("from >= to")),
        level="should",
    ),
    bug(
        "statement.one-month",
        "a period of more than a month is refused",
        "statement.long-period",
        _when(
            lambda asked: asked.end - asked.begin > _MONTH_MS,
            lambda: bad_request("The period is too long."),
        ),
    ),
    bug(
        "statement.by-own-time",
        "the period is compared with create_time",
        "statement.by-payme-time",
        _lists(lambda asked: Transaction.create_time.between(asked.begin, asked.end)),
    ),
    bug(
        "statement.newest-first",
        "the newest transaction comes first",
        "statement.ordered",
        _lists(_within, (Transaction.payme_time.desc(),)),
        level="should",
    ),
    bug(
        "statement.performed-only",
        "only performed transactions are listed",
        "statement.all-states",
        _lists(lambda asked: _within(asked) & (Transaction.state == State.PERFORMED)),
    ),
    bug(
        "statement.first-fifty",
        "the list ends after fifty",
        "statement.complete",
        _lists(_within, limit=50),
    ),
    bug(
        "statement.number-of-payme",
        "the statement shows Payme's id as the merchant's number",
        "statement.matches-check",
        _item(transaction=lambda one: one.payme_id),
    ),
    bug(
        "statement.in-sum",
        "the statement's amount is in sum",
        "statement.amount-as-sent",
        _item(amount=lambda one: one.amount // 100),
    ),
    bug(
        "statement.decimal-amount",
        "the statement's amount is a decimal text, as the driver gives it",
        "types.amount",
        _item(amount=lambda one: f"{one.amount}.00"),
    ),
    bug(
        "statement.account-as-text",
        "the account is JSON as a text",
        "statement.account-as-sent",
        _item(account=lambda one: json.dumps(one.account)),
    ),
    bug(
        "statement.account-in-numbers",
        "digits in the account become numbers, as in the PHP template",
        "statement.account-types",
        _item(account=_as_numbers),
        level="should",
        setup="accumulating",
    ),
    bug(
        "statement.own-time",
        "the statement's time is create_time",
        "statement.time-as-sent",
        _item(time=lambda one: one.create_time),
    ),
    bug(
        "statement.no-id",
        "items have no id",
        "statement.item-members",
        _item(id=GONE),
    ),
    bug(
        "statement.no-reason",
        "the statement shows no reason",
        "cancel.reason-in-statement statement.matches-check",
        _item(reason=None),
    ),
    bug(
        "statement.saves",
        "listing saves the rows again",
        "statement.changes-nothing",
        around(statement._decide, _touches),
        level="should",
        needs="database",
    ),
)
