"""The statements of one payment as the reference merchant makes them, and nothing around them.

A test holds them to those that the merchant really makes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from loadtests.benchmarks.payments import AMOUNT_SUM, AMOUNT_TIYIN

PAYMENT = (
    "payments.id, payments.order_id, payments.transaction_id, payments.payment_type, "
    "payments.amount, payments.status, payments.state, payments.created_at, "
    "payments.create_time, payments.perform_time, payments.cancel_time, payments.balance"
)
TRANSACTION = (
    "transactions.id, transactions.payme_id, transactions.order_id, transactions.payme_time, "
    "transactions.amount, transactions.account, transactions.one_time, transactions.state, "
    "transactions.reason, transactions.create_time, transactions.perform_time, "
    "transactions.cancel_time, transactions.fiscal_perform, transactions.fiscal_cancel"
)
ORDER = f"SELECT {PAYMENT} FROM payments WHERE payments.order_id = %s"
BY_ID = f"SELECT {TRANSACTION} FROM transactions WHERE transactions.payme_id = %s"
BOTH_BY_ID = (
    f"SELECT {PAYMENT}, {TRANSACTION} FROM payments JOIN transactions "
    "ON transactions.order_id = payments.order_id WHERE transactions.payme_id = %s"
)
LOCKED = " FOR UPDATE OF payments"
BOTH_LOCKED = LOCKED + ", transactions"
INSERT = (
    "INSERT INTO transactions (payme_id, order_id, payme_time, amount, account, one_time, state, "
    "create_time) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)
RESERVED = "UPDATE payments SET transaction_id=%s, state=%s, create_time=%s WHERE payments.id = %s"
PERFORMED = "UPDATE transactions SET state=%s, perform_time=%s WHERE transactions.id = %s"
PAID = "UPDATE payments SET status=%s, state=%s, perform_time=%s WHERE payments.id = %s"

Run = Callable[[str, tuple[Any, ...]], Any]


class Statements:
    """A payment's statements on one connection: `run` runs one and answers its cursor."""

    def __init__(self, run: Run, begin: Callable[[bool], None], connection: Any) -> None:
        """`begin(writes)` and the connection's commit stand around each of the three decisions."""
        self._run = run
        self._begin = begin
        self._commit = connection.commit
        self.close: Callable[[], None] = connection.close

    def pay(self, order: str, id: str) -> None:
        """The three decisions, each in a database transaction of its own."""
        now = time.time_ns() // 1_000_000
        self._look(order)
        self._create(order, id, now)
        self._perform(id, now)

    def _look(self, order: str) -> None:
        self._begin(False)
        self._run(ORDER, (order,)).fetchall()
        self._commit()

    def _create(self, order: str, id: str, now: int) -> None:
        self._begin(True)
        (found,) = self._run(ORDER + LOCKED, (order,)).fetchall()
        self._run(BY_ID, (id,)).fetchall()
        account = f'{{"order_id": "{order}"}}'
        self._run(RESERVED, (id, 1, now, found[0]))
        self._run(INSERT, (id, order, now, AMOUNT_TIYIN, account, True, 1, now))
        self._commit()

    def _perform(self, id: str, now: int) -> None:
        self._begin(True)
        (both,) = self._run(BOTH_BY_ID + BOTH_LOCKED, (id,)).fetchall()
        self._run(PAID, ("success", 2, now, both[0]))
        self._run(PERFORMED, (2, now, both[PAYMENT.count(",") + 1]))
        self._commit()


ADD_ORDER = (
    "INSERT INTO payments (order_id, payment_type, amount, status, created_at) "
    f"VALUES (%s, 'payme', {AMOUNT_SUM}, 'pending', 1)"
)
