"""Bugs that show when the wire breaks: lost replies, slow networks, calls that nobody sends."""

from __future__ import annotations

import json

from tests.merchants.bugs.row import bug

_VOID = "UPDATE payme_ops SET step = 'void', why = 10, voided_at = :now WHERE ext_id = :id"
_AGAIN = (
    "INSERT INTO payme_ops (ext_id, bill_no, tiyin, sent_account, sent_at, made_at) "
    "SELECT ext_id, bill_no, tiyin, sent_account, sent_at, made_at FROM payme_ops "
    "WHERE ext_id = :id"
)


def _mended(body: bytes, content_type: str) -> object:
    """JSON that breaks off is closed where it ends."""
    text = body.decode("utf-8", "ignore")
    for ending in ("", "}", "}}", '"}}', "}}}"):
        try:
            return json.loads(text + ending)
        except ValueError:
            continue
    raise ValueError(text)


FAULTS = (
    bug(
        "fault.void-when-left",
        "fault.lost-create",
        "the framework sees the caller hang up and the new transaction is cancelled",
        only="fault.lost-create",
        abandons={"CreateTransaction": _VOID},
    ),
    bug(
        "fault.payment-undone-when-left",
        "fault.lost-perform",
        "the framework sees the caller hang up and the payment is cancelled",
        only="fault.lost-perform",
        abandons={"PerformTransaction": _VOID},
    ),
    bug(
        "fault.cancelled-and-gone",
        "fault.lost-cancel",
        "a cancelled transaction whose caller hung up is deleted",
        only="fault.lost-cancel",
        abandons={"CancelTransaction": "DELETE FROM payme_ops WHERE ext_id = :id"},
    ),
    bug(
        "fault.queued-twice",
        "fault.once",
        "a call whose caller hung up is carried out once more by a queue",
        only="fault.lost-create",
        unique=False,
        abandons={"CreateTransaction": _AGAIN},
    ),
    bug(
        "fault.first-piece",
        "fault.slow-request",
        "the body is what the first read of the socket gives",
        server={"first-piece"},
    ),
    bug(
        "fault.mended-json",
        "fault.half-body",
        "JSON that breaks off is closed where it ends",
        parses=_mended,
    ),
    bug(
        "fault.form-parser",
        "fault.content-type",
        "a body that is a form by its type is left in the parser that all calls share",
        chokes=lambda body, headers: "form" in headers.get("content-type", ""),
    ),
    bug(
        "fault.memory-gone",
        "fault.oversized",
        "the memory that a long call takes is never given back",
        chokes=lambda body, headers: len(body) > 1_000_000,
    ),
    bug(
        "fault.stack-gone",
        "fault.nested",
        "the worker that ran out of its stack is not replaced",
        chokes=lambda body, headers: body.count(b"[") > 1000,
    ),
    bug(
        "fault.headers-in-session",
        "fault.header-flood",
        "headers are kept in a session that every call reads, and that cannot be read any more",
        chokes=lambda body, headers: max(map(len, headers.values())) > 8000,
    ),
)
