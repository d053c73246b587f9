"""A shop that hangs, a server that stops meanwhile, and many payers at once."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from flask.testing import FlaskClient

from simulator.web.payments import Receipt
from tests.simulator.web.checkout.conftest import Payer
from tests.simulator.web.conftest import KASSA, Bench
from tests.simulator.web.merchant import PRICE

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


class Onlooker(threading.Thread):
    """Somebody who goes through the cabinet's pages until told to stop, once at least."""

    pages = (
        "/payments",
        "/payments?text=A-1",
        "/books?period=hour",
        "/journal",
        "/journal?text=A-1",
        "/sandbox",
        "/faults",
        "/settings",
    )

    def __init__(self, client: FlaskClient) -> None:
        super().__init__(daemon=True)
        self._client = client
        self.seen: list[tuple[str, int]] = []
        self.enough = threading.Event()

    def run(self) -> None:
        while True:
            for page in self.pages:
                self.seen.append((page, self._client.get(page).status_code))
            if self.enough.is_set():
                return


def test_fifty_payers_at_once(payer: Payer, bench: Bench) -> None:
    """Two for every fifth order, one of whom is refused; the pages answer all the while."""
    application = payer.client.application
    payers = [Payer(application.test_client(), bench) for _ in range(PAYERS)]

    def goes(number: int) -> int:
        """From the link to the receipt."""
        one = payers[number]
        one.follow(f"A-{number - number % 5 // 4}")
        if one.asked().allowed:
            one.pay()
        return one.until(Receipt.PAID, Receipt.CANCELLED, Receipt.WAITING).state

    onlooker = Onlooker(application.test_client())
    onlooker.start()
    with ThreadPoolExecutor(PAYERS) as pool:
        ended = Counter(pool.map(goes, range(PAYERS)))
    onlooker.enough.set()
    onlooker.join()
    assert {status for _, status in onlooker.seen} == {200}, onlooker.seen
    assert {page for page, _ in onlooker.seen} == set(Onlooker.pages)
    bench.server.worker.run_due()
    states = Counter(one["state"] for one in bench.merchant.transactions.values())
    paid = [one for one in payers if one.payment.state == Receipt.PAID]
    assert len(paid) == states[2] == PAYERS - PAYERS // 5
    assert set(states) == {2}
    assert sum(ended.values()) == PAYERS
    now = bench.server.clock.now()
    books = bench.server.books.compare(KASSA, now - 86_400_000, now)
    assert {line.verdict for line in books.lines} == {"agrees"}
    assert books.ours_paid == books.theirs_paid == len(paid) * PRICE
