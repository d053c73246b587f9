"""What the documents leave to the merchant: other ways of working that are as right."""

from __future__ import annotations

from typing import Any

from tests.merchants.bugs.members import op
from tests.merchants.bugs.row import choice
from tests.merchants.calls import Call
from tests.merchants.habits import TWELVE_HOURS_MS, Members
from tests.merchants.store import dated_ops


def _with_nulls(request: Members, answer: Members) -> Members:
    return {"result": None, "error": None, **answer}


def _without_jsonrpc(request: Members, answer: Members) -> Members:
    return {name: value for name, value in answer.items() if name != "jsonrpc"}


def _other_amount(call: Call) -> str:
    known = call.ops(call.habits.known_sql)
    return "wrong-amount" if known and known[0].tiyin != call.params.get("amount") else ""


def _other_bill(call: Call) -> str:
    account: Any = call.params.get("account")
    known = call.ops(call.habits.known_sql)
    moved = known and isinstance(account, dict) and known[0].bill_no != account.get("bill")
    return "no-bill" if moved else ""


def _closed_by_cancel(call: Call) -> str:
    void = "SELECT * FROM payme_ops WHERE bill_no = :bill AND step = 'void' AND ext_id <> :id"
    return "returned" if call.ops(void) else ""


def _notice(call: Call) -> str:
    """Cancel what waited too long before anybody is told about it."""
    for found in call.ops(call.habits.op_sql):
        if found.step == "new" and call.now - found.sent_at > TWELVE_HOURS_MS:
            call.work.change(found, step="void", why=4, voided_at=call.now)
            call.work.stage(found.bill_no, "open")
    return ""


CHOICES = (
    choice(
        "right.free-branch",
        "the branch is for the shop's own use, as its file says",
        "account.*",
        kind="free-branch",
        ignores={"branch"},
    ),
    choice(
        "right.closes",
        "the connection is closed after each answer",
        "transport.* race.* create.* official.*",
        server=frozenset({"closes"}),
    ),
    choice(
        "right.chunked",
        "answers come in chunks",
        "transport.* race.* official.*",
        server=frozenset({"chunked"}),
    ),
    choice(
        "right.dates-with-zone",
        "times are kept as dates with the zone that they are in",
        "create.stored perform.stored cancel.refund-stored",
        kind="dated",
        schema=dated_ops(5, "+05:00"),
    ),
    choice(
        "right.local-dates",
        "times are kept as local dates without a zone",
        "create.stored perform.stored cancel.refund-stored",
        kind="dated",
        schema=dated_ops(5, ""),
    ),
    choice(
        "right.one-at-a-time",
        "one call is served after another, each on a connection that is closed then",
        "transport.* race.* create.* perform.* official.*",
        server=frozenset({"one-at-a-time", "closes"}),
    ),
    choice(
        "right.one-at-a-time-keeps",
        "one connection is served after another, and kept as long as Payme keeps it",
        "transport.* race.* official.*",
        server=frozenset({"one-at-a-time"}),
    ),
    choice(
        "right.whole-seconds",
        "the merchant's clock knows whole seconds only",
        "create.* perform.* cancel.* check.* types.* statement.*",
        waits=True,
        clock=lambda ms: ms // 1000 * 1000,
    ),
    choice(
        "right.clock-ahead",
        "the merchant's clock is forty seconds fast",
        "create.* perform.* cancel.* expiry.young-lives expiry.aged-perform",
        clock=lambda ms: ms + 40_000,
    ),
    choice(
        "right.clock-behind",
        "the merchant's clock is forty seconds slow",
        "create.* perform.* cancel.* expiry.*",
        clock=lambda ms: ms - 40_000,
    ),
    choice(
        "right.nulls",
        "the other one of result and error is there and null",
        "envelope.* error.* types.* official.*",
        envelope=_with_nulls,
    ),
    choice(
        "right.no-jsonrpc",
        "answers have no `jsonrpc`",
        "envelope.* official.*",
        envelope=_without_jsonrpc,
    ),
    choice(
        "right.text-json",
        "answers are text/json, as in the documents' sample",
        "transport.* official.*",
        content_type="text/json; charset=UTF-8",
    ),
    choice(
        "right.busy-is-account-error",
        "a busy bill is an account error everywhere",
        "create.* race.* official.* expiry.*",
        codes={"busy-at-create": -31052},
    ),
    choice(
        "right.paid-is-impossible",
        "paid and returned bills are -31008",
        "create.* check-perform.*",
        codes={"paid": -31008, "returned": -31008, "busy": -31008},
    ),
    choice(
        "right.old-ones-accepted",
        "a first CreateTransaction of any age is accepted, and expires when it is asked for",
        "expiry.* create.* statement.*",
        ignores={"too-late"},
    ),
    choice(
        "right.old-ones-by-account-code",
        "a first CreateTransaction that is too old is an account error",
        "expiry.*",
        codes={"too-late": -31060},
    ),
    choice(
        "right.closed-by-cancel",
        "a cancelled bill cannot be paid any more",
        "create.* check-perform.* cancel.* statement.* expiry.* official.*",
        kind="closing",
        sql=dict.fromkeys(
            ("cancelled", "expired"), "UPDATE bills SET stage = 'dropped' WHERE bill_no = :bill"
        ),
        balks={
            "CreateTransaction": _closed_by_cancel,
            "CheckPerformTransaction": _closed_by_cancel,
        },
    ),
    choice(
        "right.repeat-with-other-amount",
        "a repeat with another amount is refused as a wrong amount",
        "create.*",
        balks={"CreateTransaction": _other_amount},
    ),
    choice(
        "right.repeat-with-other-account",
        "a repeat with another account is refused as an unknown bill",
        "create.*",
        balks={"CreateTransaction": _other_bill},
    ),
    choice(
        "right.lapsed-shown",
        "CheckTransaction cancels what waited too long",
        "expiry.*",
        ignores={"too-late"},
        balks={"CheckTransaction": _notice},
    ),
    choice(
        "right.payme-time-as-own",
        "create_time is the time that Payme sent",
        "create.* check.* statement.* types.*",
        sql={"created": "UPDATE payme_ops SET made_at = sent_at WHERE ext_id = :id"},
        says={"created": {"create_time": op(lambda o: o.sent_at)}},
    ),
    choice(
        "right.no-documents",
        "there is no SetFiscalData",
        "fiscal.*",
        method_named=lambda name: "-" if name == "SetFiscalData" else name,
    ),
    choice(
        "right.more-members",
        "answers have members of the merchant's own inside the result",
        "types.* create.* statement.* check.*",
        says={"created": {"shop": "7"}, "create-repeated": {"shop": "7"}, "record": {"shop": "7"}},
    ),
    choice(
        "right.receivers",
        "the statement and CreateTransaction name no receivers by null",
        "types.* create.repeat",
        says={
            "created": {"receivers": None},
            "create-repeated": {"receivers": None},
            "item": {"receivers": None},
        },
    ),
)
