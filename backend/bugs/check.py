"""Bugs in the two methods that only look: CheckPerformTransaction and CheckTransaction."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from backend import orders, transactions
from backend.bugs.row import bug
from backend.bugs.seams import Switch, around, both
from backend.bugs.ways import GONE, Decide, bent, refusing, run, says
from backend.clock import now_ms
from backend.errors import Code, Refusal, about_account, about_state
from backend.methods import cancel, check, check_perform, create, perform
from backend.methods.base import Call, Result
from backend.models import Payment, State, Status, Transaction

_ITEM = {
    "title": "Photo",
    "count": 1,
    "code": "00702001001000001",
    "vat_percent": 12,
    "package_code": "123456",
}


def _false(inner: Decide, call: Call, asked: check_perform.Asked) -> Result:
    try:
        return inner(call, asked)
    except Refusal:
        return {"allow": False}


def _leaves_row(inner: Decide, call: Call, asked: check_perform.Asked) -> Result:
    answered = inner(call, asked)
    order = orders.known(orders.find(call.session, str(asked.account["order_id"])))
    left = Transaction(
        payme_id=f"asked-{order.id}-{call.now}",
        order_id=order.order_id,
        payme_time=0,
        amount=asked.amount,
        account=asked.account,
        one_time=True,
        state=State.CANCELLED,
        create_time=call.now,
    )
    call.session.add(left)
    return answered


def _free_unless(*statuses: Status, waiting: bool = True) -> Switch:
    """Only these statuses, and a transaction that waits, keep the order from being allowed."""

    def free(inner: Callable[[Call, Payment], None], call: Call, order: Payment) -> None:
        if order.status in statuses or (waiting and order.status == Status.PENDING):
            inner(call, order)

    return around(check_perform._check_free, free)


def _paid_is(refusal: Refusal) -> Switch:
    def free(inner: Callable[[Call, Payment], None], call: Call, order: Payment) -> None:
        if order.status == Status.SUCCESS:
            raise refusal
        inner(call, order)

    return around(check_perform._check_free, free)


def _price_lost(call: Call, asked: check_perform.Asked) -> Refusal | None:
    query = select(Transaction).filter_by(
        order_id=str(asked.account.get("order_id")), state=int(State.CANCELLED)
    )
    if call.session.scalar(query) is not None:
        raise TypeError("unsupported operand type(s) for *: 'NoneType' and 'int'")
    return None


def _with(members: Callable[[int], dict[str, Any]]) -> Switch:
    """CheckPerformTransaction answers more; the function gets the amount."""
    return around(
        check_perform._detail, lambda inner, call, amount: inner(call, amount) | members(amount)
    )


def _detail(**item: object) -> dict[str, Any]:
    return {"detail": {"receipt_type": 0, "items": [{**_ITEM, **item}]}}


def _shows(**members: object) -> Switch:
    """CheckTransaction alone shows these members; a function gets the transaction."""

    def decide(inner: Decide, call: Call, payme_id: str) -> Result:
        one = transactions.find(call.session, payme_id)
        told = {n: value(one) if callable(value) else value for n, value in members.items()}
        return bent(inner(call, payme_id), **told)

    return around(check._decide, decide)


def _nulls(inner: Decide, call: Call, payme_id: str) -> Result:
    if transactions.seek(call.session, payme_id) is not None:
        return inner(call, payme_id)
    names = ("create_time", "perform_time", "cancel_time", "transaction", "state", "reason")
    return dict.fromkeys(names)


def _saves(inner: Decide, call: Call, payme_id: str) -> Result:
    one = transactions.find(call.session, payme_id)
    run(call, one, "UPDATE transactions SET create_time = :now + 1 WHERE payme_id = :id")
    call.session.expire(one)
    return inner(call, payme_id)


def _half_expired(one: Transaction) -> int:
    return -1 if transactions.expired(one, now_ms()) else int(one.state)


def _each_time(change: Callable[[int | None], object]) -> Switch:
    return says(
        check.standing,
        create_time=lambda one: change(one.create_time),
        perform_time=lambda one: change(one.perform_time),
        cancel_time=lambda one: change(one.cancel_time),
    )


def _latest_only(inner: Decide, call: Call, payme_id: str) -> Result:
    """Looked up among the latest fifty, as in a list with a page."""
    latest = call.session.scalars(select(Transaction).order_by(Transaction.id.desc()).limit(50))
    if all(one.payme_id != payme_id for one in latest):
        raise about_state(Code.NO_TRANSACTION)
    return inner(call, payme_id)


ASKED = (
    bug(
        "check.never-allows",
        "no order can be paid, because another status is looked for",
        "check-perform.allow official.check-perform",
        refusing(check_perform._decide, lambda call, asked: about_account(Code.ORDER_PAID)),
    ),
    bug(
        "check.false",
        "a refusal is allow: false and no error",
        "check-perform.refuses-by-error official.amount official.account",
        around(check_perform._decide, _false),
    ),
    bug(
        "check.leaves-row",
        "the question leaves a row among the transactions",
        "check-perform.changes-nothing",
        around(check_perform._decide, _leaves_row),
        needs="database",
    ),
    bug(
        "check.allow-as-text",
        'allow is "true"',
        "types.allow-boolean",
        _with(lambda amount: {"allow": "true"}),
    ),
    bug(
        "check.busy-allowed",
        "an order that another transaction holds is allowed",
        "check-perform.busy",
        _free_unless(Status.SUCCESS, Status.CANCELLED, waiting=False),
        level="should",
    ),
    bug(
        "check.busy-as-impossible",
        "a busy order is answered -31008, which is not listed for this method",
        "check-perform.busy-code",
        around(orders.busy_at_check, lambda inner: about_state(Code.IMPOSSIBLE)),
        level="should",
        profile="docs",
    ),
    bug(
        "check.paid-allowed",
        "a paid order is allowed",
        "check-perform.paid",
        _free_unless(Status.CANCELLED),
    ),
    bug(
        "check.refunded-allowed",
        "an order whose money was given back is allowed",
        "check-perform.after-refund",
        _free_unless(Status.SUCCESS),
        level="should",
    ),
    bug(
        "check.paid-is-no-transaction",
        "a paid order is answered with the code of an unknown transaction",
        "check-perform.paid-code error.code-known",
        _paid_is(about_state(Code.NO_TRANSACTION)),
        level="should",
    ),
    bug(
        "check.price-lost-by-cancel",
        "after a cancellation the order has no price, and the comparison raises",
        "check-perform.after-cancel",
        refusing(check_perform._decide, _price_lost),
        level="should",
    ),
    bug(
        "check.extras-as-text",
        "additional is encoded twice and arrives as a text",
        "check-perform.extras",
        _with(lambda amount: {"additional": json.dumps({"customer": "demo"})}),
        level="should",
    ),
    bug(
        "check.product-code-as-number",
        "the product code of detail is a number and loses its leading zeros",
        "types.detail",
        _with(lambda amount: _detail(code=702001001000001, price=amount)),
        level="should",
    ),
    bug(
        "check.detail-in-sum",
        "the prices of detail are in sum",
        "types.detail",
        _with(lambda amount: _detail(price=amount // 100)),
        level="should",
    ),
)

SHOWN = (
    bug(
        "check.create-time-of-now",
        "create_time is the time of the moment",
        "check.created check.repeat-same-answer check.matches-answers",
        _shows(create_time=lambda one: now_ms()),
    ),
    bug(
        "check.knows-no-performed",
        "a performed transaction still shows state 1",
        "check.performed",
        _shows(state=lambda one: 1 if one.state == State.PERFORMED else int(one.state)),
    ),
    bug(
        "check.refund-is-minus-one",
        "a refunded transaction shows state -1",
        "check.refunded",
        _shows(state=lambda one: max(int(one.state), -1)),
    ),
    bug(
        "check.times-filled-in",
        "times that have not come are filled with create_time",
        "types.unset-times check.cancelled",
        _shows(perform_time=lambda one: one.perform_time or one.create_time),
    ),
    bug(
        "check.saves",
        "looking saves the row again, with a new create_time",
        "check.changes-nothing check.repeat-same-answer",
        around(check._decide, _saves),
        needs="database",
    ),
    bug(
        "check.number-of-payme",
        "CheckTransaction shows Payme's id as the merchant's number",
        "check.matches-answers check.created",
        _shows(transaction=lambda one: one.payme_id),
    ),
    bug(
        "check.nulls-for-unknown",
        "an unknown transaction is answered with nulls",
        "check.unknown-not-found",
        around(check._decide, _nulls),
    ),
    bug(
        "check.half-expired",
        "what waited too long shows -1, with no reason and no time",
        "expiry.unnoticed-check",
        _shows(state=_half_expired),
        needs="time",
    ),
    bug(
        "check.state-as-text",
        "the state comes as a text, as the driver gives it",
        "types.state",
        says(check.standing, state=lambda one: str(int(one.state))),
    ),
    bug(
        "check.seconds",
        "times are in seconds",
        "types.times",
        _each_time(lambda time: (time or 0) // 1000),
    ),
    bug(
        "check.times-as-text",
        "times are texts of digits",
        "types.times-numeric-string",
        _each_time(lambda time: str(time) if time else 0),
        level="should",
    ),
    bug(
        "check.null-times",
        "times that have not come are null",
        "types.unset-times-zero",
        _each_time(lambda time: time),
        level="should",
    ),
    bug(
        "check.no-transaction",
        "CheckTransaction leaves the merchant's number out",
        "types.transaction-present",
        _shows(transaction=GONE),
    ),
    bug(
        "check.number-as-transaction",
        "the merchant's number comes as a number",
        "types.transaction-string",
        _shows(transaction=lambda one: one.id),
        level="should",
    ),
    bug(
        "check.reason-as-text",
        "the reason of a cancelled transaction is a text",
        "types.reason",
        _shows(reason=lambda one: one.reason and str(one.reason)),
    ),
    bug(
        "check.zero-reason",
        "the reason is 0 until there is one",
        "types.reason-null",
        _shows(reason=lambda one: one.reason or 0),
        level="should",
    ),
    bug(
        "check.receivers-object",
        "receivers is an empty object, as PHP encodes an empty array",
        "types.receivers",
        says(check.standing, receivers={}),
        level="should",
    ),
    bug(
        "check.latest-fifty",
        "a transaction is looked up among the latest fifty",
        "check.kept",
        around(check._decide, _latest_only),
    ),
    bug(
        "check.zero-transaction",
        "the merchant's number is always 0, as before the row is saved",
        "types.transaction-not-zero",
        both(
            *(says(one._answer, transaction="0") for one in (create, perform, cancel)),
            says(check.standing, transaction="0"),
        ),
        level="should",
    ),
)

BUGS = (*ASKED, *SHOWN)
