"""Bugs that show when calls come at the same moment, or late."""

from __future__ import annotations

import time
from typing import Any

from tests.merchants.bugs.row import bug
from tests.merchants.calls import Call
from tests.merchants.habits import TWELVE_HOURS_MS

_THINKS = dict.fromkeys(("CreateTransaction", "PerformTransaction", "CancelTransaction"), 25)
_SLOW: dict[str, Any] = {"locks": False, "thinks_ms": _THINKS}


def _too_old(call: Call) -> str:
    found = call.ops(call.habits.op_sql)
    old = bool(found) and call.now - found[0].sent_at > TWELVE_HOURS_MS
    return "expired" if old else ""


def _state_later(call: Call) -> int:
    assert call.op is not None
    time.sleep(0.06)
    values = {"id": call.op.ext_id}
    return call.work.ops("SELECT * FROM payme_ops WHERE ext_id = :id", values)[0].state


RACES = (
    bug(
        "race.two-rows",
        "race.create-one-transaction",
        "CreateTransaction looks, then inserts, with no lock and no unique index",
        unique=False,
        **_SLOW,
    ),
    bug(
        "race.two-winners",
        "race.create-one-winner order.one-live-transaction",
        "CreateTransaction looks whether the bill is free, then inserts, with no lock",
        only="race.create-different-ids",
        **_SLOW,
    ),
    bug(
        "race.losers-broken",
        "race.losers-code log.nothing-forbidden",
        # the exception is caught by nobody, so the log tells of it as well
        "the index that lets one transaction win makes the others fail with a system error",
        only="race.create-different-ids",
        schema="CREATE UNIQUE INDEX one_live ON payme_ops (bill_no) WHERE step = 'new';",
        **_SLOW,
    ),
    bug(
        "race.twins-broken",
        "race.all-answered log.nothing-forbidden",
        "the index that keeps the id unique makes the twins fail with a system error",
        only="race.create-same-id",
        **_SLOW,
    ),
    bug(
        "race.performs-twice",
        "race.perform-once invariant.user",
        "PerformTransaction looks at the state, then pays, with no lock",
        only="race.perform",
        **_SLOW,
    ),
    bug(
        "race.cancels-twice",
        "race.cancel-once",
        "CancelTransaction looks at the state, then cancels, with no lock",
        only="race.cancel",
        **_SLOW,
    ),
    bug(
        "race.refunds-twice",
        "race.cancel-once",
        "a refund looks at the state, then gives the money back, with no lock",
        only="race.refund",
        **_SLOW,
    ),
    bug(
        "race.both-succeed",
        "race.perform-against-cancel",
        "PerformTransaction and CancelTransaction both look, then write, with no lock",
        **_SLOW,
    ),
    bug(
        "race.repeat-revives",
        "race.create-against-cancel",
        "a repeated CreateTransaction writes the row back as it read it",
        sql={"create-repeated": "UPDATE payme_ops SET step = 'new' WHERE ext_id = :id"},
        locks=False,
        thinks_ms={"CreateTransaction": 50},
    ),
    bug(
        "race.one-memory",
        "race.orders-apart",
        "the params of a call are kept where another call overwrites them",
        only="race.perform-two-orders",
        one_memory=True,
        thinks_ms=dict.fromkeys(_THINKS, 5),
    ),
    bug(
        "race.one-memory-create",
        "race.orders-apart",
        "the params of a call are kept where another call overwrites them (CreateTransaction)",
        only="race.create-two-orders",
        one_memory=True,
        thinks_ms=dict.fromkeys(_THINKS, 5),
    ),
    bug(
        "race.repeat-unpays",
        "race.one-transaction",
        "a repeated CreateTransaction that meets PerformTransaction writes the row back",
        only="race.create-against-perform",
        sql={"create-repeated": "UPDATE payme_ops SET step = 'new' WHERE ext_id = :id"},
        locks=False,
        thinks_ms={"CreateTransaction": 50},
    ),
    bug(
        "race.half-paid",
        "race.one-transaction",
        "PerformTransaction saves the state, and a moment later the time",
        only="race.check-against-perform",
        locks=False,
        times_later=True,
        dawdles_ms={"PerformTransaction": 60},
    ),
    bug(
        "race.half-listed",
        "race.one-transaction",
        "GetStatement reads the times, and a moment later the states",
        only="race.check-against-perform",
        locks=False,
        thinks_ms={"PerformTransaction": 25},
        says={"item": {"state": _state_later}},
    ),
    bug(
        "race.paid-and-paid-back",
        "race.one-transaction",
        "all methods look, then write, with no lock",
        only="race.all-methods race.refund-against-perform",
        **_SLOW,
    ),
    bug(
        "race.perform-time-each",
        "race.one-transaction",
        "PerformTransaction answers its own moment while others perform too",
        only="race.create-against-perform",
        locks=False,
        thinks_ms={"PerformTransaction": 25},
    ),
    bug(
        "race.second-while-first-pays",
        "race.one-order",
        "a second transaction takes the bill while the first is being paid, with no lock",
        only="race.second-against-perform race.all-methods-two-ids",
        holders_sql="SELECT * FROM payme_ops WHERE bill_no = :bill AND step = 'done'",
        **_SLOW,
    ),
    bug(
        "race.second-frees-first",
        "race.one-order",
        "a late CancelTransaction cancels whatever holds the bill by then",
        only="race.second-against-cancel race.former-transaction",
        sql={
            "cancel-repeated": "UPDATE payme_ops SET step = 'void', voided_at = :now "
            "WHERE bill_no = :bill AND step IN ('new', 'done')"
        },
    ),
    bug(
        "race.one-live-in-a-wallet",
        "race.accumulating-all-created accumulating.second-while-first-lives",
        "a wallet has the index that was made for bills",
        only="race.create-accumulating accumulating.second",
        kind="accumulating",
        schema="CREATE UNIQUE INDEX one_live ON payme_ops (bill_no) WHERE step = 'new';",
    ),
)

LATE = (
    bug(
        "late.perform-never",
        "expiry.perform-refused",
        "PerformTransaction knows no time limit",
        only="expiry.aged-perform",
        ignores={"age:PerformTransaction"},
    ),
    bug(
        "late.seconds",
        "expiry.perform-refused expiry.create-repeat-refused",
        "the limit is compared in the wrong unit, so that it never comes",
        only="expiry.aged-perform expiry.aged-repeat",
        lifetime_ms=TWELVE_HOURS_MS * 1000,
    ),
    bug(
        "late.hours-of-a-day",
        "expiry.perform-refused",
        "timedelta.seconds in place of total_seconds(): whole days do not count",
        only="expiry.aged-day",
        ignores={"too-late"},
        age_within_ms=2 * TWELVE_HOURS_MS,
    ),
    bug(
        "late.not-saved",
        "expiry.timeout-state",
        "a transaction that waited too long is refused and stays as it is",
        only="expiry.aged-perform",
        sql={
            "expired": "UPDATE payme_ops SET step = 'new', why = NULL, voided_at = 0 "
            "WHERE ext_id = :id"
        },
    ),
    bug(
        "late.no-reason",
        "expiry.timeout-state",
        "a transaction that waited too long is cancelled with reason 3",
        only="expiry.aged-repeat",
        sql={"expired": "UPDATE payme_ops SET why = 3 WHERE ext_id = :id"},
    ),
    bug(
        "late.no-time",
        "expiry.timeout-state",
        "a transaction that waited too long is cancelled without a time",
        only="expiry.aged-perform",
        sql={"expired": "UPDATE payme_ops SET voided_at = 0 WHERE ext_id = :id"},
    ),
    bug(
        "late.create-never",
        "expiry.create-repeat-refused",
        "a repeated CreateTransaction knows no time limit",
        ignores={"age:CreateTransaction"},
    ),
    bug(
        "late.minutes",
        "expiry.young-lives",
        "the limit is 12 minutes",
        only="expiry.young-lives expiry.aged-young",
        lifetime_ms=12 * 60 * 1000,
    ),
    bug(
        "late.minutes-of-own",
        "expiry.young-lives",
        "the limit is 12 minutes of the merchant's own clock",
        only="expiry.aged-young",
        ignores={"too-late"},
        age_from="made_at",
        lifetime_ms=12 * 60 * 1000,
    ),
    bug(
        "late.system-error",
        "expiry.perform-answer expiry.perform-refused",
        "the time limit is told as a system error",
        only="expiry.old-perform expiry.aged-perform",
        ignores={"too-late"},
        codes={"expired": -32400},
    ),
    bug(
        "late.own-clock",
        "expiry.from-payme-time",
        "the 12 hours are counted from create_time",
        only="expiry.old-perform",
        ignores={"too-late"},
        age_from="made_at",
    ),
    bug(
        "late.perform-by-own-clock",
        "expiry.from-payme-time",
        "PerformTransaction counts from create_time, and CreateTransaction from Payme's time",
        only="expiry.sent-early",
        ages_otherwise={"PerformTransaction"},
    ),
    bug(
        "late.repeat-by-own-clock",
        "expiry.from-payme-time",
        "the repeat of CreateTransaction counts from create_time",
        only="expiry.sent-early",
        ages_otherwise={"CreateTransaction"},
    ),
    bug(
        "late.cancel-refused",
        "expiry.cancel-works",
        "the time limit stops CancelTransaction too",
        only="expiry.aged-cancel",
        balks={"CancelTransaction": _too_old},
    ),
    bug(
        "late.bill-stays-held",
        "expiry.releases-order order.status-fits",
        "the bill of a transaction that waited too long stays reserved",
        only="expiry.aged-perform",
        sql={"expired": "UPDATE bills SET stage = 'held' WHERE bill_no = :bill"},
    ),
    bug(
        "late.paid-expires",
        "expiry.paid-never-expires",
        "the age is looked at before the state, so paid transactions expire",
        only="expiry.aged-paid",
        expires_in={"new", "done"},
    ),
    bug(
        "late.paid-cannot-be-refunded",
        "expiry.paid-never-expires",
        "a paid transaction cannot be refunded after 12 hours",
        only="expiry.aged-refund",
        balks={"CancelTransaction": _too_old},
    ),
    bug(
        "late.expires-each",
        "expiry.stays-expired",
        "each refusal cancels anew, with a new time",
        only="expiry.aged-perform",
        expires_in={"new", "void"},
    ),
)
