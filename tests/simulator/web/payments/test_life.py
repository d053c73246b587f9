"""Every way of a payment ends in what both sides agree on, or waits as the documents say."""

from __future__ import annotations

import pytest

from simulator.web.payments import CARDS, Receipt
from simulator.web.problems import Problem
from simulator.web.store import Payment
from tests.simulator.web.conftest import KASSA, Bench
from tests.simulator.web.merchant import error, result

HOUR = 3_600_000


def test_a_payment(bench: Bench) -> None:
    payment = bench.pay()
    assert payment.state == Receipt.PAID
    assert bench.agreed(payment)
    methods = [method for method, _ in bench.merchant.calls]
    assert methods == ["CheckPerformTransaction", "CreateTransaction", "PerformTransaction"]
    assert payment.detail["items"][0]["title"] == "Photo"
    assert payment.additional == {"name": "Ali"}
    assert payment.merchant_number == "1"


def test_a_refund(bench: Bench) -> None:
    payment = bench.pay()
    bench.server.payments.cancel(payment.id)
    payment = bench.go_on(payment)
    assert (payment.state, payment.reason, payment.merchant_state) == (Receipt.CANCELLED, 5, -2)
    assert bench.agreed(payment)


def test_a_refund_that_the_merchant_refuses_leaves_it_paid(bench: Bench) -> None:
    payment = bench.pay()
    bench.merchant.plan("CancelTransaction", error(-31007))
    bench.server.payments.cancel(payment.id)
    payment = bench.go_on(payment)
    assert payment.state == Receipt.PAID
    assert payment.error["code"] == -31007
    assert bench.agreed(payment)


def test_an_unpaid_one_is_cancelled_without_a_call(bench: Bench) -> None:
    payment = bench.begin()
    assert bench.server.payments.cancel(payment.id).state == Receipt.CANCELLED
    assert len(bench.merchant.calls) == 1


def test_a_payer_who_walks_away_is_forgotten_after_12_hours(bench: Bench) -> None:
    payment = bench.go_on(bench.begin(), 12 * HOUR)
    assert (payment.state, payment.reason) == (Receipt.CANCELLED, 4)
    assert len(bench.merchant.calls) == 1


def test_pressed_twice_it_is_paid_once(bench: Bench) -> None:
    payment = bench.begin()
    first = bench.server.payments.pay(payment.id)
    second = bench.server.payments.pay(payment.id)
    assert first.version == second.version
    bench.go_on(payment)
    bench.server.payments.pay(payment.id)
    bench.go_on(payment)
    assert len(bench.merchant.sent("CreateTransaction")) == 1
    assert len(bench.merchant.sent("PerformTransaction")) == 1


def test_two_tabs_are_two_receipts_and_one_of_them_pays(bench: Bench) -> None:
    one, other = bench.begin(), bench.begin()
    bench.server.payments.pay(one.id)
    bench.server.payments.pay(other.id)
    states = sorted([bench.go_on(one).state, bench.go_on(other).state])
    assert states == [Receipt.PAID, Receipt.CANCELLED]
    assert bench.agreed(one)
    assert bench.agreed(other)


def test_what_the_merchant_refuses_cannot_be_paid(bench: Bench) -> None:
    payment = bench.begin("none-1")
    assert not payment.allowed
    assert payment.error["code"] == -31050
    assert payment.error["message"]["ru"] == "нет"
    with pytest.raises(Problem, match="allow: true"):
        bench.server.payments.pay(payment.id)


@pytest.mark.parametrize("lost", ["silent", "deaf", 500, "<html>", error(-32400), error(-32504)])
@pytest.mark.parametrize("method", ["CreateTransaction", "PerformTransaction"])
def test_a_call_without_a_usable_answer_is_repeated(
    bench: Bench, method: str, lost: object
) -> None:
    bench.merchant.plan(method, lost)
    payment = bench.pay()
    assert payment.state in (Receipt.CREATING, Receipt.CLOSING)
    payment = bench.go_on(payment, 1_000)
    assert payment.state == Receipt.PAID
    sent = bench.merchant.sent(method)
    assert sent[0] == sent[1]
    assert bench.agreed(payment)


def test_silence_to_create_pauses_the_payment(bench: Bench) -> None:
    bench.merchant.plan("CreateTransaction", *["deaf"] * 4)
    payment = bench.go_on(bench.go_on(bench.pay(), 1_000), 5_000)
    assert (payment.state, payment.suspended) == (Receipt.PAUSED, True)
    assert payment.error["code"] == -31622
    payment = bench.go_on(payment, 60_000)
    assert payment.state == Receipt.PAUSED
    payment = bench.go_on(payment, 300_000)
    assert payment.state == Receipt.PAID
    assert bench.agreed(payment)


def test_silence_to_perform_queues_it(bench: Bench) -> None:
    bench.merchant.plan("PerformTransaction", *["silent"] * 3)
    payment = bench.go_on(bench.go_on(bench.pay(), 1_000), 5_000)
    assert payment.state == Receipt.QUEUED
    assert bench.server.payments.resume(payment.id).due_at == bench.server.clock.now()
    payment = bench.go_on(payment)
    assert payment.state == Receipt.PAID
    assert bench.agreed(payment)


@pytest.mark.parametrize("method", ["CreateTransaction", "PerformTransaction"])
@pytest.mark.parametrize("how", ["deaf", "silent"])
def test_after_12_hours_of_silence_it_is_cancelled_with_reason_4(
    bench: Bench, method: str, how: str
) -> None:
    bench.merchant.plan(method, *[how] * 3)
    payment = bench.go_on(bench.go_on(bench.pay(), 1_000), 5_000)
    bench.merchant.plan(method, *[how] * 40)
    payment = bench.go_on(payment, 12 * HOUR)
    assert (payment.state, payment.reason) == (Receipt.CANCELLED, 4)
    assert bench.agreed(payment)
    assert bench.merchant.sent("CancelTransaction") == [{"id": payment.id, "reason": 4}]


def test_what_was_created_without_a_number_is_cancelled_after_12_hours_too(bench: Bench) -> None:
    payment = bench.begin()
    bench.merchant.obey("CreateTransaction", _create(bench, payment))
    bench.merchant.plan("CreateTransaction", result(state=1, create_time=payment.created_at))
    bench.merchant.plan("PerformTransaction", *["silent"] * 50)
    bench.server.payments.pay(payment.id)
    payment = bench.go_on(bench.go_on(bench.go_on(payment), 1_000), 5_000)
    assert payment.state == Receipt.QUEUED
    payment = bench.go_on(payment, 12 * HOUR)
    assert (payment.state, payment.reason) == (Receipt.CANCELLED, 4)
    assert bench.agreed(payment)


def test_silence_to_cancel_waits_in_21(bench: Bench) -> None:
    payment = bench.pay()
    bench.merchant.plan("CancelTransaction", *["deaf"] * 3)
    bench.server.payments.cancel(payment.id)
    payment = bench.go_on(bench.go_on(bench.go_on(payment), 1_000), 5_000)
    assert (payment.state, payment.suspended) == (Receipt.CANCELLING, True)
    payment = bench.go_on(payment, 60_000)
    assert payment.state == Receipt.CANCELLED
    assert bench.agreed(payment)


def test_a_refused_create_ends_it(bench: Bench) -> None:
    bench.merchant.plan("CreateTransaction", error(-31008))
    payment = bench.pay()
    assert (payment.state, payment.error["code"]) == (Receipt.CANCELLED, -31008)
    assert bench.agreed(payment)
    assert not bench.merchant.sent("CancelTransaction")


def test_a_create_that_is_refused_after_its_answer_was_lost_is_cancelled(bench: Bench) -> None:
    bench.merchant.plan("CreateTransaction", "silent", error(-31051))
    payment = bench.go_on(bench.pay(), 1_000)
    assert (payment.state, payment.reason) == (Receipt.CANCELLED, 3)
    assert bench.merchant.state(payment.id) == -1


def test_a_refused_perform_gives_the_money_back(bench: Bench) -> None:
    bench.merchant.plan("PerformTransaction", error(-31008))
    payment = bench.pay()
    assert (payment.state, payment.reason) == (Receipt.CANCELLED, 3)
    assert payment.error["code"] == -31008
    assert bench.agreed(payment)


def test_a_merchant_that_neither_performs_nor_cancels_is_asked(bench: Bench) -> None:
    """It had performed, lost the answer, and refuses the repeat and the cancellation."""
    bench.merchant.plan("PerformTransaction", "silent", error(-31008))
    bench.merchant.plan("CancelTransaction", error(-31007))
    payment = bench.go_on(bench.pay(), 1_000)
    assert payment.state == Receipt.PAID
    assert len(bench.merchant.sent("CheckTransaction")) == 1
    assert bench.agreed(payment)


def test_a_merchant_that_will_not_cancel_an_unpaid_one_keeps_it_in_21(bench: Bench) -> None:
    bench.merchant.plan("PerformTransaction", error(-31008))
    bench.merchant.plan("CancelTransaction", error(-31007))
    payment = bench.pay()
    assert (payment.state, payment.suspended) == (Receipt.CANCELLING, True)
    payment = bench.go_on(payment, HOUR)
    assert payment.state == Receipt.CANCELLED
    assert bench.agreed(payment)


def test_a_card_that_cannot_be_debited(bench: Bench) -> None:
    payment = bench.begin()
    card = next(card for card in CARDS if card.outcome == "system-error")
    bench.server.payments.pay(payment.id, card)
    payment = bench.go_on(payment)
    assert (payment.state, payment.reason) == (Receipt.CANCELLED, 2)
    assert payment.error == {
        "code": -31630,
        "message": "unknown system error",
        "data": None,
        "by": "card",
    }
    assert bench.agreed(payment)


def test_a_slow_card_is_waited_for(bench: Bench) -> None:
    payment = bench.begin()
    card = next(card for card in CARDS if card.outcome == "slow-error")
    bench.server.payments.pay(payment.id, card)
    assert bench.go_on(payment).state == Receipt.DEBITING
    assert bench.go_on(payment, 10_000).state == Receipt.CANCELLED


@pytest.mark.parametrize(
    "strange",
    [result(), result(state=2, transaction="1"), result(state="1"), {"result": []}, {"error": 5}],
    ids=str,
)
def test_an_odd_answer_to_create_is_repeated(bench: Bench, strange: object) -> None:
    bench.merchant.plan("CreateTransaction", strange)
    payment = bench.go_on(bench.pay(), 1_000)
    assert payment.state == Receipt.PAID
    assert bench.agreed(payment)


def test_nobody_cancels_while_a_call_is_under_way(bench: Bench) -> None:
    bench.merchant.plan("PerformTransaction", *["deaf"] * 3)
    payment = bench.go_on(bench.go_on(bench.pay(), 1_000), 5_000)
    held = bench.server.payments.records.take(payment.id)
    assert held is not None
    with pytest.raises(Problem, match="a call is under way"):
        bench.server.payments.cancel(payment.id)
    assert bench.server.payments.records.take(payment.id) is None


@pytest.mark.parametrize(
    ("amount", "account", "code"),
    [
        (0, {"order_id": "1"}, -31610),
        (2**60, {"order_id": "1"}, -31610),
        (100, {"phone": "1"}, -31610),
        (100, {}, -31610),
        (100, {"order_id": ""}, -31610),
    ],
)
def test_links_that_cannot_be_paid(
    bench: Bench, amount: int, account: dict[str, str], code: int
) -> None:
    from simulator.web.payments import NewPayment

    with pytest.raises(Problem) as caught:
        bench.server.payments.begin(NewPayment(KASSA, amount, account))
    assert (caught.value.status, caught.value.code) == (409, code)
    assert caught.value.member


def _create(bench: Bench, payment: Payment) -> dict[str, object]:
    """What CreateTransaction for it sends."""
    params = {"amount": payment.amount, "account": dict(payment.account)}
    return {"id": payment.id, "time": bench.server.clock.now(), **params}
