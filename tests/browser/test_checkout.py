"""The whole way of a payer in a real Chromium: from the shop's page to paid, and back to it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from simulator.caller.retry import RetryPolicy
from simulator.protocol.checkout import Checkout, code_of
from simulator.web.kassas import NewKassa
from simulator.web.server import Options, Server
from tests.browser.listening import listening
from tests.browser.visiting import LIMIT_MS, Heard, needs_chromium, serious, tab_to
from tests.simulator.web.conftest import KASSA
from tests.simulator.web.merchant import KEY, PRICE, Merchant, error, result, serving

pytestmark = [needs_chromium, pytest.mark.xdist_group("checkout-browser")]
EVIL = '"><script>window.owned=1</script><img src=x onerror="window.owned=1">'
WORDS = {
    "ru": ("Ожидает оплаты", "Оплата картой", "Оплачено", "Оплачен"),
    "uz": ("To'lov kutilmoqda", "Karta bilan to'lash", "To'landi", "To'langan"),
    "en": ("Waiting for payment", "Pay by card", "Paid", "Paid"),
}


@dataclass(frozen=True)
class Place:
    """Where the checkout and the shop are."""

    checkout: str
    shop: str


class Watch(Heard):
    """What the pages of one test asked for and complained of."""

    def over(self, context: BrowserContext) -> Page:
        page = self.of(context.new_page())
        page.set_default_timeout(LIMIT_MS)
        return page

    def fine(self, *places: str) -> None:
        """Nobody else was asked for anything, and nothing was complained of."""
        hosts = {urlsplit(address).netloc for address in self.asked} - {""}
        assert hosts <= {urlsplit(place).netloc for place in places}
        assert self.complaints == []


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """`payme-sandbox serve`, as anybody starts it, with the reference shop."""
    command = [sys.executable, "-m", "simulator", "serve", "--memory", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told: dict[str, str] = {}
            while "shop" not in told:
                name, _, address = process.stdout.readline().partition(" ")
                assert name, "it has ended"
                told[name] = address.strip().rstrip("/")
            yield Place(told["sandbox"], told["shop"])
        finally:
            process.terminate()


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def scripted() -> Iterator[tuple[Merchant, Place]]:
    """A merchant that answers what a test plans, and a checkout of its own."""
    with (
        serving(Merchant()) as merchant,
        listening(lambda url: Server(options=Options())) as (address, server),
    ):
        retry = RetryPolicy(2, (10,))
        server.kassas.add(NewKassa("Shop", merchant.url, KEY, id=KASSA, retry=retry))
        server.start()
        yield merchant, Place(address, merchant.url)


def looks_well(page: Page, width: int, axe: bool = True) -> None:
    """Nothing is cut off, and nothing keeps anybody from reading it."""
    page.wait_for_load_state("load")  # before that it may have no style yet
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    assert page.evaluate("window.owned ?? null") is None
    if axe:
        assert serious(page) == [], page.url


@pytest.mark.parametrize(("language", "width"), [("ru", 1280), ("uz", 360), ("en", 360)])
def test_from_the_shops_page_to_paid(
    browser: Browser, place: Place, watch: Watch, language: str, width: int
) -> None:
    waiting, card, paid, at_shop = WORDS[language]
    scheme: Literal["dark", "light"] = "dark" if language == "uz" else "light"
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = watch.over(context)
    page.goto(f"{place.shop}/?lang={language}")
    looks_well(page, width)
    page.locator("#copies").fill("3")
    page.locator("main button").click()
    expect(page.locator(".standing")).to_have_text(waiting)
    expect(page.locator("img.qr")).to_be_visible()
    looks_well(page, width)
    page.locator("a.button").click()
    expect(page.locator("h1")).to_have_text(card)
    looks_well(page, width)
    page.locator(".test-card.pays").first.click()
    looks_well(page, width)
    page.locator("[data-fill]").click()
    receipt = page.url.partition("?")[0]
    page.locator("button.primary").click()
    page.wait_for_url(f"{place.shop}/orders/*")
    expect(page.locator(".standing")).to_have_text(at_shop)
    looks_well(page, width)
    page.goto(receipt)  # where it stays this time
    expect(page.locator("h1.good")).to_contain_text(paid)
    looks_well(page, width)
    context.close()
    watch.fine(place.shop, place.checkout)


def test_the_shops_page_turns_to_paid_by_itself(
    browser: Browser, place: Place, watch: Watch
) -> None:
    """Whoever scanned the code pays elsewhere; the page with the code only looks on."""
    context = browser.new_context(locale="en")
    page, phone = watch.over(context), watch.over(browser.new_context(locale="en"))
    page.goto(f"{place.shop}/?lang=en")
    page.locator("main button").click()
    phone.goto(str(page.locator("a.button").get_attribute("href")))
    phone.locator(".test-card.pays").first.click()
    phone.locator("#code").fill("666666")
    phone.locator("button.primary").click()
    expect(page.locator(".standing")).to_have_text("Paid")
    phone.context.close()
    context.close()
    watch.fine(place.shop, place.checkout)


def test_by_the_keyboard_alone(browser: Browser, place: Place, watch: Watch) -> None:
    context = browser.new_context()
    page = watch.over(context)
    page.goto(f"{place.shop}/?lang=en")
    tab_to(page, "#copies")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{place.shop}/orders/*")
    tab_to(page, "a.button")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{place.checkout}/checkout/*")
    tab_to(page, "#number")
    page.keyboard.type("8600069195406311")
    expect(page.locator("#number")).to_have_value("8600 0691 9540 6311")
    tab_to(page, "#expiry")
    page.keyboard.type("0399")
    expect(page.locator("#expiry")).to_have_value("03/99")
    page.keyboard.press("Enter")
    page.wait_for_selector("#code")
    tab_to(page, "#code")
    page.keyboard.type("666666")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{place.shop}/orders/*")
    expect(page.locator(".standing.paid")).to_be_visible()
    context.close()
    watch.fine(place.shop, place.checkout)


def test_without_scripts(browser: Browser, place: Place, watch: Watch) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = watch.over(context)
    page.goto(f"{place.shop}/?lang=en")
    page.locator("main button").click()
    page.locator("a.button").click()
    page.locator(".test-card.pays").first.click()
    page.locator("#code").fill("666666")
    page.locator("button.primary").click()
    page.wait_for_url(f"{place.shop}/orders/*")
    expect(page.locator(".standing.paid")).to_be_visible()
    context.close()
    watch.fine(place.shop, place.checkout)


def test_by_the_shops_form_and_back_again(browser: Browser, place: Place, watch: Watch) -> None:
    context = browser.new_context()
    page = watch.over(context)
    page.goto(f"{place.shop}/?lang=en")
    page.locator("main button").click()
    page.locator("summary").click()
    page.locator("details button").click()
    page.wait_for_url(f"{place.checkout}/checkout/*")
    expect(page.locator(".order-side")).to_contain_text("Photo prints, order")
    page.locator(".test-card.pays").first.click()
    page.locator("#code").fill("666666")
    page.locator("button.primary").click()
    page.wait_for_url(f"{place.shop}/orders/*")
    expect(page.locator(".standing.paid")).to_be_visible()
    page.go_back()
    page.wait_for_selector("h1.good")
    page.go_back()
    page.wait_for_selector("h1.good")  # the code's page says that it is paid already
    context.close()
    watch.fine(place.shop, place.checkout)


def test_a_payment_that_was_cancelled_leads_back_and_can_be_begun_again(
    browser: Browser, place: Place, watch: Watch
) -> None:
    context = browser.new_context()
    page = watch.over(context)
    page.goto(f"{place.shop}/?lang=en")
    page.locator("main button").click()
    page.locator("a.button").click()
    page.get_by_role("button", name="Cancel the payment").click()
    page.wait_for_url(f"{place.shop}/orders/*")
    expect(page.locator(".standing")).to_have_text("Waiting for payment")
    page.locator("a.button").click()
    expect(page.locator("h1")).to_have_text("Pay by card")
    context.close()
    watch.fine(place.shop, place.checkout)


def test_no_answer_of_a_merchant_runs(
    browser: Browser, scripted: tuple[Merchant, Place], watch: Watch
) -> None:
    merchant, place = scripted
    context = browser.new_context(viewport={"width": 360, "height": 800})
    page = watch.over(context)
    evil = {EVIL: EVIL, "items": [{"title": EVIL, "price": 1, "count": 1}], "ru": EVIL, "en": EVIL}
    merchant.plan(
        "CheckPerformTransaction",
        result(allow=True, additional=evil, detail=evil),
        error(-31050, evil, EVIL),
    )
    link = f"/{code_of(Checkout(KASSA, PRICE, {'order_id': EVIL.replace(';', '')}, 'en'))}"
    page.goto(place.checkout + link)
    expect(page.locator(".order-side")).to_contain_text("window.owned=1")
    looks_well(page, 360)
    page.locator(".test-card.pays").first.click()
    merchant.plan("CreateTransaction", error(-31050, {"ru": EVIL, "en": EVIL}, EVIL))
    page.locator("#code").fill("666666")
    page.locator("button.primary").click()
    expect(page.locator("blockquote")).to_contain_text("window.owned=1")
    looks_well(page, 360)
    page.locator("a.primary").click()
    expect(page.locator("h1")).to_have_text("The order cannot be paid")
    expect(page.locator("blockquote")).to_contain_text("window.owned=1")
    looks_well(page, 360)
    context.close()
    watch.fine(place.checkout)


def test_a_shop_that_does_not_answer_until_12_hours_are_over(
    browser: Browser, scripted: tuple[Merchant, Place], watch: Watch
) -> None:
    merchant, place = scripted
    context = browser.new_context(viewport={"width": 360, "height": 800})
    page = watch.over(context)
    merchant.plan("PerformTransaction", *["deaf"] * 9)
    page.goto(f"{place.checkout}/{code_of(Checkout(KASSA, PRICE, {'order_id': 'A-1'}, 'uz'))}")
    page.locator(".test-card.pays").first.click()
    page.locator("#code").fill("666666")
    page.locator("button.primary").click()
    expect(page.locator("h1")).to_have_text("Do'kon javob bermayapti")
    looks_well(page, 360)
    page.get_by_role("button", name="12 soat o'tsin").click()
    expect(page.locator("h1")).to_have_text("To'lov bekor qilindi")
    expect(page.locator(".pay-side")).to_contain_text("Pul qaytarildi.")
    assert [one["state"] for one in merchant.transactions.values()] == [-1]
    looks_well(page, 360)
    context.close()
    watch.fine(place.checkout)


@pytest.mark.parametrize("language", ["ru", "uz", "en"])
def test_a_bad_link_is_told(browser: Browser, place: Place, watch: Watch, language: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800})
    page = watch.over(context)
    bad = "bT1ub2JvZHk7YT0xMDAwLjUwO2w9ZGU7Yz1qYXZhc2NyaXB0OmFsZXJ0KDEpO2Zvbz0x"
    answer = page.goto(f"{place.checkout}/{bad}?lang={language}")
    assert answer is not None
    assert answer.status == 400
    expect(page.locator("tbody").first.locator("code")).to_have_text(["l", "ac.order_id", "a", "c"])
    assert page.locator("html").get_attribute("lang") == language
    looks_well(page, 360)
    context.close()
    watch.complaints = [one for one in watch.complaints if "with a status of 400" not in one]
    watch.fine(place.checkout)


@pytest.mark.parametrize(("language", "scheme"), [("uz", "dark"), ("ru", "light")])
def test_the_shop_says_what_is_wrong(
    browser: Browser, place: Place, watch: Watch, language: str, scheme: Literal["dark", "light"]
) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = watch.over(context)
    page.goto(f"{place.shop}/?lang={language}")
    page.locator("#copies").fill("0")
    page.locator("main button").click()
    expect(page.locator("#wrong")).to_be_visible()
    looks_well(page, 360)
    page.goto(f"{place.shop}/orders/none")
    expect(page.locator("main a.button")).to_be_visible()
    looks_well(page, 360)
    context.close()
    watch.complaints = [one for one in watch.complaints if "with a status of 4" not in one]
    watch.fine(place.shop)
