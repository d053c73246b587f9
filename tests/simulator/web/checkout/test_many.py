"""A shop that hangs, a server that stops meanwhile, and many payers at once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from simulator.web.payments import Receipt
from tests.simulator.web.checkout.conftest import Payer
from tests.simulator.web.conftest import Bench

PAYERS = 50


def test_a_shop_that_hangs_keeps_nobody_from_seeing_that(payer: Payer, bench: Bench) -> None:
    with bench.merchant.lock:  # it takes the call, and does not answer
        page = payer.follow()
        assert "Asking the shop" in page
        assert '<meta http-equiv="refresh" content="2">' in page
        before = payer.client.get(f"{payer.tab}/version").get_json()
        assert "Asking the shop" in payer.see()
    assert "Pay by card" in payer.wait("Pay by card")
    assert payer.client.get(f"{payer.tab}/version").get_json() != before


def test_a_server_stops_while_the_shop_is_being_asked(payer: Payer, bench: Bench) -> None:
    with bench.merchant.lock:
        payer.follow()
        bench.server.close()
    assert bench.merchant.transactions == {}


def test_fifty_payers_at_once(payer: Payer, bench: Bench) -> None:
    application = payer.client.application
    payers = [Payer(application.test_client(), bench) for _ in range(PAYERS)]

    def goes(number: int) -> int:
        """From the link to the receipt; two payers for every fifth order."""
        one = payers[number]
        one.follow(f"A-{number - number % 5 // 4}")
        if one.payment.allowed:
            one.pay()
        return one.until(Receipt.PAID, Receipt.CANCELLED, Receipt.WAITING).state

    with ThreadPoolExecutor(PAYERS) as pool:
        ended = Counter(pool.map(goes, range(PAYERS)))
    bench.server.worker.run_due()
    states = Counter(one["state"] for one in bench.merchant.transactions.values())
    paid = [one for one in payers if one.payment.state == Receipt.PAID]
    assert len(paid) == states[2] == PAYERS - PAYERS // 5
    assert set(states) == {2}
    assert sum(ended.values()) == PAYERS
    assert all(bench.agreed(one.payment) for one in paid)
