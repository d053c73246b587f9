"""What may be paid: the rules that CheckPerformTransaction and CreateTransaction share."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from backend.errors import Code, Refusal, about_account, about_state
from backend.models import Payment, State, Status, Transaction
from backend.prepared import Query
from backend.session import Session
from backend.settings import Profile, Settings

TIYIN_IN_SUM = 100

BY_NUMBER = Query(select(Payment).where(Payment.order_id == bindparam("order_id")))
WAITING = Query(
    select(Transaction).where(
        Transaction.order_id == bindparam("order_id"), Transaction.state == State.CREATED
    )
)


def find(session: Session, number: str) -> Payment | None:
    """The order of that number as it is, not locked; None if there is none."""
    return session.scalar(BY_NUMBER, {"order_id": number})


def known(order: Payment | None) -> Payment:
    """The order itself, or Refusal -31050 if there is none."""
    if order is None:
        raise about_account(Code.ORDER_UNKNOWN)
    return order


def check_amount(settings: Settings, order: Payment, amount: int) -> None:
    """Refuse with -31001 what is not the order's price, or lies beyond the account's limits."""
    if settings.one_time:
        right = amount == order.amount * TIYIN_IN_SUM
    else:
        right = settings.min_amount <= amount <= settings.max_amount
    if not right:
        raise about_state(Code.WRONG_AMOUNT)


def check_unpaid(order: Payment) -> None:
    """Refuse a one-time order that was paid; one that was refunded after that stays closed too."""
    if order.status == Status.SUCCESS:
        raise about_account(Code.ORDER_PAID)
    if order.status == Status.CANCELLED:
        raise about_account(Code.ORDER_REFUNDED)


def waiting(session: Session, order: Payment) -> Sequence[Transaction]:
    """The order's transactions that were created and neither performed nor cancelled."""
    if order.transaction_id is None:  # it never saw one
        return []
    return session.scalars(WAITING, {"order_id": order.order_id})


def busy_at_check() -> Refusal:
    """Another transaction holds the order: the check has only the account range to say so."""
    return about_account(Code.ORDER_BUSY)


def busy_at_create(profile: Profile) -> Refusal:
    """The same fact at CreateTransaction, where the sources disagree on the code."""
    if profile == Profile.DOCS:
        return about_state(Code.IMPOSSIBLE)
    return about_account(Code.ORDER_BUSY)
