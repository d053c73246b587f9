"""Both books side by side, and every difference marked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simulator.web.books import Books, Compared
from simulator.web.payments import Receipt
from simulator.web.problems import Problem
from tests.simulator.web.conftest import KASSA, Bench
from tests.simulator.web.merchant import error, result


def _compared(bench: Bench) -> Compared:
    now = bench.server.clock.now()
    return bench.server.books.compare(KASSA, now - 86_400_000, now)


def test_right_books_agree(bench: Bench) -> None:
    paid, refunded = bench.pay("A-1"), bench.pay("A-2")
    bench.server.payments.cancel(refunded.id)
    bench.go_on(refunded)
    bench.merchant.plan("CreateTransaction", error(-31008))
    bench.pay("A-3")
    books = _compared(bench)
    assert {line.transaction_id: line.verdict for line in books.lines}[paid.id] == "agrees"
    assert {line.verdict for line in books.lines} == {"agrees"}
    assert (books.differing, books.ours_paid, books.theirs_paid) == (0, 100_000, 100_000)
    assert not books.has_database


Spoil = Callable[[dict[str, Any]], None]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("state", 1),
        ("amount", 1_000),
        ("time", 5),
        ("account", {"order_id": "B"}),
        ("perform_time", 7),
        ("reason", 3),
        ("transaction", "999"),
    ],
)
def test_a_difference_is_marked(bench: Bench, member: str, value: object) -> None:
    payment = bench.pay()
    item = {**bench.merchant.transactions[payment.id], member: value}
    bench.merchant.plan("GetStatement", result(transactions=[item]))
    books = _compared(bench)
    (line,) = books.lines
    assert line.verdict == "differs"
    (found,) = line.differences
    assert (found.where, found.member, found.theirs) == ("statement", member, value)
    assert books.differing == 1


def test_what_only_one_side_knows(bench: Bench) -> None:
    payment = bench.pay()
    bench.merchant.transactions["f" * 24] = {
        **bench.merchant.transactions.pop(payment.id),
        "id": "f" * 24,
    }
    verdicts = {line.transaction_id: line.verdict for line in _compared(bench).lines}
    assert verdicts == {payment.id: "only-payme", "f" * 24: "only-merchant"}


def test_a_paid_one_without_a_number_is_missed_in_the_statement(bench: Bench) -> None:
    bench.merchant.plan("CreateTransaction", result(state=1, create_time=1))
    bench.merchant.plan("PerformTransaction", result(state=2, perform_time=1))
    payment = bench.pay()
    assert payment.state == Receipt.PAID
    books = _compared(bench)
    assert [line.verdict for line in books.lines] == ["only-payme"]


def test_a_payment_that_waits_is_no_difference(bench: Bench) -> None:
    bench.merchant.plan("PerformTransaction", *["silent"] * 3)
    bench.go_on(bench.go_on(bench.pay("A-1"), 1_000), 5_000)
    bench.merchant.plan("CreateTransaction", *["deaf"] * 3)
    bench.go_on(bench.go_on(bench.pay("A-2"), 1_000), 5_000)
    books = _compared(bench)
    assert [line.verdict for line in books.lines] == ["waiting", "waiting"]
    assert books.differing == 0


def test_a_payment_that_moves_on_meanwhile_is_no_difference(bench: Bench) -> None:
    """The statement still has it as created, our book has it as paid when the two are compared."""
    bench.merchant.plan("PerformTransaction", "deaf")
    payment, server = bench.pay(), bench.server

    def rows(_: object) -> None:
        bench.go_on(payment, 1_000)

    books = Books(server.payments.records, server.kassas, server.voice, server.journal, rows)
    now = server.clock.now()
    (line,) = books.compare(KASSA, now - 86_400_000, now).lines
    assert (line.verdict, line.differences) == ("waiting", ())
    assert line.ours is not None
    assert line.ours["state"] == 2
    assert line.statement is not None
    assert line.statement["state"] == 1
    (line,) = _compared(bench).lines
    assert line.verdict == "agrees"


def test_a_statement_too_long_for_one_answer_is_asked_for_in_halves(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid = []
    for number in range(8):
        paid.append(bench.pay(f"A-{number}").id)
        bench.server.let_time_pass(3_600_000)
        bench.merchant.shift_ms += 3_600_000
    monkeypatch.setattr("simulator.caller.http.LARGEST_ANSWER", 1_000)
    books = _compared(bench)
    assert [line.transaction_id for line in books.lines] == paid
    assert {line.verdict for line in books.lines} == {"agrees"}
    asked = [(params["from"], params["to"]) for params in bench.merchant.sent("GetStatement")]
    assert len(asked) > 4
    assert bench.server.journal.get(books.exchange_id).failure == "too_large"


@pytest.mark.parametrize(
    "answer", [error(-32400), result(transactions={}), result(), "silent", "<html>"], ids=str
)
def test_no_statement(bench: Bench, answer: object) -> None:
    bench.merchant.plan("GetStatement", answer)
    with pytest.raises(Problem, match="no statement"):
        _compared(bench)


def test_a_statement_of_oddities_is_read(bench: Bench) -> None:
    bench.merchant.plan("GetStatement", result(transactions=[5, {}, {"id": 7, "time": "x"}]))
    assert [line.transaction_id for line in _compared(bench).lines] == ["7"]
