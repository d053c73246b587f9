"""Bugs in finding orders, and in accounts that may be paid more than once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select, text

from backend import errors, orders, params, transactions
from backend.bugs.row import bug
from backend.bugs.seams import Switch, around, both
from backend.bugs.ways import (
    Decide,
    on_cancel,
    on_create,
    on_perform,
    on_time_out,
    refusing,
    says,
)
from backend.errors import ACCOUNT_MEMBER, Code, Refusal, about_account, about_state, bad_request
from backend.methods import cancel, check, check_perform, create, perform
from backend.methods.base import Call, Result
from backend.models import Payment, State, Status, Transaction
from backend.session import Session

Find = Callable[[Session, str], Payment | None]


def _found(seek: Callable[[Session, str], Payment | None]) -> Switch:
    """Both methods look for the order in another way."""

    def find(inner: Find, session: Session, number: str) -> Payment | None:
        return inner(session, number) or seek(session, number)

    return both(around(orders.find, find), around(transactions.lock_order, find))


def _by(condition: str) -> Switch:
    """Orders are found by this condition on :number, too."""

    def seek(session: Session, number: str) -> Payment | None:
        query = select(Payment).where(text(condition)).order_by(Payment.id.desc()).limit(1)
        return session.scalar(query, {"number": number})

    return _found(seek)


def _injected(session: Session, number: str) -> Payment | None:
    """The query is put together from texts, as if by hand."""
    escaped = number.replace(":", r"\:")  # from SQLAlchemy alone, to which :name is a parameter
    return session.scalar(select(Payment).where(text(f"order_id = '{escaped}'")))


def _reads(number: Callable[[Any], object]) -> Switch:
    """Make another order number of the account's member; what is no text goes the right way."""

    def read(inner: Callable[[dict[str, Any]], str], account: dict[str, Any]) -> str:
        value = number(account.get(ACCOUNT_MEMBER))
        return value if isinstance(value, str) else inner(account)

    return around(params.order_number, read)


def _refuses(when: Callable[[Any], bool], refusal: Callable[[], Exception]) -> Switch:
    def read(inner: Callable[[dict[str, Any]], str], account: dict[str, Any]) -> str:
        if when(account.get(ACCOUNT_MEMBER)):
            raise refusal()
        return inner(account)

    return around(params.order_number, read)


def _any_spelling(value: Any) -> object:
    """Whatever is spelled like a number is one."""
    try:
        return str(int(float(value))) if isinstance(value, str) else value
    except (ValueError, OverflowError):
        return value


def _unknown(refusal: Callable[[], Exception]) -> Switch:
    """An order that is not there is answered so."""

    def instead(inner: Callable[[Code], Refusal], code: Code) -> Refusal:
        if code != Code.ORDER_UNKNOWN:
            return inner(code)
        raise refusal()

    return around(errors.about_account, instead)


def _broken() -> Exception:
    return AttributeError("'NoneType' object has no attribute 'amount'")


def _busy(call: Call, asked: create.Asked) -> Refusal | None:
    order = orders.find(call.session, params.order_number(asked.account))
    known = transactions.seek(call.session, asked.id)
    if order is None or known is not None or not orders.waiting(call.session, order):
        return None
    return about_account(Code.ORDER_BUSY)


def _paid(call: Call, asked: create.Asked | check_perform.Asked) -> Refusal | None:
    order = orders.find(call.session, params.order_number(asked.account))
    if order is None or order.status != Status.SUCCESS:
        return None
    return about_account(Code.ORDER_PAID)


def _closed_by(*states: State) -> Callable[[Call, Any], Refusal | None]:
    """An account that has a transaction in one of these states is closed."""

    def refusal(call: Call, asked: create.Asked | check_perform.Asked) -> Refusal | None:
        order_id = params.order_number(asked.account)
        query = select(Transaction.id).where(Transaction.order_id == order_id)
        found = call.session.scalar(query.where(Transaction.state.in_(states)).limit(1))
        return None if found is None else about_account(Code.ORDER_REFUNDED)

    return refusal


def _three_times(call: Call, asked: create.Asked) -> Refusal | None:
    order_id = params.order_number(asked.account)
    query = select(func.count(Transaction.id)).where(
        Transaction.order_id == order_id, Transaction.payme_id != asked.id
    )
    return about_account(Code.ORDER_PAID) if (call.session.scalar(query) or 0) >= 3 else None


def _all_together(call: Call, asked: create.Asked) -> Refusal | None:
    """The upper limit is compared with all that the account was ever paid."""
    order_id = params.order_number(asked.account)
    query = select(func.sum(Transaction.amount)).where(
        Transaction.order_id == order_id, Transaction.state == State.PERFORMED
    )
    paid = call.session.scalar(query) or 0
    most = call.settings.max_amount
    return about_state(Code.WRONG_AMOUNT) if asked.amount <= most < paid + asked.amount else None


def _performed_otherwise(call: Call, payme_id: str) -> Refusal | None:
    one = transactions.seek(call.session, payme_id)
    if one is None or one.state != State.CREATED:
        return None
    paid = transactions._paid_otherwise(call.session, one)
    return about_state(Code.IMPOSSIBLE) if paid else None


def _latest_of_account(inner: Decide, call: Call, asked: create.Asked) -> Result:
    """A repeat is answered with the account's latest transaction."""
    answered = inner(call, asked)
    order_id = params.order_number(asked.account)
    query = select(Transaction).where(Transaction.order_id == order_id)
    latest = call.session.scalar(query.order_by(Transaction.id.desc()))
    return create._answer(latest) if latest is not None else answered


_ACCOUNT = "WHERE order_id = :order"
_OTHERS = "order_id = :order AND payme_id <> :id"
_OWN = "(SELECT amount FROM transactions WHERE payme_id = :id)"
_NEWEST = "(SELECT amount FROM transactions WHERE order_id = :order ORDER BY id DESC LIMIT 1)"

FINDING = (
    bug(
        "accounts.unknown-is-no-transaction",
        "an unknown order is answered like an unknown transaction (-31003)",
        "account.unknown official.account",
        _unknown(lambda: about_state(Code.NO_TRANSACTION)),
    ),
    bug(
        "accounts.unknown-raises",
        "an unknown order ends in the general error handler (-32400)",
        "account.unknown account.and-amount",
        _unknown(_broken),
    ),
    bug(
        "accounts.missing-finds-latest",
        "a search for a missing number has no condition and finds the latest order",
        "account.missing-refused",
        both(_reads(lambda value: value or ""), _by("order_id = :number OR :number = ''")),
    ),
    bug(
        "accounts.missing-is-bad-request",
        "an account that names no order is a malformed request (-32600)",
        "account.missing-code",
        _refuses(lambda value: not value, lambda: bad_request("order_id is missing.")),
        level="should",
    ),
    bug(
        "accounts.like",
        "orders are found by LIKE, so that % is one of them",
        "account.strange-text",
        _by("order_id LIKE :number"),
    ),
    bug(
        "accounts.beginning",
        "an order is found by the beginning of its number",
        "account.strange-text",
        _by("length(:number) > 5 AND substr(order_id, 1, length(:number)) = :number"),
    ),
    bug(
        "accounts.injection",
        "the query is put together from texts",
        "account.strange-text",
        _found(_injected),
    ),
    bug(
        "accounts.strange-is-bad-request",
        "a number with strange characters is a malformed request",
        "account.strange-text-code",
        _refuses(
            lambda value: isinstance(value, str) and not value.replace("-", "").isalnum(),
            lambda: bad_request("order_id is strange."),
        ),
        level="should",
    ),
    bug(
        "accounts.zero-is-any-text",
        "0 == '…' as in PHP 7: zero finds any number that begins with a letter",
        "account.wrong-type-refused",
        both(
            _reads(lambda value: "0" if value == 0 else value),
            _by("CAST(order_id AS INTEGER) = 0 AND :number = '0'"),
        ),
    ),
    bug(
        "accounts.only-numbers",
        "the order's number is read strictly as a number, and comes as a text",
        "account.text-accepted",
        _refuses(
            lambda value: isinstance(value, str),
            lambda: about_account(Code.ORDER_UNKNOWN),
        ),
        setup="accumulating",
    ),
    bug(
        "accounts.object-is-operator",
        "an object in place of the number reaches the database as an operator ($ne)",
        "account.wrong-type-refused",
        both(
            _reads(lambda value: "" if isinstance(value, dict) else value),
            _by(":number = ''"),
        ),
    ),
    bug(
        "accounts.wrong-type-raises",
        "a number of the wrong type ends in the general error handler",
        "account.wrong-type-code",
        _refuses(lambda value: not isinstance(value, str), _broken),
        level="should",
    ),
    bug(
        "accounts.too-long-finds-another",
        "a number that is too long for its column is cut and finds another order",
        "account.long-refused",
        _by("length(:number) > 255"),
    ),
    bug(
        "accounts.beyond-64-bits",
        "a number that the database cannot hold ends in the general error handler",
        "account.oversized-code",
        _refuses(
            lambda value: isinstance(value, int) and value >= 2**63,
            lambda: OverflowError("Python int too large to convert to SQLite INTEGER"),
        ),
        level="should",
    ),
    bug(
        "accounts.trimmed",
        "blanks around the number are taken off",
        "account.look-alike",
        _reads(lambda value: value.strip() if isinstance(value, str) else value),
        level="should",
    ),
    bug(
        "accounts.any-spelling",
        "+17, 0017, 17.0 and 17e0 are taken for order 17",
        "account.look-alike",
        _reads(_any_spelling),
        level="should",
        setup="accumulating",
    ),
    bug(
        "accounts.any-case",
        "numbers are compared without regard to letter case, as in MySQL",
        "account.look-alike",
        _by("order_id = :number COLLATE NOCASE"),
        level="should",
    ),
    bug(
        "accounts.texts-only",
        "a number that comes as a JSON number is refused",
        "account.number-accepted",
        _refuses(
            lambda value: not isinstance(value, str),
            lambda: about_account(Code.ORDER_UNKNOWN),
        ),
        level="should",
        setup="accumulating",
    ),
)

ACCUMULATING = (
    bug(
        "accounts.one-at-a-time",
        "an accumulating account takes one payment at a time",
        "accumulating.second-while-first-lives",
        refusing(create._decide, _busy),
        setup="accumulating",
    ),
    bug(
        "accounts.paid-once",
        "an accumulating account can be paid once, as if it were an order",
        "accumulating.pay-again-after-paid",
        refusing(create._decide, _paid),
        setup="accumulating",
    ),
    bug(
        "accounts.asked-once",
        "CheckPerformTransaction refuses an accumulating account that was paid",
        "check-perform.accumulating",
        refusing(check_perform._decide, _paid),
        setup="accumulating",
    ),
    bug(
        "accounts.second-not-performed",
        "the second payment of an account is refused once the first is performed",
        "accumulating.both-performed",
        refusing(perform._decide, _performed_otherwise),
        setup="accumulating",
    ),
    bug(
        "accounts.latest-ones-data",
        "a repeated CreateTransaction is answered from the account's latest transaction",
        "accumulating.repeat-own-answer",
        around(create._decide, _latest_of_account),
        setup="accumulating",
    ),
    bug(
        "accounts.cancels-all",
        "a cancellation takes all waiting payments of the account",
        "accumulating.cancel-leaves-other",
        on_cancel(
            "UPDATE transactions SET state = -1, reason = 3, cancel_time = :now "
            f"WHERE {_OTHERS} AND state = 1"
        ),
        needs="database",
        setup="accumulating",
    ),
    bug(
        "accounts.performs-latest-amount",
        "a payment is performed with the amount of the account's newest transaction",
        "accumulating.both-performed statement.amount-as-sent",
        on_perform(f"UPDATE transactions SET amount = {_NEWEST} WHERE payme_id = :id"),
        needs="database",
        setup="accumulating",
    ),
    bug(
        "accounts.refunds-latest-amount",
        "a refund is written down with the amount of the account's newest transaction",
        "accumulating.cancel-leaves-other",
        on_cancel(f"UPDATE transactions SET amount = {_NEWEST} WHERE payme_id = :id", paid=True),
        needs="database",
        setup="accumulating",
    ),
    bug(
        "accounts.credits-latest-amount",
        "a payment credits the amount of the account's newest transaction",
        "accumulating.balance",
        on_perform(f"UPDATE payments SET balance = balance - {_OWN} + {_NEWEST} {_ACCOUNT}"),
        needs="database",
        setup="accumulating",
    ),
    bug(
        "accounts.credits-at-create",
        "the money is there as soon as the transaction is created, and again when it is performed",
        "accumulating.balance",
        on_create(f"UPDATE payments SET balance = balance + {_OWN} {_ACCOUNT}"),
        needs="database",
        setup="accumulating",
    ),
    bug(
        "accounts.not-debited",
        "a refund gives the money back and leaves it in the account",
        "accumulating.balance",
        on_cancel(f"UPDATE payments SET balance = balance + {_OWN} {_ACCOUNT}", paid=True),
        needs="database",
        setup="accumulating",
    ),
    bug(
        "accounts.closed-by-refund",
        "an account whose money was once given back takes no more",
        "accumulating.pay-again-after-paid check-perform.accumulating",
        both(
            refusing(create._decide, _closed_by(State.REFUNDED)),
            refusing(check_perform._decide, _closed_by(State.REFUNDED)),
        ),
        setup="accumulating",
    ),
    bug(
        "accounts.closed-by-cancel",
        "an account that saw a cancellation takes no more",
        "accumulating.pay-again-after-paid check-perform.accumulating",
        both(
            refusing(create._decide, _closed_by(State.CANCELLED)),
            refusing(check_perform._decide, _closed_by(State.CANCELLED)),
        ),
        setup="accumulating",
    ),
    bug(
        "accounts.three-times",
        "an accumulating account takes three payments",
        "accumulating.pay-again-after-paid",
        refusing(create._decide, _three_times),
        setup="accumulating",
    ),
    bug(
        "accounts.limit-of-all",
        "the upper limit is compared with the sum of all payments of the account",
        "amount.within-limits",
        refusing(create._decide, _all_together),
        level="should",
        setup="accumulating",
    ),
    bug(
        "accounts.expires-all",
        "with one that waited too long all waiting payments of the account expire",
        "expiry.young-lives",
        on_time_out(
            "UPDATE transactions SET state = -1, reason = 4, cancel_time = :now "
            f"WHERE {_OTHERS} AND state = 1"
        ),
        needs="time",
        setup="accumulating",
    ),
    bug(
        "accounts.number-of-account",
        "all payments of an account have the account's number as transaction",
        "accumulating.numbers-differ",
        both(
            *(
                says(answer, transaction=lambda one: one.order_id)
                for answer in (create._answer, perform._answer, cancel._answer, check.standing)
            )
        ),
        level="should",
        setup="accumulating",
    ),
)

BUGS = (*FINDING, *ACCUMULATING)
