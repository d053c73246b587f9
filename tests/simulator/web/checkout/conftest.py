"""A payer with a browser without scripts, at a server whose background work goes on."""

from __future__ import annotations

import html
import re
import time
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from simulator.protocol.checkout import Checkout, code_of
from simulator.web.app import create_app
from simulator.web.payments import CARDS
from simulator.web.store import Payment
from tests.simulator.web.conftest import KASSA, Bench
from tests.simulator.web.merchant import PRICE

BACK = "https://shop.example/back?order=:account.order_id&id=:transaction"
_LIMIT_S = 300  # fifty payers at once take a minute on a machine that does other things
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Payer:
    """What somebody does who wants to pay. `tab` is the address of the page that is open."""

    client: FlaskClient
    bench: Bench
    tab: str = ""

    def follow(self, order: str = "A-17", lang: str = "en", **more: object) -> str:
        """Open a shop's link; the page that it leads to."""
        wish = {"callback": BACK, "timeout_ms": 2000, "amount": PRICE} | more
        checkout = Checkout(KASSA, account={"order_id": order}, language=lang, **wish)  # type: ignore[arg-type]
        return self.open(f"/{code_of(checkout)}")

    def open(self, path: str) -> str:
        answer = self.client.get(path)
        if answer.status_code == 303:
            self.tab = answer.headers["Location"]
            answer = self.client.get(self.tab)
        assert answer.status_code == 200, answer.text
        return html.unescape(answer.text)

    def see(self) -> str:
        """The page as it is now."""
        return self.open(self.tab)

    def press(self, what: str, **fields: str) -> TestResponse:
        """A button of the page that is open."""
        token = _TOKEN.search(self.client.get(self.tab.partition("?")[0]).text)
        data = {**fields, "csrf_token": token[1] if token else self.token}
        return self.client.post(f"{self.tab.partition('?')[0]}/{what}", data=data)

    @property
    def token(self) -> str:
        with self.client.session_transaction() as session:
            return str(session["csrf_token"])

    def pay(self, card: int = 0, code: str = "666666") -> None:
        """Take a test card, type the code."""
        assert self.press("card", take=CARDS[card].number).status_code == 303
        assert self.press("pay", code=code).status_code == 303

    @property
    def payment(self) -> Payment:
        return self.bench.server.payments.get(self.tab.rpartition("/")[2].partition("?")[0])

    def asked(self) -> Payment:
        """Waits until the shop has said whether it can be paid; the page does not wait for long."""
        ended = time.monotonic() + _LIMIT_S
        while time.monotonic() < ended:
            payment = self.payment
            if payment.allowed or payment.error is not None:
                return payment
            time.sleep(0.02)
        raise AssertionError("the shop never said whether it can be paid")

    def until(self, *states: int) -> Payment:
        """Waits until the payment is in one of the states, and nothing is being done."""
        ended = time.monotonic() + _LIMIT_S
        while time.monotonic() < ended:
            payment = self.payment
            if payment.state in states and not payment.busy:
                return payment
            time.sleep(0.02)
        raise AssertionError(f"it is in state {self.payment.state}, not in {states}")

    def stuck(self, state: int) -> Payment:
        """Waits until the payment is stuck in that state; the time is put on to each attempt."""
        server, ended = self.bench.server, time.monotonic() + _LIMIT_S
        while time.monotonic() < ended:
            payment = self.payment
            if payment.state == state and payment.suspended and not payment.busy:
                return payment
            if not payment.busy and payment.due_at and payment.due_at > server.clock.now():
                server.let_time_pass(payment.due_at - server.clock.now())
            time.sleep(0.02)
        raise AssertionError(f"it is in state {self.payment.state}, not stuck in {state}")

    def wait(self, words: str) -> str:
        """The page, once it says that."""
        ended = time.monotonic() + _LIMIT_S
        while time.monotonic() < ended:
            if words in (shown := self.see()):
                return shown
            time.sleep(0.02)
        raise AssertionError(f"never said: {words}\n{self.see()}")


@pytest.fixture
def payer(bench: Bench) -> Payer:
    app = create_app(bench.server)
    app.testing = True
    bench.server.start()
    return Payer(app.test_client(), bench)


@pytest.fixture
def other(payer: Payer) -> Payer:
    """Somebody else."""
    return Payer(payer.client.application.test_client(), payer.bench)
