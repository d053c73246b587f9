"""Every page that a payer can come to, in each state of a payment: is it whole, can it be read?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from simulator.caller.retry import RetryPolicy
from simulator.protocol.checkout import Checkout, code_of
from simulator.web.kassas import NewKassa
from simulator.web.payments import accept
from simulator.web.server import Options, Server
from simulator.web.store import Payment
from tests.browser.listening import listening
from tests.browser.visiting import LIMIT_MS, Open, needs_chromium, serious, visiting, within
from tests.simulator.web.conftest import KASSA, Bench
from tests.simulator.web.merchant import KEY, PRICE, Merchant, serving

pytestmark = needs_chromium
HALF_A_DAY_MS = 12 * 3_600_000
FAILS_LATER = "8600143417770323"
NO_SMS = "8600 0609 2109 0842"


@dataclass
class Stage:
    """Where the pages are, and a payment in each state: nothing moves them on."""

    url: str
    merchant: Merchant
    payments: dict[str, Payment] = field(default_factory=dict)


def by_card(bench: Bench, order: str, number: str) -> Payment:
    payment = bench.begin(order)
    bench.server.payments.pay(payment.id, accept(number))
    return bench.go_on(payment)


def cancelled(bench: Bench, payment: Payment) -> Payment:
    bench.server.payments.cancel(payment.id)
    return bench.go_on(payment)


def in_every_state(bench: Bench) -> Iterator[tuple[str, Payment, int]]:
    """Name, payment and the state that it must be in. The one that time takes along comes first."""
    yield "too late", bench.go_on(bench.begin("A-1"), HALF_A_DAY_MS + 1), 50
    yield "paid", bench.pay("A-2"), 4
    yield "refunded", cancelled(bench, bench.pay("A-3")), 50
    yield "by payer", cancelled(bench, bench.begin("A-4")), 50
    yield "bad card", by_card(bench, "A-5", FAILS_LATER), 50
    bench.merchant.plan("CreateTransaction", "deaf")
    yield "paused", bench.pay("A-6"), 20
    bench.merchant.plan("PerformTransaction", "deaf")
    yield "queued", bench.pay("A-7"), 30
    bench.merchant.plan("CancelTransaction", "deaf")
    yield "cancelling", by_card(bench, "A-8", FAILS_LATER), 21
    yield "refused", bench.begin("none-1"), 0
    yield "waiting", bench.begin("A-9"), 0
    going = bench.begin("A-10")
    bench.server.payments.pay(going.id)
    yield "going", bench.server.payments.get(going.id), 1


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with (
        serving(Merchant()) as merchant,
        listening(lambda url: Server(options=Options(public_url=url))) as (url, server),
    ):
        retry = RetryPolicy(1, ())
        name = "Toshkent markaziy fotosuratxonasi"
        server.kassas.add(NewKassa(name, merchant.url, KEY, id=KASSA, retry=retry))
        made = Stage(url, merchant)
        for kind, payment, state in in_every_state(Bench(server, merchant)):
            assert payment.state == state, kind
            made.payments[kind] = payment
        yield made


@pytest.fixture
def opened(browser: Browser, stage: Stage) -> Iterator[Open]:
    # a form that is shown again, and a link that is wrong, answer 422 and 400
    forgiven = "responded with a status of 4"
    with visiting(browser, stage.url, LIMIT_MS, "ru", forgiven) as open_page:
        yield open_page


def slips(page: Page, at: str) -> Iterator[None]:
    """A card that is refused, then the SMS code, typed wrongly."""
    page.goto(at)
    page.fill("#number", NO_SMS)
    page.fill("#expiry", "0399")
    page.locator("button.primary").first.click()
    expect(page.locator(".error")).to_be_visible()
    yield
    page.locator(".test-card.pays").first.click()
    expect(page.locator("#code")).to_be_visible()
    yield
    page.fill("#code", "1")
    page.locator("button.primary").click()
    expect(page.locator("#code-wrong")).to_be_visible()
    yield


def visited(page: Page, stage: Stage, lang: str) -> Iterator[None]:
    """One page after the other."""
    for payment in stage.payments.values():
        page.goto(f"{stage.url}/checkout/{payment.id}?lang={lang}")  # the payment's from now on
        expect(page.locator(".pay-side h1")).to_be_visible()
        yield
    yield from slips(page, f"{stage.url}/checkout/{stage.payments['waiting'].id}")
    for path in ("/bT1ub2JvZHk7YT0xMDAwLjUwO2w9ZGU7Zm9vPTE=", "/checkout/nobody"):
        page.goto(f"{stage.url}{path}?lang={lang}")
        yield


@pytest.mark.parametrize(
    ("lang", "width", "scheme"),
    [("ru", 1280, "dark"), ("uz", 360, "light"), ("en", 360, "dark")],
)
def test_every_page_is_whole_and_can_be_read(
    lang: str, width: int, scheme: Any, opened: Open, stage: Stage
) -> None:
    view = {"width": width, "height": 800}
    page = opened("/sandbox", lang, viewport=view, color_scheme=scheme, reduced_motion="reduce")
    for _ in visited(page, stage, lang):
        assert page.get_attribute("html", "lang") == lang
        within(page, width)
        if lang != "en":
            assert serious(page) == [], page.url


def test_a_shop_that_keeps_the_payer_waiting(opened: Open, stage: Stage) -> None:
    link = code_of(Checkout(KASSA, PRICE, {"order_id": "A-11"}, "uz"))
    with stage.merchant.lock:  # it answers nobody
        page = opened(f"/{link}", "uz", viewport={"width": 360, "height": 800})
        expect(page.locator("h1[role=status]")).to_be_visible()
        assert serious(page) == []
        within(page, 360)
    expect(page.locator(".test-card").first).to_be_visible()
