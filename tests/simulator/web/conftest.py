"""A server in memory whose time stands still, and the merchant that it calls."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask.testing import FlaskClient

from simulator.caller.retry import RetryPolicy
from simulator.web.app import create_app
from simulator.web.clock import true_ms
from simulator.web.kassas import NewKassa
from simulator.web.payments import NewPayment
from simulator.web.server import Options, Server
from simulator.web.store import Payment
from tests.simulator.web.merchant import KEY, PRICE, Merchant, serving

KASSA = "65a000000000000000000001"


@dataclass
class Bench:
    """A server with one kassa, nothing in the background: `go_on` does what is due."""

    server: Server
    merchant: Merchant
    slept: list[int] = field(default_factory=list)

    def begin(self, order: str = "A-17", amount: int = PRICE) -> Payment:
        """A payment that the merchant was asked about."""
        begun = self.server.payments.begin(NewPayment(KASSA, amount, {"order_id": order}))
        return self.server.payments.look(begun.id)

    def pay(self, order: str = "A-17") -> Payment:
        """One that was begun and paid, as far as it goes at once."""
        payment = self.begin(order)
        self.server.payments.pay(payment.id)
        return self.go_on(payment)

    def go_on(self, payment: Payment, after_ms: int = 0) -> Payment:
        """The payment after so much time, with all that was due by then done."""
        if after_ms:
            self.server.let_time_pass(after_ms)
            self.merchant.shift_ms += after_ms
        self.server.worker.run_due()
        return self.server.payments.get(payment.id)

    def agreed(self, payment: Payment) -> bool:
        """Whether both sides end with the same."""
        mine = self.server.payments.get(payment.id).state
        theirs = self.merchant.state(payment.id)
        return (mine == 4 and theirs == 2) or (mine == 50 and theirs in (None, -1, -2))


@pytest.fixture
def merchant() -> Iterator[Merchant]:
    with serving(Merchant()) as made:
        yield made


@pytest.fixture
def bench(merchant: Merchant) -> Iterator[Bench]:
    started = true_ms()
    slept: list[int] = []
    options = Options(true_time=lambda: started, rng=random.Random(7), sleep=slept.append)
    server = Server(options=options)
    server.kassas.add(
        NewKassa(
            name="shop",
            url=merchant.url,
            key=KEY,
            id=KASSA,
            timeout_ms=10_000,
            retry=RetryPolicy(3, (1_000, 5_000)),
        )
    )
    yield Bench(server, merchant, slept)
    server.close()


@pytest.fixture
def client(bench: Bench) -> FlaskClient:
    app = create_app(bench.server)
    app.testing = True
    return app.test_client()
