"""What the database gives the same statements with no web server in between.

`python -m loadtests.benchmarks.ceiling URL CONNECTIONS SECONDS ORDERS…` is one process of it; it
prints cycles, seconds and CPU seconds. SQLite has one writer, so one connection is its best.
"""

from __future__ import annotations

import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from loadtests.benchmarks.payments import payme_id
from loadtests.benchmarks.statements import LOCKED, Statements


def on_sqlite(path: str) -> Statements:
    """On a connection as the reference merchant opens it."""
    connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    cursor = connection.cursor()
    words: dict[str, str] = {}

    def run(sql: str, values: tuple[Any, ...]) -> sqlite3.Cursor:
        if sql not in words:
            words[sql] = sql.partition(LOCKED)[0].replace("%s", "?")
        return cursor.execute(words[sql], values)

    def begin(writes: bool) -> None:
        cursor.execute("BEGIN IMMEDIATE" if writes else "BEGIN")

    return Statements(run, begin, connection)


def on_postgres(url: str) -> Statements:
    """On a connection whose looks are no transactions, as the reference merchant's are not."""
    import psycopg

    connection = psycopg.connect(url)
    cursor = connection.cursor()

    def run(sql: str, values: tuple[Any, ...]) -> Any:
        return cursor.execute(sql.encode(), values)

    def begin(writes: bool) -> None:
        connection.autocommit = not writes

    return Statements(run, begin, connection)


def opened(url: str) -> Statements:
    """A connection to the database of this address."""
    if url.startswith("sqlite:///"):
        return on_sqlite(url.removeprefix("sqlite:///"))
    return on_postgres(url)


def main(arguments: list[str]) -> None:
    """One process: each connection in a thread of its own, orders and ids from a file."""
    url, connections, seconds, orders = arguments
    lines = iter(Path(orders).read_text(encoding="utf-8").split())
    books = [opened(url) for _ in range(int(connections))]
    began, cpu = time.perf_counter(), time.process_time()
    end = began + float(seconds)
    done = _side_by_side([_payer(one, lines, end) for one in books])
    for one in books:
        one.close()
    sys.stdout.write(f"{done} {time.perf_counter() - began:.6f} {time.process_time() - cpu:.6f}\n")


def _payer(books: Statements, lines: Iterator[str], end: float) -> Callable[[], int]:
    def pay() -> int:
        done = 0
        while time.perf_counter() < end and (line := next(lines, None)) is not None:
            number, _, order = line.partition(":")
            books.pay(order, payme_id(int(number)))
            done += 1
        return done

    return pay


def _side_by_side(payers: list[Callable[[], int]]) -> int:
    done: list[int] = []
    threads = [threading.Thread(target=lambda p=p: done.append(p())) for p in payers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(done) < len(payers):
        raise SystemExit("a connection failed")
    return sum(done)


if __name__ == "__main__":
    main(sys.argv[1:])
