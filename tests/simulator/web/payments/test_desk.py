"""Calls made again, fiscal data, and transactions made older."""

from __future__ import annotations

import pytest

from simulator.protocol.vocabulary import Method
from simulator.web.payments.desk import Desk
from simulator.web.problems import Problem
from tests.simulator.web.conftest import Bench
from tests.simulator.web.merchant import error, result


def test_a_repeat_that_answers_the_same(bench: Bench) -> None:
    payment = bench.pay()
    again = bench.server.desk.repeat(payment.id, Method.PERFORM)
    assert (again.kind, again.differences) == ("result", ())
    assert again.first_id == 3
    first, second = bench.merchant.sent("PerformTransaction")
    assert first == second


def test_a_repeat_that_answers_something_else(bench: Bench) -> None:
    payment = bench.pay()
    bench.merchant.plan("PerformTransaction", result(state=2, perform_time=5, extra=1))
    again = bench.server.desk.repeat(payment.id, Method.PERFORM)
    assert {one.member: one.now for one in again.differences} == {
        "transaction": "(absent)",
        "perform_time": "5",
        "extra": "1",
    }


def test_a_repeat_that_is_refused(bench: Bench) -> None:
    payment = bench.pay()
    assert bench.server.desk.repeat(payment.id, Method.CREATE).kind == "error"
    assert bench.server.payments.get(payment.id).state == 4


def test_check_tells_how_it_stands(bench: Bench) -> None:
    payment = bench.pay()
    asked = bench.server.desk.repeat(payment.id, Method.CHECK)
    assert (asked.kind, asked.first_id) == ("result", None)


@pytest.mark.parametrize(
    "method", [Method.CREATE, Method.PERFORM, Method.CANCEL, Method.CHECK, Method.STATEMENT]
)
def test_what_was_never_sent_is_not_repeated(bench: Bench, method: Method) -> None:
    payment = bench.begin()
    with pytest.raises(Problem, match="was not sent"):
        bench.server.desk.repeat(payment.id, method)


def test_fiscal_data_is_kept_once_it_is_taken(bench: Bench) -> None:
    payment = bench.pay()
    bench.merchant.plan("SetFiscalData", error(-32001))
    bench.server.desk.send_fiscal(payment.id, "PERFORM", {"receipt_id": "1"})
    assert bench.server.payments.get(payment.id).fiscal is None
    bench.server.desk.send_fiscal(payment.id, "PERFORM", {"receipt_id": "2"})
    assert bench.server.payments.get(payment.id).fiscal == {"PERFORM": {"receipt_id": "2"}}
    assert bench.merchant.sent("SetFiscalData")[1] == {
        "id": payment.id,
        "type": "PERFORM",
        "fiscal_data": {"receipt_id": "2"},
    }


def test_ageing_needs_a_database(bench: Bench) -> None:
    payment = bench.pay()
    with pytest.raises(Problem, match="the merchant's database"):
        bench.server.desk.age(payment.id, 1_000)


def test_ageing_makes_both_older(bench: Bench) -> None:
    server, aged = bench.server, list[tuple[str, int]]()
    desk = Desk(
        server.payments.records,
        server.kassas,
        server.voice,
        server.journal,
        lambda payme_id, by_ms: aged.append((payme_id, by_ms)),
    )
    bench.merchant.plan("PerformTransaction", *["deaf"] * 3)
    payment = bench.go_on(bench.go_on(bench.pay(), 1_000), 5_000)
    older = desk.age(payment.id, 43_200_000)
    assert aged == [(payment.id, 43_200_000)]
    assert payment.payme_time is not None
    assert older.payme_time == payment.payme_time - 43_200_000
    assert (bench.go_on(payment).state, bench.go_on(payment).reason) == (50, 4)
