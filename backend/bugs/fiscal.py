"""Bugs in SetFiscalData."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backend import transactions
from backend.bugs.row import bug
from backend.bugs.seams import Switch, around
from backend.bugs.ways import Decide, run
from backend.methods import fiscal_data
from backend.methods.base import Call, Result
from backend.params import Params


def _writes(members: str) -> Switch:
    """A document changes the payment it belongs to."""

    def decide(inner: Decide, call: Call, asked: fiscal_data.Asked) -> Result:
        answered = inner(call, asked)
        one = transactions.find(call.session, asked.id)
        kind = " AND fiscal_cancel IS NOT NULL" if asked.kind == "CANCEL" else ""
        run(call, one, f"UPDATE transactions SET {members} WHERE payme_id = :id{kind}")
        return answered

    return around(fiscal_data._decide, decide)


def _cancels(inner: Decide, call: Call, asked: fiscal_data.Asked) -> Result:
    answered = inner(call, asked)
    if asked.kind == "CANCEL":
        one = transactions.find(call.session, asked.id)
        run(
            call,
            one,
            "UPDATE transactions SET state = -2, reason = 5, cancel_time = :now "
            "WHERE payme_id = :id",
        )
    return answered


def _unread(inner: Callable[[Params], fiscal_data.Asked], given: Params) -> fiscal_data.Asked:
    found: Any = given.get("fiscal_data")
    return inner(given | {"fiscal_data": found if isinstance(found, dict) else {}})


def _of_any_type(inner: Callable[[Params], fiscal_data.Asked], given: Params) -> fiscal_data.Asked:
    kind = "CANCEL" if given.get("type") == "CANCEL" else "PERFORM"
    return inner(given | {"type": kind})


BUGS = (
    bug(
        "fiscal.no-success",
        "SetFiscalData answers an empty object",
        "fiscal.success-true",
        around(fiscal_data._decide, lambda inner, call, asked: inner(call, asked) and {}),
    ),
    bug(
        "fiscal.cancels",
        "a document of type CANCEL cancels the payment",
        "fiscal.leaves-payment",
        around(fiscal_data._decide, _cancels),
        needs="database",
    ),
    bug(
        "fiscal.performs-again",
        "a document sets perform_time anew",
        "fiscal.leaves-payment",
        _writes("perform_time = :now + 1"),
        needs="database",
    ),
    bug(
        "fiscal.any-type",
        "whatever is not CANCEL is kept as the document of the payment",
        "fiscal.unknown-type",
        around(fiscal_data._read, _of_any_type),
        level="should",
    ),
    bug(
        "fiscal.empty",
        "a document that is not there is kept",
        "fiscal.bad-params",
        around(fiscal_data._read, _unread),
        level="should",
    ),
)
