"""The merchant's tables, and one piece of work on them at a time."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.merchants.habits import STATES

_TABLES = """
CREATE TABLE bills (
  row_no INTEGER PRIMARY KEY, bill_no TEXT NOT NULL, total INTEGER NOT NULL,
  stage TEXT NOT NULL DEFAULT 'open', balance INTEGER NOT NULL DEFAULT 0);
CREATE TABLE payme_ops (
  op_no INTEGER PRIMARY KEY, ext_id TEXT NOT NULL, bill_no TEXT NOT NULL, tiyin INTEGER NOT NULL,
  sent_account TEXT NOT NULL, sent_at INTEGER NOT NULL, made_at INTEGER NOT NULL,
  paid_at INTEGER NOT NULL DEFAULT 0, voided_at INTEGER NOT NULL DEFAULT 0,
  step TEXT NOT NULL DEFAULT 'new', why INTEGER);
CREATE TABLE deliveries (bill_no TEXT NOT NULL, ext_id TEXT NOT NULL);
CREATE TABLE documents (ext_id TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL);
"""


def dated_ops(hours: int, zone: str) -> str:
    """A view of the transactions whose times are dates, so many hours from UTC, with that behind
    them: "+05:00", "Z" or nothing."""
    dates = ", ".join(
        f"CASE {time} WHEN 0 THEN NULL ELSE strftime('%Y-%m-%d %H:%M:%f', {time} / 1000.0, "
        f"'unixepoch', '{hours} hours') || '{zone}' END AS {time}"
        for time in ("sent_at", "made_at", "paid_at", "voided_at")
    )
    return f"CREATE VIEW dated_ops AS SELECT ext_id, step, why, tiyin, {dates} FROM payme_ops;"


_UNIQUE = """
CREATE UNIQUE INDEX one_bill ON bills (bill_no);
CREATE UNIQUE INDEX one_op ON payme_ops (ext_id);
"""
_PATIENCE_S = 10


@dataclass(frozen=True, slots=True)
class Bill:
    """An order. total: tiyin. stage: open, held, sold, returned."""

    bill_no: str
    total: int
    stage: str


@dataclass(frozen=True, slots=True)
class Op:
    """One of Payme's transactions. Times in ms, 0 until they come; step: see STATES."""

    op_no: int
    ext_id: str
    bill_no: str
    tiyin: int
    sent_account: str
    sent_at: int
    made_at: int
    paid_at: int
    voided_at: int
    step: str
    why: int | None

    @property
    def state(self) -> int:
        """Payme's number for the step."""
        return STATES[self.step]

    @property
    def account(self) -> object:
        """The account as Payme sent it."""
        return json.loads(self.sent_account)


def copy_of(path: Path) -> Path:
    """Where `save_now_and_then` keeps its copy."""
    return path.with_suffix(".saved")


class Work:
    """What one call reads and writes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def run(self, sql: str, values: Mapping[str, Any]) -> None:
        """Change rows."""
        self._connection.execute(sql, values)

    def ops(self, sql: str, values: Mapping[str, Any]) -> list[Op]:
        """The transactions that a query finds."""
        return [Op(**row) for row in self._rows(sql, values)]

    def bills(self, sql: str, values: Mapping[str, Any]) -> list[Bill]:
        """The bills that a query finds."""
        return [Bill(r["bill_no"], r["total"], r["stage"]) for r in self._rows(sql, values)]

    def draw_up(self, bill_no: str, total: int) -> None:
        """A new bill. Raises sqlite3.IntegrityError if the number is taken."""
        self.run("INSERT INTO bills (bill_no, total) VALUES (?, ?)", (bill_no, total))  # type: ignore[arg-type]

    def add(self, values: Mapping[str, Any]) -> Op:
        """A new transaction, as it is stored."""
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        sql = f"INSERT INTO payme_ops ({names}) VALUES ({marks}) RETURNING *"
        return self.ops(sql, values)[0]

    def change(self, op: Op, **values: Any) -> Op:
        """The same transaction with other values, stored."""
        marks = ", ".join(f"{name} = :{name}" for name in values)
        sql = f"UPDATE payme_ops SET {marks} WHERE op_no = :op_no RETURNING *"
        return self.ops(sql, {**values, "op_no": op.op_no})[0]

    def stage(self, bill_no: str, stage: str) -> None:
        """Move a bill on."""
        values = {"bill_no": bill_no, "stage": stage}
        self.run("UPDATE bills SET stage = :stage WHERE bill_no = :bill_no", values)

    def credit(self, bill_no: str, tiyin: int) -> None:
        """Put money into a wallet, or take it out again."""
        values = {"bill_no": bill_no, "tiyin": tiyin}
        self.run("UPDATE bills SET balance = balance + :tiyin WHERE bill_no = :bill_no", values)

    def _rows(self, sql: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        found = self._connection.execute(sql, values).fetchall()
        return [dict(row) for row in found]


class Store:
    """The database file. Work is done one piece after another unless `locks` is off."""

    def __init__(self, path: Path, schema: str, *, unique: bool, locks: bool) -> None:
        self._path = path
        self._locks = locks
        self._lock = threading.Lock()
        with closing(self._connect()) as connection:
            script = _TABLES + (_UNIQUE if unique else "") + schema
            connection.execute("PRAGMA journal_mode = WAL")
            with contextlib.suppress(sqlite3.OperationalError):  # it is there from before
                connection.executescript(script)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_PATIENCE_S, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    def save_now_and_then(self, every_ms: int) -> None:
        """Keep a copy beside the file that is written every so often, and never in between."""
        with closing(self._connect()) as connection:
            while True:
                with closing(sqlite3.connect(copy_of(self._path))) as copy:
                    connection.backup(copy)
                time.sleep(every_ms / 1000)

    @contextmanager
    def work(self) -> Iterator[Work]:
        """One piece of work: committed when it ends, rolled back if it raises."""
        with ExitStack() as stack:
            if self._locks:
                stack.enter_context(self._lock)
            connection = stack.enter_context(closing(self._connect()))
            if self._locks:
                connection.execute("BEGIN IMMEDIATE")
                stack.enter_context(connection)
            yield Work(connection)
