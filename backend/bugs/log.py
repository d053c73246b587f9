"""Bugs in the log: the shop's people look for a payment there and do not find it."""

from __future__ import annotations

from collections.abc import Callable

from backend import auth
from backend.bugs.row import bug
from backend.bugs.seams import around
from backend.bugs.ways import mumbling, silent
from backend.logs import log
from backend.settings import Settings

_CAUGHT = "\nsqlite3.IntegrityError: UNIQUE constraint failed: payments.order_id (ignored)"
_TRACE = "\nTraceback (most recent call last):\n  File \"app.py\", line 8\nKeyError: 'promo'"


def _with_headers(
    inner: Callable[[str | None, Settings], None], header: str | None, settings: Settings
) -> None:
    log.debug("headers: Authorization: %s", header)
    inner(header, settings)


BUGS = (
    bug(
        "log.no-order",
        "a new order is not in the log",
        "log.created-order",
        silent("Created payment record"),
        needs="log",
    ),
    bug(
        "log.no-question",
        "CheckPerformTransaction is not in the log",
        "log.check-perform",
        silent("CheckPerformTransaction"),
        needs="log",
    ),
    bug(
        "log.no-create",
        "a created transaction is not in the log",
        "log.create",
        silent("Updating payment"),
        needs="log",
    ),
    bug(
        "log.no-perform",
        "a payment is not in the log",
        "log.perform",
        silent("Payment success"),
        needs="log",
    ),
    bug(
        "log.no-cancel",
        "a cancellation is not in the log",
        "log.cancel",
        silent("Payment cancelled"),
        needs="log",
    ),
    bug(
        "log.no-check",
        "CheckTransaction is not in the log",
        "log.check",
        silent("CheckTransaction"),
        needs="log",
    ),
    bug(
        "log.no-statement",
        "GetStatement is not in the log",
        "log.statement",
        silent("GetStatement"),
        needs="log",
    ),
    bug(
        "log.no-refusal",
        "refusals are not in the log",
        "log.refused",
        silent("Refused"),
        needs="log",
    ),
    bug(
        "log.caught-exception",
        "a unique violation is caught and ignored, and the answer is right by luck",
        "log.nothing-forbidden",
        mumbling("Updating payment", lambda line: _CAUGHT),
        needs="log",
    ),
    bug(
        "log.traceback",
        "something beside the payment raises each time, and nobody looks at the log",
        "log.nothing-forbidden",
        mumbling("Payment success", lambda line: _TRACE),
        needs="log",
    ),
    bug(
        "log.key",
        "the Authorization header is written into the log",
        "log.no-key",
        around(auth.authorise, _with_headers),
        needs="log",
    ),
)
