"""GetStatement: every transaction that was ever created, in Payme's order and by Payme's time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice

from sqlalchemy import bindparam, select

from backend import params
from backend.methods.base import Call, Method, Result
from backend.methods.check import standing
from backend.models import Transaction
from backend.params import LAST_MS, Params
from backend.prepared import Query
from backend.spool import Spool

LONG = 1000
"""From so many items on, the list is not kept in memory."""

WITHIN = Query(
    select(Transaction)
    .where(Transaction.payme_time.between(bindparam("begin"), bindparam("end")))
    .order_by(Transaction.payme_time, Transaction.id)
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Both ends of the period in ms, inclusive."""

    begin: int
    end: int


def _read(given: Params) -> Asked:
    begin, end = params.integer(given, "from"), params.integer(given, "to")
    # Any whole number is a moment, but the database takes no more than 64 bits.
    return Asked(max(0, min(begin, LAST_MS + 1)), max(-1, min(end, LAST_MS)))


def _line(asked: Asked) -> str:
    return f"GetStatement from={asked.begin}, to={asked.end}"


def _decide(call: Call, asked: Asked) -> Result:
    period = {"begin": asked.begin, "end": asked.end}
    items = (_item(one) for one in call.session.stream(WITHIN, period))
    first = list(islice(items, LONG))
    return {"transactions": first if len(first) < LONG else Spool(chain(first, items))}


def _item(transaction: Transaction) -> Result:
    return {
        "id": transaction.payme_id,
        "time": transaction.payme_time,
        "amount": transaction.amount,
        "account": transaction.account,
    } | standing(transaction)


METHOD = Method(_read, _line, _decide, writes=False)
