"""What an accumulating account holds: each performed payment once, what was refunded not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from simulator.conformance.books import Books
from simulator.conformance.ports import Database, Order
from simulator.protocol.finding import Finding, Report
from simulator.protocol.vocabulary import State

RULE = "accumulating.balance"


class Balances:
    """The accounts of one scenario: what each held before it was paid, in tiyin."""

    def __init__(self) -> None:
        """Nothing was looked at yet."""
        self._opening: dict[str, int] = {}

    def open(self, database: Database, orders: Iterable[Order]) -> None:
        """Look at new accounts. Raises NotLooked."""
        for order in orders:
            held = _held(database, order)
            if type(held) is int:
                self._opening[order.number] = held

    def judge(
        self, database: Database, books: Books, orders: Sequence[Order], report: Report
    ) -> None:
        """Each account holds what it held and what was paid since. Raises NotLooked.

        Not judged of an account of which a call is unanswered or was none of Payme's.
        """
        for order in orders:
            paid = _paid(books, dict(order.account))
            if paid is None or order.number not in self._opening:
                continue
            wanted, seen = self._opening[order.number] + paid, _held(database, order)
            path = f"orders[{order.number}].balance"
            words = "The account holds what was performed, less what was refunded."
            actual = f"{seen} tiyin" if type(seen) is int else str(seen or "no row of its own")
            finding = Finding(RULE, words, path, f"{wanted} tiyin", actual)
            report.expect(seen == wanted, finding)


def _held(database: Database, order: Order) -> object:
    """The balance in tiyin; NULL is nothing yet. None if there is no row, or more than one."""
    rows = database.order_rows(order)
    if len(rows) != 1:
        return None
    held = rows[0].get("balance")
    return 0 if held is None else held


def _paid(books: Books, account: object) -> int | None:
    """The sum of the account's performed transactions, or None if nobody can tell."""
    mine = books.of_account(account)
    doubtful = any(params.get("account") == account for params in books.lost.values())
    if doubtful or account in books.strays or not all(tx.sure for tx in mine):
        return None
    amounts = [tx.amount for tx in mine if tx.state == State.PERFORMED]
    return sum(a for a in amounts if type(a) is int)
