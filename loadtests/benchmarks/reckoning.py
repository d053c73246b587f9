"""How long the reckoning of a million transactions takes, and how much memory: generated data.

    python -m loadtests.benchmarks.reckoning [--transactions N]

One process makes the ledgers of two workers and a SQLite database (payments in all states, some of
them sent twice, some unanswered, some damaged), another reconciles them. What a merchant would need
to answer GetStatement is measured apart: here SQLite writes the JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from loadtests.ledger import Ended, Ledger, OrderBook
from loadtests.reckoning import Sources, reckon
from simulator.config.database import DatabaseConfig
from simulator.observers.database import Database
from simulator.observers.orders import Order

LIMIT_S, LIMIT_MB = 60, 500
_BEGAN = 1_763_881_200_000
_AMOUNT = 100_000
_ENDS = (2, 2, 2, 2, 2, 2, 2, -1, -2, 1)
_STATUS = {1: "pending", 2: "success", -1: "pending", -2: "cancelled"}
_COLUMNS = ("payme_id", "state", "reason", "amount", "payme_time")
_TIMES = ("create_time", "perform_time", "cancel_time")
_DAMAGED = 10_007  # one in so many has lost its row

_STATEMENT = """
SELECT json_group_array(json_object('id', payme_id, 'time', payme_time, 'amount', amount,
  'account', json_object('order_id', order_id), 'create_time', create_time,
  'perform_time', coalesce(perform_time, 0), 'cancel_time', coalesce(cancel_time, 0),
  'transaction', CAST(id AS TEXT), 'state', state, 'reason', reason))
FROM transactions WHERE payme_time BETWEEN ? AND ?
"""
_CONFIG = {
    "orders": {
        "table": "payments",
        "where": {"order_id": "{number}"},
        "columns": {"amount": "amount", "status": "status"},
        "status": {
            "payable": "pending",
            "reserved": "pending",
            "paid": "success",
            "refunded": "cancelled",
        },
    },
    "transactions": {
        "table": "transactions",
        "columns": {name: name for name in (*_COLUMNS, *_TIMES)},
    },
}


def make(folder: Path, count: int) -> None:
    """Ledgers, orders and `shop.db` of `count` transactions."""
    rng = random.Random(count)
    with closing(sqlite3.connect(folder / "shop.db")) as shop, shop:
        shop.execute(
            "CREATE TABLE transactions (id INTEGER PRIMARY KEY, payme_id TEXT, order_id TEXT, "
            "payme_time INTEGER, amount INTEGER, state INTEGER, reason INTEGER, "
            "create_time INTEGER, perform_time INTEGER, cancel_time INTEGER)"
        )
        shop.execute("CREATE TABLE payments (order_id TEXT, amount INTEGER, status TEXT)")
        for worker in (0, 1):
            with (
                Ledger(folder / f"calls-{worker}.jsonl") as ledger,
                OrderBook(folder / f"orders-{worker}.jsonl") as book,
            ):
                for n in range(worker, count, 2):
                    _one(n, shop, ledger, book, rng)
        shop.execute("CREATE INDEX by_time ON transactions (payme_time)")


def _one(
    n: int, shop: sqlite3.Connection, ledger: Ledger, book: OrderBook, rng: random.Random
) -> None:
    state, number, moment = _ENDS[n % 10], f"{1_000_000_000 + n}", _BEGAN + n
    payme_id = f"{moment // 1000:08x}00107a02{n:08x}"
    book.write(Order(number, _AMOUNT, _AMOUNT // 100, {"order_id": number}, "order_id"))
    performed = moment + 40 if state in (2, -2) else None
    cancelled = moment + 60 if state < 0 else None
    for call in _calls(n, payme_id, number, moment, performed, cancelled, state):
        if n % 50 == 0 and call.method == "PerformTransaction":
            call = msgspec.structs.replace(call, answer="none", state=None, perform_time=None)
        ledger.write(call)
        if rng.random() < 0.05:
            ledger.write(msgspec.structs.replace(call, why="double"))
    if n % _DAMAGED:
        row = (n, payme_id, number, moment, _AMOUNT, state, 5 if state < 0 else None)
        times = (moment + 20, performed, cancelled)
        shop.execute(f"INSERT INTO transactions VALUES ({'?,' * 9}?)", (*row, *times))
    shop.execute("INSERT INTO payments VALUES (?, 1000, ?)", (number, _STATUS[state]))


def _calls(
    n: int,
    payme_id: str,
    number: str,
    moment: int,
    performed: int | None,
    cancelled: int | None,
    state: int,
) -> Iterator[Ended]:
    account = {"order_id": number}
    known: dict[str, Any] = {"took_us": 9_300, "order": number, "amount": _AMOUNT}
    told: dict[str, Any] = {**known, "answer": "result", "id": payme_id, "transaction": str(n)}
    check = {**known, "method": "CheckPerformTransaction", "answer": "result"}
    yield Ended(at=moment - 9, sent=moment - 9, account=account, **check)
    yield Ended(
        at=moment,
        sent=moment,
        method="CreateTransaction",
        account=account,
        time=moment,
        state=1,
        create_time=moment + 20,
        **told,
    )
    if performed:
        told["perform_time"] = performed
        sent = moment + 35
        yield Ended(at=sent, sent=sent, method="PerformTransaction", state=2, **told)
    if cancelled:
        told |= {"perform_time": None, "cancel_time": cancelled}
        sent = moment + 55
        yield Ended(
            at=sent, sent=sent, method="CancelTransaction", why="cancel", state=state, **told
        )


def measure(folder: Path) -> dict[str, Any]:
    """Reconcile what `make` has made, in a process that has done nothing else."""
    spent = 0

    def ask(first: int, last: int) -> list[Any]:
        nonlocal spent
        began = time.perf_counter_ns()
        (text,) = shop.execute(_STATEMENT, (first, last)).fetchone()
        spent += time.perf_counter_ns() - began
        found: list[Any] = msgspec.json.decode(text)
        return found

    config = DatabaseConfig.model_validate({"url": f"sqlite:///{folder / 'shop.db'}", **_CONFIG})
    with (
        closing(sqlite3.connect(folder / "shop.db")) as shop,
        closing(Database(config)) as database,
    ):
        busy = time.process_time_ns()
        began = time.perf_counter_ns()
        found = reckon(folder, Sources(ask, database))
        took, busy = time.perf_counter_ns() - began, time.process_time_ns() - busy
    return {
        "compared": dict(found.compared),
        "wrong": {str(kind): count for kind, count in found.counts.items()},
        "later": dict(found.later),
        "ms": (took - spent) // 1_000_000,
        "cpu_ms": busy // 1_000_000,
        "statement_ms": spent // 1_000_000,
        "peak_mb": _peak_mb(),
    }


def _peak_mb() -> int:
    """The most memory that this process ever had."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak) // (1024 * 1024 if sys.platform == "darwin" else 1024)


def main() -> int:
    """Prints what was measured; 1 if it is more than it may be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--transactions", type=int, default=1_000_000)
    parser.add_argument("--in", dest="folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.folder:
        sys.stdout.write(json.dumps(measure(given.folder)) + "\n")
        return 0
    with tempfile.TemporaryDirectory(prefix="payme-sandbox-") as name:
        make(Path(name), given.transactions)
        size = sum(path.stat().st_size for path in Path(name).glob("calls-*"))
        command = [sys.executable, "-m", "loadtests.benchmarks.reckoning", "--in", name]
        told = json.loads(subprocess.check_output(command))
    sys.stdout.write(_words(given.transactions, size, told))
    return int(told["ms"] > LIMIT_S * 1000 or told["peak_mb"] > LIMIT_MB)


def _words(count: int, size: int, told: dict[str, Any]) -> str:
    lines = [
        f"reckoning of {count:,} transactions ({size // 1_000_000:,} MB of ledgers)",
        f"  time      {told['ms'] / 1000:.1f} s   (at most {LIMIT_S} s)",
        f"  processor {told['cpu_ms'] / 1000:.1f} s",
        f"  statement {told['statement_ms'] / 1000:.1f} s more, which is the merchant's to write",
        f"  memory    {told['peak_mb']} MB   (at most {LIMIT_MB} MB)",
        f"  compared  {told['compared']}",
        f"  found     {told['wrong']}, not acknowledged: {told['later']}",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
