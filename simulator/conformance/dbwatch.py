"""The database verdict: the merchant's rows against what its answers promise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.conformance import format as fmt
from simulator.conformance.books import Books, Transaction
from simulator.conformance.matchers import Matching, Mismatch, Where
from simulator.conformance.ports import Database, Order, Row, Time
from simulator.conformance.syntax import operator
from simulator.conformance.values import Scope
from simulator.observers.database import Unreadable
from simulator.protocol.finding import MISSING, Finding, Report, show
from simulator.protocol.kinds import is_unset
from simulator.protocol.vocabulary import REASON_TIMEOUT, State


def row_text(row: Row) -> str:
    """A row on one line, for reports."""
    return ", ".join(f"{name}={_cell(value)}" for name, value in row.items())


def _cell(value: object) -> str:
    return str(value) if isinstance(value, Time | Unreadable) else show(value)


def match_cell(
    wanted: object, seen: object, matching: Matching, path: str, where: Where
) -> list[Mismatch]:
    """One column: times compare in the column's own unit, all else as in answers."""
    if isinstance(seen, Time):
        words = "no time yet" if is_unset(wanted) or wanted == {"$unset": True} else show(wanted)
        return [] if _fits(wanted, seen) else [Mismatch(path, words, _cell(seen), where)]
    return matching.match(wanted, seen, path, where)


def _fits(wanted: object, seen: Time) -> bool:
    name = operator(wanted)
    if isinstance(wanted, Mapping) and name is not None:
        argument = wanted[name]
        if name == "$any_of" and isinstance(argument, list):
            return any(_fits(choice, seen) for choice in argument)
        if name == "$not":
            return not _fits(argument, seen)
        return seen.unset == bool(argument) if name == "$unset" else not seen.unset
    if is_unset(wanted):
        return seen.unset
    number = _as_ms(wanted)
    return type(number) is int and seen.matches(number)


_STATUSES = ("payable", "reserved", "paid", "refunded", "cancelled")
_UNNAMED = ", which [database.orders] status names nowhere"


@dataclass(frozen=True, slots=True)
class Before:
    """What the database held before a step, as text: all of the scenario, and the orders' number.
    Each only if the step wants to compare it."""

    rows: Sequence[str] = ()
    orders: Sequence[str] = ()


class DatabaseWatch:
    """Looks at the rows of one scenario's orders and transactions."""

    def __init__(
        self,
        database: Database,
        matching: Matching,
        one_time: bool,
        alone: bool = False,
        shows_price: bool = False,
    ) -> None:
        self._database = database
        self._matching = matching
        self._one_time = one_time
        self._alone = alone
        self._shows_price = shows_price

    def expectation(
        self, expect: fmt.DatabaseExpect, scope: Scope, where: Where, default_order: Order | None
    ) -> tuple[list[Mismatch], tuple[str, ...]]:
        """Hold a step's `database` against the rows; also the rows as text."""
        found: list[Mismatch] = []
        texts: list[str] = []
        if expect.transactions is not None and self._database.maps_transactions:
            mismatches, rows = self._rows(expect.transactions, scope, (*where, "transactions"))
            found += mismatches
            texts += [f"transaction {row_text(row)}" for row in rows]
        wanted = [(default_order, expect.order, (*where, "order"))] if expect.order else []
        for index, one in enumerate(expect.orders or []):
            order = scope.resolve(one.of)
            wanted.append((order, one.is_, (*where, "orders", index)))  # type: ignore[arg-type]
        for order, status, place in wanted:
            if order is not None and status is not None and self._database.maps_orders:
                allowed = status if isinstance(status, list) else [status]
                attempts = [self._order(order, one, place) for one in allowed]
                mismatches, rows = min(attempts, key=lambda attempt: len(attempt[0]))
                found += mismatches
                texts += [f"order {row_text(row)}" for row in rows]
        if expect.count_orders is not None and default_order is not None:
            rows = list(self._database.order_rows(default_order))
            if len(rows) != expect.count_orders:
                path, words = f"orders[{default_order.number}]", f"{expect.count_orders} rows"
                found.append(Mismatch(path, words, f"{len(rows)} rows", (*where, "count_orders")))
        return found, tuple(texts)

    def _rows(
        self, expect: fmt.RowsExpect, scope: Scope, where: Where
    ) -> tuple[list[Mismatch], Sequence[Row]]:
        payme_id = str(scope.resolve(expect.where.payme_id))
        rows = self._database.transactions([payme_id])
        path = f"transactions[{payme_id}]"
        count = expect.count if expect.count is not None else (1 if expect.row else None)
        if count is not None and len(rows) != count:
            place = (*where, "count") if expect.count is not None else where
            return [Mismatch(path, f"{count} rows", f"{len(rows)} rows", place)], rows
        found: list[Mismatch] = []
        for row in rows if expect.row else ():
            for column, value in (expect.row or {}).items():
                if self._database.has(column):
                    place = (*where, "row", column)
                    wanted = scope.resolve(value)
                    seen = row.get(column, MISSING)
                    found += match_cell(wanted, seen, self._matching, f"{path}.{column}", place)
        return found, rows

    def _order(
        self, order: Order, status: str, where: Where
    ) -> tuple[list[Mismatch], Sequence[Row]]:
        rows = self._database.order_rows(order)
        path = f"orders[{order.number}]"
        if len(rows) != 1:
            return [Mismatch(path, "one row", f"{len(rows)} rows", where)], rows
        if "status" not in rows[0]:
            return [], rows
        name = self._database.after_cancel if status == "after-cancel" else status
        allowed = list(self._database.status_names(name))
        seen = rows[0]["status"]
        if not allowed or any(_same_status(one, seen) for one in allowed):
            return [], rows
        words = f"{name}: " + " or ".join(show(one) for one in allowed)
        actual = show(seen) + ("" if self._is_named(seen) else _UNNAMED)
        return [Mismatch(f"{path}.status", words, actual, where)], rows

    def _is_named(self, status: object) -> bool:
        """Whether the configuration names a status at all, whatever it says that it means."""
        names = (one for which in _STATUSES for one in self._database.status_names(which))
        return any(_same_status(one, status) for one in names)

    def snapshot(self, books: Books, orders: Sequence[Order]) -> list[str]:
        """All that the database holds about the scenario, as text that can be compared.

        Rows under ids that nobody knows are seen by their number, if nobody else makes any.
        """
        texts = []
        if self._database.maps_transactions and self._alone:
            texts.append(f"{self._database.transaction_count()} rows in the table of transactions")
        texts += self.order_count()
        if self._database.maps_transactions and books.ids:
            rows = self._database.transactions(sorted(books.ids))
            texts += sorted(f"transaction {row_text(row)}" for row in rows)
        if self._database.maps_orders:
            for order in orders:
                texts += [f"order {row_text(row)}" for row in self._database.order_rows(order)]
        return texts

    def order_count(self) -> list[str]:
        """How many orders there are, if only this scenario can have made one meanwhile."""
        number = self._database.order_count() if self._alone else None
        return [] if number is None else [f"{number} rows in the table of orders"]

    def one_live(self, books: Books, now: int, report: Report) -> None:
        """At most one live transaction on a one-time order, by the rows themselves."""
        if not self._one_time or not self._database.maps_transactions or not books.ids:
            return
        if not self._database.has("state"):
            return
        rows = self._database.transactions(sorted(books.ids))
        live: dict[str, list[str]] = {}
        for row in rows:
            payme_id = str(row.get("payme_id"))
            tx = books.transactions.get(payme_id)
            account = books.account_of(payme_id)
            if row.get("state") in (1, 2) and not (tx and tx.is_old(now)):
                live.setdefault(show(account), []).append(payme_id)
        worst = max(live.values(), key=len, default=[])
        report.expect(
            len(worst) <= 1,
            Finding(
                "order.one-live-transaction",
                "A one-time order has at most one live transaction.",
                "transactions",
                "one row with state 1 or 2",
                f"{len(worst)}: {', '.join(worst)}",
            ),
        )

    def refused_left_nothing(self, books: Books, now: int, report: Report) -> tuple[str, ...]:
        """A refused Create has left no live row behind."""
        if not books.refused or not self._database.maps_transactions:
            return ()
        rows = [
            row
            for row in self._database.transactions(sorted(books.refused))
            if row.get("state", 1) in (1, 2)
        ]
        report.expect(
            not rows,
            Finding(
                "create.refused-leaves-nothing",
                "A refused CreateTransaction stores no transaction.",
                "transactions",
                "no row",
                f"{len(rows)} rows",
            ),
        )
        return tuple(row_text(row) for row in rows)

    def no_row(self, payme_id: str, report: Report) -> tuple[str, ...]:
        """Nothing is stored of a transaction that CheckTransaction does not know."""
        if not self._database.maps_transactions:
            return ()
        rows = self._database.transactions([payme_id])
        path = f"transactions[{payme_id}]"
        text = "CheckTransaction does not know a transaction that has a row."
        finding = Finding("database.one-row", text, path, "no row", f"{len(rows)} rows")
        report.expect(not rows, finding)
        return tuple(row_text(row) for row in rows)

    def record(
        self, tx: Transaction, shown: Mapping[str, object], now: int, report: Report
    ) -> tuple[str, ...]:
        """The row of a transaction against CheckTransaction's answer for it."""
        if not self._database.maps_transactions:
            return ()
        rows = self._database.transactions([tx.payme_id])
        texts = tuple(row_text(row) for row in rows)
        one = report.expect(
            len(rows) == 1,
            Finding(
                "database.one-row",
                "A transaction is one row.",
                f"transactions[{tx.payme_id}]",
                "one row",
                f"{len(rows)} rows",
            ),
        )
        if one:
            self._columns(tx, shown, rows[0], now, report)
        return texts

    def _columns(
        self, tx: Transaction, shown: Mapping[str, object], row: Row, now: int, report: Report
    ) -> None:
        wanted: dict[str, object] = {"state": shown.get("state"), "amount": tx.amount}
        wanted["payme_time"] = tx.time - tx.aged_ms if tx.time else None
        for name in ("create_time", "perform_time", "cancel_time"):
            wanted[name] = _as_ms(shown.get(name))
        state = shown.get("state")
        if type(state) is int and state < 0:
            wanted["reason"] = shown.get("reason")
        report.looked_at.add("database.matches-answers")
        for column, value in wanted.items():
            if not self._database.has(column) or (value is None and column == "payme_time"):
                continue
            path, seen = f"transactions[{tx.payme_id}].{column}", row.get(column, MISSING)
            misses = match_cell(value, seen, self._matching, path, ())
            for miss in misses:
                message = "The row in the database is not what the merchant answers."
                rule = "database.matches-answers"
                report.findings.append(Finding(rule, message, path, miss.expected, miss.actual))
            if not misses and isinstance(seen, Time) and type(value) is int:
                _zone_is_true(value, seen, path, report)

    def order_fits(
        self, order: Order, transactions: Sequence[Transaction], now: int, report: Report
    ) -> tuple[str, ...]:
        """The order's status against the states of its transactions. One-time orders only."""
        if not self._one_time or not self._database.maps_orders:
            return ()
        statuses = order_statuses(transactions, now)
        attempts = [self._order(order, status, ()) for status in statuses]
        rows = attempts[0][1] if attempts else ()
        best = min((found for found, _ in attempts), key=len, default=[])
        report.looked_at.add("order.status-fits")
        for miss in best:
            report.findings.append(
                Finding(
                    "order.status-fits",
                    "The order's status fits what became of its transactions.",
                    miss.path,
                    miss.expected,
                    miss.actual,
                )
            )
        if self._shows_price and len(rows) == 1:
            _price_stays(order, rows[0].get("amount"), report)
        return tuple(f"order {row_text(row)}" for row in rows)


def _zone_is_true(ms: int, seen: Time, path: str, report: Report) -> None:
    words = "A stored time that names its zone is the moment that was answered."
    finding = Finding("database.time-zone", words, path, show(ms), _cell(seen))
    report.expect(not seen.mislabels(ms), finding)


def _price_stays(order: Order, amount: object, report: Report) -> None:
    path, words = f"orders[{order.number}].amount", "An order costs what it cost before."
    finding = Finding("order.amount-stays", words, path, f"{order.amount} tiyin", show(amount))
    report.expect(amount == order.amount, finding)


def order_statuses(transactions: Sequence[Transaction], now: int) -> list[str]:
    """The statuses that an order with these transactions may have."""
    states = [t.state for t in transactions]
    if State.PERFORMED in states:
        return ["paid"]
    waiting = [t for t in transactions if t.state == State.CREATED]
    if waiting:
        may_have_lapsed = all(t.is_old(now) for t in waiting)
        return ["reserved", "after-cancel"] if may_have_lapsed else ["reserved"]
    if State.REFUNDED in states:
        return ["refunded"]
    lapsed = any(REASON_TIMEOUT in t.reasons for t in transactions)
    return ["payable", "after-cancel"] if lapsed else ["after-cancel" if states else "payable"]


def _same_status(left: object, right: object) -> bool:
    if isinstance(left, str) or isinstance(right, str):
        return str("" if left is None else left) == str("" if right is None else right)
    return left == right


def _as_ms(value: object) -> object:
    """A time of an answer as a number: 0 for every way of saying that it has not come."""
    if isinstance(value, str) and value.isdigit():
        return int(value)
    return 0 if value is None else value
