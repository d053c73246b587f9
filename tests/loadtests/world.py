"""A merchant and a load run as generated data: ledgers, statement, database; damaged on purpose."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from loadtests.ledger import Ended, Ledger, OrderBook
from simulator.config.database import DatabaseConfig, Invariant
from simulator.observers.database import Database
from simulator.observers.orders import Order

BEGAN = 1_763_881_200_000
AMOUNT = 100_000
TIMES = ("create_time", "perform_time", "cancel_time")
COLUMNS = ("payme_id", "state", "reason", "amount", "payme_time", *TIMES)
STATUS = {"payable": "new", "reserved": "waiting", "paid": "paid", "refunded": "refunded"}
_STATUS_OF = {1: "waiting", 2: "paid", -1: "new", -2: "refunded"}


@dataclass
class Payment:
    """What the right merchant has stored of one transaction, and the calls that led to it."""

    payme_id: str
    number: str
    time: int
    state: int
    calls: list[Ended] = field(default_factory=list)
    create_time: int = 0
    perform_time: int = 0
    cancel_time: int = 0

    def item(self) -> dict[str, Any]:
        """As the statement lists it."""
        return {
            "id": self.payme_id,
            "time": self.time,
            "amount": AMOUNT,
            "account": {"order_id": self.number},
            "create_time": self.create_time,
            "perform_time": self.perform_time,
            "cancel_time": self.cancel_time,
            "transaction": f"t{self.number}",
            "state": self.state,
            "reason": 5 if self.state < 0 else None,
        }

    def row(self) -> dict[str, Any]:
        """As the database has it."""
        item = self.item()
        return {"payme_id": item["id"], "payme_time": item["time"]} | {
            name: item[name] for name in COLUMNS if name in item
        }


def payment(n: int, end: int = 2) -> Payment:
    """The n-th payment, brought into state `end` by calls that were all answered."""
    time = BEGAN + n * 10
    one = Payment(f"6b0409d900107a02{n:08x}", str(1_000_000_000 + n), time, end)
    one.create_time = time + 2
    one.calls.append(call(one, "CreateTransaction", 1, state=1))
    if end in (2, -2):
        one.perform_time = time + 4
        one.calls.append(call(one, "PerformTransaction", 3, state=2))
    if end < 0:
        one.cancel_time = time + 6
        one.calls.append(call(one, "CancelTransaction", 5, state=end))
    return one


def call(one: Payment, method: str, at: int, answer: str = "result", **members: Any) -> Ended:
    """A call of a payment, sent `at` ms after Payme's time."""
    told: dict[str, Any] = {}
    if answer == "result":
        names = {"CreateTransaction": "create", "PerformTransaction": "perform"}
        member = f"{names.get(method, 'cancel')}_time"
        told = {member: getattr(one, member), "transaction": f"t{one.number}"}
    if method == "CreateTransaction":
        told |= {"time": one.time, "account": {"order_id": one.number}}
    sent = one.time + at
    known = {"at": sent, "sent": sent, "took_us": 1_000, "order": one.number, "amount": AMOUNT}
    known |= {"method": method, "answer": answer, "id": one.payme_id}
    return Ended(**{**known, **told, **members})


@dataclass
class World:
    """One run. `items`, `rows`, `orders` are what the merchant shows, right until damaged."""

    payments: list[Payment]
    items: list[dict[str, Any]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    orders: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        stored = [one for one in self.payments if one.create_time]
        self.items = [one.item() for one in stored]
        self.rows = [one.row() for one in stored]
        self.orders = {one.number: "new" for one in self.payments}
        self.orders |= {one.number: _STATUS_OF[one.state] for one in stored}

    def statement(self, first: int, last: int) -> list[Any]:
        """GetStatement."""
        self.asked.append((first, last))
        return deepcopy([item for item in self.items if first <= item["time"] <= last])

    def write_ledgers(self, folder: Path, workers: int = 2) -> None:
        """As that many workers would have written them."""
        folder.mkdir(parents=True, exist_ok=True)
        for worker in range(workers):
            mine = self.payments[worker::workers]
            with Ledger(folder / f"calls-{worker}.jsonl") as ledger:
                for one in sorted((c for p in mine for c in p.calls), key=lambda c: c.ended):
                    ledger.write(one)
            numbers = dict.fromkeys(one.number for one in mine)
            with OrderBook(folder / f"orders-{worker}.jsonl") as book:
                for number in numbers:
                    account = {"order_id": number}
                    book.write(Order(number, AMOUNT, AMOUNT // 100, account, "order_id"))

    def write_database(self, path: Path, *, unit: str = "ms") -> None:
        """A SQLite file; times in ms, s, or as a clock in Tashkent shows them."""
        kind = "TEXT" if unit == "datetime" else "INTEGER"
        columns = ", ".join(f"{n} {kind if n.endswith('_time') else ''}" for n in COLUMNS)
        with closing(sqlite3.connect(path)) as database, database:
            database.execute(f"CREATE TABLE tx ({columns})")
            database.execute("CREATE TABLE shop (number TEXT, total INTEGER, status TEXT)")
            marks = ", ".join("?" * len(COLUMNS))
            database.executemany(f"INSERT INTO tx VALUES ({marks})", self._stored(unit))
            database.executemany(
                "INSERT INTO shop VALUES (?, 1000, ?)", [*self.orders.items(), ("other", "paid")]
            )

    def _stored(self, unit: str) -> Iterator[list[Any]]:
        for row in self.rows:
            yield [
                _time_in(unit, row[name]) if name.endswith("_time") else row[name]
                for name in COLUMNS
            ]


def _time_in(unit: str, ms: int) -> Any:
    if unit == "ms":
        return ms
    if unit == "s":
        return ms // 1000
    return None if not ms else _tashkent(ms)


def _tashkent(ms: int) -> str:
    moment = datetime.fromtimestamp(ms // 1000, UTC) + timedelta(hours=5)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{ms % 1000:03d}"


def open_database(
    path: Path,
    *,
    unit: str = "ms",
    where: str = "{number}",
    invariants: Sequence[Invariant] = (),
) -> Database:
    """The merchant's database as its configuration maps it; to be closed."""
    tables: dict[str, Any] = {
        "transactions": {"table": "tx", "columns": {n: n for n in COLUMNS}, "time_unit": unit}
    }
    tables["orders"] = {
        "table": "shop",
        "where": {"number": where},
        "columns": {"amount": "total", "status": "status"},
        "status": STATUS,
    }
    tables["invariants"] = [one.model_dump() for one in invariants]
    return Database(DatabaseConfig.model_validate({"url": f"sqlite:///{path}", **tables}))


def right_world(count: int = 40) -> World:
    """Every end that a payment may come to, and second payers that were refused."""
    ends = (2, 2, -1, -2, 1)
    payments = [payment(n, ends[n % len(ends)]) for n in range(count)]
    return World([*payments, *second_payers(payments)])


def second_payers(payments: Iterable[Payment]) -> Iterator[Payment]:
    """Refused ones, on every third order."""
    for n, first in enumerate(payments):
        if n % 3 == 0 and first.state in (1, 2):
            one = Payment(f"6b0409d900107a03{n:08x}", first.number, first.time + 3, first.state)
            one.calls.append(call(one, "CreateTransaction", 1, "error", code=-31050))
            yield one


def unanswered(one: Payment, *methods: str) -> Payment:
    """As if the answers to these methods had been lost."""
    lost = dict.fromkeys(("state", "transaction", *TIMES))
    one.calls = [
        msgspec.structs.replace(c, answer="none", fault="drop-reply", **lost)
        if c.method in methods
        else c
        for c in one.calls
    ]
    return one
