"""Bugs in CancelTransaction, and in letting transactions go that waited too long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backend import transactions
from backend.bugs.row import bug
from backend.bugs.seams import Switch, around, both
from backend.bugs.ways import Decide, on_cancel, on_create, on_time_out, refusing, run, says
from backend.clock import TIMEOUT_MS, now_ms
from backend.errors import Code, Refusal, about_state
from backend.methods import cancel, perform, timeout
from backend.methods.base import Call, Result
from backend.models import Payment, State, Transaction

_MINUTE_MS = 60_000


def _in_state(*states: State) -> Callable[[Call, cancel.Asked], Transaction | None]:
    def found(call: Call, asked: cancel.Asked) -> Transaction | None:
        one = transactions.seek(call.session, asked.id)
        return one if one is not None and one.state in states else None

    return found


_ended = _in_state(State.CANCELLED, State.REFUNDED)


def _refused_in(code: Code, *states: State) -> Switch:
    found = _in_state(*states)

    def when(call: Call, asked: cancel.Asked) -> Refusal | None:
        return about_state(code) if found(call, asked) is not None else None

    return refusing(cancel._decide, when)


def _repeats(statement: str) -> Switch:
    """SQL is run before a cancelled transaction is answered again."""

    def decide(inner: Decide, call: Call, asked: cancel.Asked) -> Result:
        one = _ended(call, asked)
        answered = inner(call, asked)
        if one is not None:
            run(call, one, statement.replace(":reason", str(asked.reason)))
        return answered

    return around(cancel._decide, decide)


def _again(inner: Decide, call: Call, asked: cancel.Asked) -> Result:
    """A cancelled transaction is cancelled anew: -2 becomes -1."""
    one = _ended(call, asked)
    if one is None:
        return inner(call, asked)
    transactions.cancel(one, asked.reason, call.now)
    return cancel._answer(one)


def _other_reason(inner: Decide, call: Call, asked: cancel.Asked) -> Result:
    one = _ended(call, asked)
    if one is None or one.reason == asked.reason:
        return inner(call, asked)
    one.reason, one.cancel_time = asked.reason, call.now
    return cancel._answer(one)


def _refunds(inner: Decide, call: Call, asked: cancel.Asked) -> Result:
    """A shop without refunds gives them."""
    one, order = transactions.lock(call.session, asked.id)
    if one.state != State.PERFORMED:
        return inner(call, asked)
    cancel._cancel(call, one, order, asked.reason)
    return cancel._answer(one)


def _too_late(inner: Decide, call: Call, asked: cancel.Asked) -> Result:
    """A refund is refused after the order was changed."""
    one, order = transactions.lock(call.session, asked.id)
    if one.state == State.PERFORMED:
        order.status = "cancelled"
    return inner(call, asked)


def _expired(of: Callable[[Transaction, int], bool]) -> Switch:
    return around(transactions.expired, lambda inner, one, now: of(one, now))


def _performs_by_own_clock(inner: Decide, call: Call, payme_id: str) -> Result:
    """CreateTransaction counts from Payme's time, and PerformTransaction from create_time."""
    one, order = transactions.lock(call.session, payme_id)
    if transactions.expired(one, call.now) and call.now - one.create_time <= TIMEOUT_MS:
        perform._perform(call, one, order)
    return inner(call, payme_id)


def _too_old(call: Call, asked: cancel.Asked) -> Refusal | None:
    one = transactions.seek(call.session, asked.id)
    old = one is not None and one.state == State.CREATED and transactions.expired(one, call.now)
    return about_state(Code.IMPOSSIBLE) if old else None


def _nothing(inner: Any, call: Call, one: Transaction, order: Payment) -> None:
    """Refused, and not saved."""


def _raises(one: Transaction, now: int) -> bool:
    if one.id is not None and one.state == State.CREATED and now - one.payme_time > TIMEOUT_MS:
        raise TypeError("unsupported operand type(s) for -: 'datetime' and 'int'")
    return False


def _set(members: str) -> str:
    return f"UPDATE transactions SET {members} WHERE payme_id = :id"


CANCEL = (
    bug(
        "cancel.never",
        "every cancellation is refused with -31007",
        "cancel.works cancel.refund-works official.cancel",
        _refused_in(Code.NOT_CANCELLABLE, State.CREATED, State.PERFORMED),
    ),
    bug(
        "cancel.refund-is-minus-one",
        "a refund becomes -1 instead of -2",
        "cancel.refund-works check.refunded",
        both(says(cancel._answer, state=-1), on_cancel(_set("state = -1"))),
    ),
    bug(
        "cancel.time-of-creation",
        "cancel_time is a copy of create_time",
        "cancel.works",
        both(
            says(cancel._answer, cancel_time=lambda one: one.create_time),
            on_cancel(_set("cancel_time = create_time")),
        ),
    ),
    bug(
        "cancel.new-time-each",
        "a repeat is answered with the time of the moment",
        "cancel.repeat-same-answer official.cancel",
        says(cancel._answer, cancel_time=lambda one: now_ms()),
    ),
    bug(
        "cancel.repeat-refused",
        "a transaction that is cancelled already is refused with -31007",
        "cancel.repeat-same-answer official.cancel fault.lost-cancel",
        _refused_in(Code.NOT_CANCELLABLE, State.CANCELLED, State.REFUNDED),
    ),
    bug(
        "cancel.again",
        "a repeat cancels anew, with a new time, and -2 becomes -1",
        "cancel.repeat-same-answer cancel.repeat-changes-nothing",
        around(cancel._decide, _again),
    ),
    bug(
        "cancel.number-of-order",
        "the answer names the order's number as transaction",
        "cancel.same-transaction",
        says(cancel._answer, transaction=lambda one: one.order_id),
    ),
    bug(
        "cancel.negative-amount",
        "a refund is stored as a negative amount",
        "cancel.stored statement.amount-as-sent",
        on_cancel(_set("amount = -amount"), paid=True),
        needs="database",
    ),
    bug(
        "cancel.negative-price",
        "a refund makes the price of the order negative",
        "order.amount-stays",
        on_cancel("UPDATE payments SET amount = -amount WHERE order_id = :order", paid=True),
        needs="database",
    ),
    bug(
        "cancel.erases-perform-time",
        "a refund erases perform_time",
        "cancel.keeps-perform-time check.refunded",
        on_cancel(_set("perform_time = NULL")),
    ),
    bug(
        "cancel.impossible",
        "a shop without refunds refuses them with -31008",
        "cancel.no-refund-code",
        _refused_in(Code.IMPOSSIBLE, State.PERFORMED),
        setup="no-refunds",
    ),
    bug(
        "cancel.refunds-all-the-same",
        "a shop without refunds gives them",
        "cancel.no-refund-code cancel.no-refund-changes-nothing",
        around(cancel._decide, _refunds),
        setup="no-refunds",
    ),
    bug(
        "cancel.refuses-too-late",
        "a refund is refused after the order was changed",
        "cancel.no-refund-changes-nothing",
        around(cancel._decide, _too_late),
        needs="database",
        setup="no-refunds",
    ),
    bug(
        "cancel.reason-for-all",
        "the reason is written over those of the order's earlier cancellations",
        "cancel.kept-after-new-payment",
        on_cancel(
            "UPDATE transactions SET reason = (SELECT reason FROM transactions"
            " WHERE payme_id = :id) WHERE order_id = :order AND state < 0"
        ),
    ),
    bug(
        "cancel.fixed-reason",
        "every cancellation is stored with reason 3",
        "cancel.stores-reason cancel.reason-in-statement",
        on_cancel(_set("reason = 3")),
    ),
    bug(
        "cancel.shifted-reason",
        "the reason is stored as its position in an enumeration",
        "cancel.stores-reason check.cancelled check.refunded",
        on_cancel(_set("reason = reason - 1")),
    ),
    bug(
        "cancel.other-reason-anew",
        "another reason makes a second cancellation a new one",
        "cancel.repeat-other-reason",
        around(cancel._decide, _other_reason),
    ),
    bug(
        "cancel.last-reason-stays",
        "a second cancellation's reason replaces the first",
        "cancel.first-reason-stays",
        _repeats(_set("reason = :reason")),
        level="should",
    ),
    bug(
        "cancel.takes-whoever-holds",
        "a late CancelTransaction cancels whatever transaction holds the order by then",
        "race.one-order",
        _repeats(
            "UPDATE transactions SET state = -1, reason = 3, cancel_time = :now "
            "WHERE order_id = :order AND state IN (1, 2)"
        ),
        needs="simultaneous",
    ),
    bug(
        "cancel.order-stays-closed",
        "the order of an unpaid transaction is closed instead of released",
        "cancel.releases-order order.status-fits",
        on_cancel("UPDATE payments SET status = 'cancelled' WHERE order_id = :order", paid=False),
        needs="database",
    ),
    bug(
        "cancel.order-stays-paid",
        "a refund leaves its order paid",
        "cancel.refunds-order order.status-fits",
        on_cancel("UPDATE payments SET status = 'success' WHERE order_id = :order", paid=True),
        needs="database",
    ),
    bug(
        "cancel.time-not-stored",
        "the stored cancel_time is cut to whole seconds, the answered one is not",
        "cancel.stored check.cancelled",
        on_cancel(_set("cancel_time = cancel_time / 1000 * 1000 - 1000")),
        needs="database",
    ),
    bug(
        "cancel.forgotten",
        "an order's new transaction takes the place of its cancelled one",
        "cancel.kept-after-new-payment",
        on_create("DELETE FROM transactions WHERE order_id = :order AND state = -1"),
    ),
    bug(
        "cancel.all-orders-released",
        "an UPDATE without WHERE releases every order",
        "cancel.leaves-others",
        on_cancel("UPDATE payments SET status = 'pending'"),
        needs="database",
    ),
)

EXPIRY = (
    bug(
        "cancel.no-timeout",
        "a transaction never times out",
        "expiry.perform-refused expiry.create-repeat-refused",
        _expired(lambda one, now: False),
        needs="time",
    ),
    bug(
        "cancel.hours-of-a-day",
        "of a transaction's age only the hours within a day are looked at",
        "expiry.perform-refused",
        _expired(
            lambda one, now: (
                one.state == State.CREATED
                and (now - one.payme_time) % (24 * 60 * _MINUTE_MS) > TIMEOUT_MS
            )
        ),
        needs="time",
    ),
    bug(
        "cancel.12-minutes",
        "a transaction times out after 12 minutes",
        "expiry.young-lives",
        _expired(
            lambda one, now: one.state == State.CREATED and now - one.payme_time > 12 * _MINUTE_MS
        ),
        needs="time",
    ),
    bug(
        "cancel.own-clock",
        "the 12 hours are counted from create_time",
        "expiry.from-payme-time",
        _expired(
            lambda one, now: one.state == State.CREATED and now - one.create_time > TIMEOUT_MS
        ),
        level="should",
        needs="time",
    ),
    bug(
        "cancel.performed-by-own-clock",
        "PerformTransaction alone counts the 12 hours from create_time",
        "expiry.from-payme-time",
        around(perform._decide, _performs_by_own_clock),
        level="should",
        needs="time",
    ),
    bug(
        "cancel.paid-times-out",
        "the age is looked at before the state, so that a paid transaction times out",
        "expiry.paid-never-expires",
        _expired(
            lambda one, now: (
                one.state in (State.CREATED, State.PERFORMED) and now - one.payme_time > TIMEOUT_MS
            )
        ),
        needs="time",
    ),
    bug(
        "cancel.times-out-each",
        "each refusal of a timed out transaction cancels it anew, with a new time",
        "expiry.stays-expired",
        _expired(
            lambda one, now: (
                one.state in (State.CREATED, State.CANCELLED) and now - one.payme_time > TIMEOUT_MS
            )
        ),
        needs="time",
    ),
    bug(
        "cancel.timeout-not-saved",
        "a transaction that waited too long is refused and stays as it is",
        "expiry.timeout-state",
        around(timeout.time_out, _nothing),
        needs="time",
    ),
    bug(
        "cancel.timeout-order-stays",
        "the order of a transaction that timed out is not released",
        "expiry.releases-order order.status-fits",
        on_time_out("UPDATE payments SET status = 'success' WHERE order_id = :order"),
        needs="time",
    ),
    bug(
        "cancel.timeout-without-reason",
        "a transaction that waited too long is cancelled with no reason",
        "expiry.timeout-state",
        on_time_out(_set("reason = NULL")),
        needs="time",
    ),
    bug(
        "cancel.timeout-raises",
        "the age is computed wrongly and ends in the general error handler",
        "expiry.perform-refused expiry.perform-answer",
        _expired(_raises),
        needs="time",
    ),
    bug(
        "cancel.expired-refused",
        "a transaction that waited too long cannot even be cancelled",
        "expiry.cancel-works",
        refusing(cancel._decide, _too_old),
        needs="time",
    ),
)

BUGS = (*CANCEL, *EXPIRY)
