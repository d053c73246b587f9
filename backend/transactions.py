"""What the methods share: finding and locking, expiry, and how an order follows its transaction.

All writers of an order take the lock on its row first, so that two calls about one order are
decided one after the other on PostgreSQL; on SQLite every writer waits for its turn anyway.
"""

from __future__ import annotations

from sqlalchemy import bindparam, select

from backend.clock import TIMEOUT_MS
from backend.errors import Code, about_state
from backend.models import Payment, State, Status, Transaction
from backend.prepared import Pair, Query
from backend.session import Session

BY_ID = Query(select(Transaction).where(Transaction.payme_id == bindparam("payme_id")))
LOCKED_ORDER = Query(
    select(Payment).where(Payment.order_id == bindparam("order_id")).with_for_update(of=Payment)
)
# PostgreSQL locks the rows in this order, the order's first; and of rows that it had to wait for it
# gives what they have become.
LOCKED_BY_ID = Pair(
    select(Payment, Transaction)
    .join(Transaction, Transaction.order_id == Payment.order_id)
    .where(Transaction.payme_id == bindparam("payme_id"))
    .with_for_update(of=(Payment, Transaction))
)
PAID_OTHERWISE = Query(
    select(Transaction.id)
    .where(
        Transaction.order_id == bindparam("order_id"),
        Transaction.state == State.PERFORMED,
        Transaction.payme_id != bindparam("payme_id"),
    )
    .limit(1)
)


def find(session: Session, payme_id: str) -> Transaction:
    """The transaction of that Payme id, not locked. Raises Refusal -31003."""
    found = seek(session, payme_id)
    if found is None:
        raise about_state(Code.NO_TRANSACTION)
    return found


def seek(session: Session, payme_id: str) -> Transaction | None:
    """The transaction of that Payme id as it is at this moment, or None."""
    return session.scalar(BY_ID, {"payme_id": payme_id})


def lock(session: Session, payme_id: str) -> tuple[Transaction, Payment]:
    """The transaction and its order, the order locked, both as they are under the lock.

    Raises Refusal -31003, also if the transaction is being created at this moment.
    """
    found = session.pair(LOCKED_BY_ID, {"payme_id": payme_id})
    if found is None:
        raise about_state(Code.NO_TRANSACTION)
    order, transaction = found
    return transaction, order


def lock_order(session: Session, order_id: str) -> Payment | None:
    """The order of that number, locked until the decision is committed."""
    return session.scalar(LOCKED_ORDER, {"order_id": order_id})


def expired(transaction: Transaction, now: int) -> bool:
    """Whether an unpaid transaction is over twelve hours old by Payme's clock."""
    return transaction.state == State.CREATED and now - transaction.payme_time > TIMEOUT_MS


def cancel(transaction: Transaction, reason: int, now: int) -> None:
    """Cancel a live transaction: 1 becomes -1, 2 becomes -2; the time of performing is kept."""
    paid = transaction.state == State.PERFORMED
    transaction.state = State.REFUNDED if paid else State.CANCELLED
    transaction.reason = reason
    transaction.cancel_time = now


def credit(order: Payment, transaction: Transaction, amount: int) -> None:
    """Move what an accumulating account holds by so many tiyin. The order must be locked."""
    if not transaction.one_time:
        order.balance += amount


def follow(session: Session, order: Payment, transaction: Transaction) -> None:
    """Make the order mirror a transaction that has just changed."""
    order.transaction_id = transaction.payme_id
    order.state = transaction.state
    order.create_time = transaction.create_time
    order.perform_time = transaction.perform_time
    order.cancel_time = transaction.cancel_time
    order.status = _status(session, transaction).value


def _status(session: Session, transaction: Transaction) -> Status:
    """An accumulating account stays paid while any of its other transactions is."""
    if not transaction.one_time and _paid_otherwise(session, transaction):
        return Status.SUCCESS
    return _STATUS[State(transaction.state)]


def _paid_otherwise(session: Session, transaction: Transaction) -> bool:
    named = {"order_id": transaction.order_id, "payme_id": transaction.payme_id}
    return session.scalar(PAID_OTHERWISE, named) is not None


_STATUS = {
    State.CREATED: Status.PENDING,
    State.PERFORMED: Status.SUCCESS,
    State.CANCELLED: Status.PENDING,
    State.REFUNDED: Status.CANCELLED,
}
