"""A worker's ledger: whole lines, whatever the merchant sent and however the worker ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from loadtests.ledger import (
    Ended,
    Ledger,
    LedgerError,
    LedgerFile,
    OrderBook,
    calls_of,
    orders_of,
)
from simulator.observers.orders import Order

PAYME_ID = "65f0c0ffee00000000000abc"


def _call(**members: object) -> Ended:
    known: dict[str, object] = {"at": 1, "sent": 2, "took_us": 3_500, "answer": "result"}
    return Ended(**{**known, "method": "CreateTransaction", **members})  # type: ignore[arg-type]


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    calls = [
        _call(id=PAYME_ID, order="7", account={"order_id": "7"}, amount=100, state=1, time=9),
        _call(method="PerformTransaction", answer="none", fault="answer dropped", why="retry"),
        _call(method="CheckTransaction", answer="error", code=-31003),
    ]
    path = tmp_path / "run" / "calls-1.jsonl"
    with Ledger(path) as ledger:
        for call in calls:
            ledger.write(call)

    assert list(calls_of(path)) == calls
    assert calls[0].ended == 5


def test_a_second_writer_of_one_file_is_refused(tmp_path: Path) -> None:
    with Ledger(tmp_path / "calls-1.jsonl"), pytest.raises(FileExistsError):
        Ledger(tmp_path / "calls-1.jsonl")


@pytest.mark.parametrize(
    "odd",
    ["1", 2**70, -(2**70), 1.5, None, True, "\ud800\n", "</script>", {"a": [2**64]}, [1, "x"]],
)
def test_whatever_a_merchant_answers_is_one_line(tmp_path: Path, odd: object) -> None:
    path = tmp_path / "calls-1.jsonl"
    with Ledger(path) as ledger:
        ledger.write(_call(id=PAYME_ID, state=odd, create_time=odd, transaction=odd))
        ledger.write(_call(id=PAYME_ID, state=1))

    first, second = calls_of(path)

    assert (first.id, second.state) == (PAYME_ID, 1)
    assert len(path.read_bytes().splitlines()) == 3


def test_a_killed_worker_leaves_all_that_it_had_written(tmp_path: Path) -> None:
    path = tmp_path / "calls-1.jsonl"
    code = (
        "import sys, time; from pathlib import Path; from loadtests.ledger import Ended, Ledger\n"
        "ledger = Ledger(Path(sys.argv[1]))\n"
        "for n in range(100):\n"
        "    ledger.write(Ended(at=n, sent=n, took_us=1, method='X', answer='result'))\n"
        "print('written', flush=True); time.sleep(600)"
    )
    worker = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE)
    assert worker.stdout is not None
    with worker.stdout:
        assert worker.stdout.readline() == b"written\n"
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()

    file = LedgerFile(path)

    assert (len(list(file.lines())), file.closed) == (100, False)


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "calls-1.jsonl"
    with Ledger(path) as ledger:
        ledger.write(_call(id=PAYME_ID))
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0] + b'{"at":1,"se')

    assert [call.id for call in calls_of(path)] == [PAYME_ID]


def test_missing_lines_are_told(tmp_path: Path) -> None:
    path = tmp_path / "calls-1.jsonl"
    with Ledger(path) as ledger:
        ledger.write(_call())
        ledger.write(_call())
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[1:]))

    with pytest.raises(LedgerError, match="2 lines were written, 1 are there"):
        list(LedgerFile(path).lines())


def test_a_line_that_is_none_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "calls-1.jsonl"
    path.write_text('{"at": "soon"}\n')

    with pytest.raises(LedgerError, match=r"calls-1\.jsonl:1: not a line of a ledger"):
        list(calls_of(path))


def test_an_order_comes_back_as_observers_take_it(tmp_path: Path) -> None:
    order = Order("7", 100_000, 1000, {"order_id": "7"}, "order_id", {"id": 12})
    path = tmp_path / "orders-1.jsonl"
    with OrderBook(path) as book:
        book.write(order)

    assert [made.order() for made in orders_of(path)] == [order]
