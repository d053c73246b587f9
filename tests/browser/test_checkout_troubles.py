"""Payers who press twice, open two tabs, go back, walk away; shops that hang, refuse, give up.

Each ends in what both sides say, seen by the payer on the page.
"""

from __future__ import annotations

import time
from contextlib import suppress

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from playwright.sync_api import TimeoutError as Late

from simulator.protocol.checkout import Checkout, code_of
from tests.browser.test_checkout import Place, Watch, scripted, watch
from tests.browser.visiting import LIMIT_MS, needs_chromium
from tests.simulator.web.conftest import KASSA
from tests.simulator.web.merchant import KEY, PRICE, Merchant, error

__all__ = ["scripted", "watch"]
pytestmark = [needs_chromium, pytest.mark.xdist_group("checkout-browser")]
HOURS_12 = 43_200_000
Scene = tuple[Merchant, Place]


def link(place: Place, order: str = "A-1", kassa: str = KASSA) -> str:
    return f"{place.checkout}/{code_of(Checkout(kassa, PRICE, {'order_id': order}, 'en'))}"


def to_the_code(page: Page, address: str) -> str:
    """Open the link, take a card, type the code; where the payment is."""
    page.goto(address)
    page.locator(".test-card.pays").first.click()
    page.locator("#code").fill("666666")
    return page.url.partition("?")[0]


def states(merchant: Merchant) -> list[int]:
    """Of every transaction that the shop has."""
    return [one["state"] for one in merchant.transactions.values()]


def paid_once(merchant: Merchant) -> None:
    assert states(merchant) == [2]
    assert len(merchant.sent("CreateTransaction")) == 1
    assert len(merchant.sent("PerformTransaction")) == 1


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_pressed_twice(browser: Browser, scripted: Scene, watch: Watch, scripts: bool) -> None:
    merchant, place = scripted
    context = browser.new_context(java_script_enabled=scripts)
    page = watch.over(context)
    to_the_code(page, link(place))
    page.locator("button.primary").dblclick()
    expect(page.locator("h1.good")).to_contain_text("Paid")
    paid_once(merchant)
    context.close()
    watch.fine(place.checkout)


def test_two_tabs(browser: Browser, scripted: Scene, watch: Watch) -> None:
    """The same link in both, and the code is typed in both before either is sent."""
    merchant, place = scripted
    context = browser.new_context()
    one, other = watch.over(context), watch.over(context)
    assert to_the_code(one, link(place)) == to_the_code(other, link(place))
    for page in (one, other):
        page.locator("button.primary").click()
    for page in (one, other):
        expect(page.locator("h1.good")).to_contain_text("Paid")
    paid_once(merchant)
    context.close()
    watch.fine(place.checkout)


def test_another_browser_comes_too_late(browser: Browser, scripted: Scene, watch: Watch) -> None:
    merchant, place = scripted
    one, other = (watch.over(browser.new_context()) for _ in range(2))
    assert to_the_code(one, link(place)) != to_the_code(other, link(place))
    one.locator("button.primary").click()
    expect(one.locator("h1.good")).to_contain_text("Paid")
    other.locator("button.primary").click()
    expect(other.locator("h1")).to_have_text("The payment was cancelled")
    expect(other.locator("blockquote")).to_have_text("busy")
    expect(other.locator(".pay-side")).to_contain_text("Nothing was debited.")
    assert states(merchant) == [2]
    for page in (one, other):
        page.context.close()
    watch.fine(place.checkout)


def test_going_back_to_take_another_card(browser: Browser, scripted: Scene, watch: Watch) -> None:
    merchant, place = scripted
    context = browser.new_context()
    page = watch.over(context)
    page.goto(link(place))
    page.locator(".test-card:not(.pays)").last.click()  # one that the bank would refuse
    page.wait_for_selector("#code")
    page.go_back()
    page.locator(".test-card.pays").nth(1).click()
    page.locator("#code").fill("666666")
    page.locator("button.primary").click()
    expect(page.locator("h1.good")).to_contain_text("Paid")
    expect(page.locator(".pay-side")).to_contain_text("8600 49")
    page.go_back()
    expect(page.locator("h1.good")).to_contain_text("Paid")
    paid_once(merchant)
    context.close()
    watch.fine(place.checkout)


def test_walking_away_before_paying(browser: Browser, scripted: Scene, watch: Watch) -> None:
    """Nothing is called; 12 hours later the receipt is over, and the order can still be paid."""
    merchant, place = scripted
    context = browser.new_context()
    page = watch.over(context)
    receipt = to_the_code(page, link(place))
    page.close()
    time_passes(place, HOURS_12)
    page = watch.over(context)
    page.goto(receipt)
    expect(page.locator("h1")).to_have_text("The payment was cancelled")
    expect(page.locator(".pay-side")).to_contain_text("It was not finished within 12 hours.")
    assert merchant.sent("CreateTransaction") == []
    page.locator("a.primary").click()
    expect(page.locator("h1")).to_have_text("Pay by card")
    context.close()
    watch.fine(place.checkout)


def time_passes(place: Place, by_ms: int) -> None:
    answer = httpx.post(
        f"{place.checkout}/control/clock", json={"advance_ms": by_ms}, trust_env=False, timeout=60
    )
    answer.raise_for_status()


def test_closing_the_page_while_it_is_being_paid(
    browser: Browser, scripted: Scene, watch: Watch
) -> None:
    """The shop has not answered Create yet when the browser is gone."""
    merchant, place = scripted
    context = browser.new_context()
    page = watch.over(context)
    receipt = to_the_code(page, link(place))
    with merchant.lock:
        page.locator("button.primary").click()
        expect(page.locator("h1")).to_have_text("The payment is going on")
        context.close()
    context = browser.new_context()
    page = watch.over(context)
    page.goto(receipt)
    expect(page.locator("h1.good")).to_contain_text("Paid")
    paid_once(merchant)
    context.close()
    watch.fine(place.checkout)


def hasty(place: Place, merchant: Merchant) -> str:
    """A kassa at which nobody is waited for long, nor asked twice; its id."""
    made = httpx.post(
        f"{place.checkout}/control/kassas",
        json={
            "name": "hasty",
            "url": merchant.url,
            "key": KEY,
            "timeout_ms": 1_000,
            "attempts": 1,
        },
        trust_env=False,
        timeout=60,
    )
    return str(made.raise_for_status().json()["id"])


@pytest.mark.parametrize(
    ("method", "told"),
    [("CreateTransaction", "nothing was debited"), ("PerformTransaction", "The money was debited")],
)
def test_a_shop_that_hangs(
    browser: Browser, scripted: Scene, watch: Watch, method: str, told: str
) -> None:
    """It takes the call, obeys, and says nothing; the payer tries again by hand."""
    merchant, place = scripted
    merchant.plan(method, "hang")
    context = browser.new_context()
    page = watch.over(context)
    to_the_code(page, link(place, kassa=hasty(place, merchant)))
    page.locator("button.primary").click()
    expect(page.locator("h1")).to_have_text("The shop does not answer")
    expect(page.locator(".pay-side")).to_contain_text(told)
    until_paid(page)
    assert states(merchant) == [2]
    assert len({call["id"] for call in merchant.sent(method)}) == 1
    context.close()
    watch.fine(place.checkout)


def until_paid(page: Page) -> None:
    """Press "try now" for as long as it is there; on a busy machine no call may be quick enough."""
    ended = time.monotonic() + LIMIT_MS / 1000
    now, good = page.get_by_role("button", name="Try now"), page.locator("h1.good")
    while time.monotonic() < ended:
        expect(now.or_(good)).to_be_visible()
        if good.is_visible():
            return
        with suppress(Late):  # it was paid meanwhile
            now.click(timeout=2_000)
    raise AssertionError(page.inner_text("main"))


def test_giving_up_on_a_shop_that_does_not_answer(
    browser: Browser, scripted: Scene, watch: Watch
) -> None:
    merchant, place = scripted
    merchant.plan("CreateTransaction", *["silent"] * 2)
    context = browser.new_context()
    page = watch.over(context)
    to_the_code(page, link(place))
    page.locator("button.primary").click()
    expect(page.locator("h1")).to_have_text("The shop does not answer")
    page.get_by_role("button", name="Cancel the payment").click()
    expect(page.locator("h1")).to_have_text("The payment was cancelled")
    expect(page.locator(".pay-side")).to_contain_text("Nothing was debited.")
    assert states(merchant) == [-1]
    context.close()
    watch.fine(place.checkout)


def test_a_shop_that_refuses_to_perform(browser: Browser, scripted: Scene, watch: Watch) -> None:
    merchant, place = scripted
    merchant.plan("PerformTransaction", error(-31008, {"en": "too late"}))
    context = browser.new_context()
    page = watch.over(context)
    to_the_code(page, link(place))
    page.locator("button.primary").click()
    expect(page.locator("h1")).to_have_text("The payment was cancelled")
    expect(page.locator("blockquote")).to_have_text("too late")
    expect(page.locator(".pay-side")).to_contain_text("The money was given back.")
    assert states(merchant) == [-1]
    context.close()
    watch.fine(place.checkout)


def test_the_shop_is_asked_again_in_the_background(
    browser: Browser, scripted: Scene, watch: Watch
) -> None:
    """Nobody presses anything: the page turns to paid once the next attempt is due."""
    merchant, place = scripted
    merchant.plan("PerformTransaction", *["deaf"] * 2)
    context: BrowserContext = browser.new_context()
    page = watch.over(context)
    to_the_code(page, link(place))
    page.locator("button.primary").click()
    expect(page.locator("h1")).to_have_text("The shop does not answer")
    time_passes(place, 60_000)
    expect(page.locator("h1.good")).to_contain_text("Paid")
    assert states(merchant) == [2]
    context.close()
    watch.fine(place.checkout)
