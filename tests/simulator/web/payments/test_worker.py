"""The background threads, with the real clock and many payers."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from simulator.caller.retry import RetryPolicy
from simulator.web.kassas import NewKassa
from simulator.web.payments import NewPayment
from simulator.web.server import Server
from tests.simulator.web.conftest import KASSA, Bench
from tests.simulator.web.merchant import KEY, PRICE, Merchant

PATIENCE_S = 60


@pytest.fixture
def live(merchant: Merchant) -> Iterator[Bench]:
    server = Server()
    retry = RetryPolicy(3, (20,))
    server.kassas.add(NewKassa(name="shop", url=merchant.url, key=KEY, id=KASSA, retry=retry))
    server.start()
    yield Bench(server, merchant)
    server.close()


def test_payers_at_once(live: Bench) -> None:
    """Each with two tabs, in which they press twice."""
    payments = live.server.payments
    ids: list[str] = []

    def payer(number: int) -> None:
        for _ in range(2):
            begun = payments.look(
                payments.begin(NewPayment(KASSA, PRICE, {"order_id": f"A-{number}"})).id
            )
            ids.append(begun.id)
            if begun.allowed:
                payments.pay(begun.id)
                payments.pay(begun.id)

    threads = [threading.Thread(target=payer, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    settled = [payments.wait(one, PATIENCE_S) for one in ids]
    assert sum(one.state == 4 for one in settled) == 12
    assert len(live.merchant.sent("PerformTransaction")) == 12
    assert all(live.agreed(one) for one in settled if one.allowed)


def test_a_lost_answer_is_repeated_by_itself(live: Bench) -> None:
    live.merchant.plan("PerformTransaction", "silent", "silent")
    payment = live.begin()
    live.server.payments.pay(payment.id)
    assert live.server.payments.wait(payment.id, PATIENCE_S).state == 4
    first, *others = live.merchant.sent("PerformTransaction")
    assert others == [first, first]


def test_time_that_passes_wakes_it(live: Bench) -> None:
    live.merchant.plan("PerformTransaction", *["silent"] * 3)
    payment = live.begin()
    live.server.payments.pay(payment.id)
    assert live.server.payments.wait(payment.id, PATIENCE_S).state == 30
    live.server.let_time_pass(60_000)
    done = live.server.payments.records.wait(payment.id, lambda p: p.state == 4, PATIENCE_S)
    assert done.state == 4


def test_a_failure_of_ours_is_told_and_the_others_go_on(
    live: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = live.begin("A-1")
    real = live.server.kassas.get

    def get(kassa_id: str) -> object:
        if threading.current_thread().name == f"payment {broken.id}":
            raise RuntimeError("a defect")
        return real(kassa_id)

    monkeypatch.setattr(live.server.kassas, "get", get)
    live.server.payments.pay(broken.id)
    other = live.begin("A-2")
    live.server.payments.pay(other.id)
    assert live.server.payments.wait(other.id, PATIENCE_S).state == 4
    left = live.server.payments.records.wait(
        broken.id, lambda p: not p.busy and (p.due_at or 0) > live.server.clock.now(), PATIENCE_S
    )
    assert left.state == 1
    assert "RuntimeError: a defect" in capsys.readouterr().err
