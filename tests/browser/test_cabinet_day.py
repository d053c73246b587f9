"""A day at the kassa's desk, from the empty list to a restored snapshot: every action once."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from simulator.web.server import Options, Server
from tests.browser.listening import listening
from tests.browser.visiting import LIMIT_MS, Open, needs_chromium, visiting
from tests.simulator.web.merchant import KEY, Merchant, serving
from tests.simulator.web.pages.conftest import loaded_for

pytestmark = needs_chromium


@pytest.fixture
def at_the_desk(browser: Browser) -> Iterator[tuple[Open, Merchant]]:
    with (
        serving(Merchant()) as merchant,
        listening(lambda url: Server(loaded_for(merchant), Options(public_url=url))) as at,
    ):
        url, server = at
        server.start()
        with visiting(browser, url, LIMIT_MS, "en") as open_page:
            yield open_page, merchant


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def go(page: Page, name: str) -> None:
    page.locator(".main-nav").get_by_role("link", name=name).click()


def confirm(page: Page, summary: str, button: str) -> None:
    """What cannot be undone is asked for twice."""
    page.locator("summary", has_text=summary).click()
    press(page, button)


def begin_and_pay(page: Page) -> None:
    press(page, "New order and payment")
    expect(page.locator(".node[aria-current]")).to_contain_text("waits for the payer")
    here = page.url
    page.get_by_role("link", name="Open the payer").click()
    page.locator(".test-card.pays").first.click()
    page.locator("#code").fill("666666")
    page.locator("button.primary").click()
    expect(page.locator("h1.good")).to_be_visible()
    page.goto(here)
    expect(page.locator(".node.good")).to_contain_text("paid")


def said(page: Page, text: str) -> None:
    expect(page.locator("#said, p.notice").first).to_contain_text(text)


def test_a_day(at_the_desk: tuple[Open, Merchant]) -> None:
    opened, merchant = at_the_desk
    page = opened("/payments")
    begin_and_pay(page)
    page.locator("#method").select_option("PerformTransaction")
    press(page, "Repeat")
    said(page, "The call was made once more")
    page.locator("summary", has_text="SetFiscalData").click()
    press(page, "Send")
    expect(page.locator("main")).to_contain_text("has taken the fiscal receipt")
    press(page, "Let time pass")
    said(page, "Time has passed")
    keep_and_come_back(page)
    another_kassa(page, merchant)


def keep_and_come_back(page: Page) -> None:
    """Snapshot, reset, restore: the payment is gone, and there again."""
    go(page, "Settings")
    expect(page.locator("main")).to_contain_text("ahead")
    page.fill("#snapshot", "friday")
    press(page, "Take a snapshot")
    said(page, "The snapshot is taken")
    confirm(page, "Reset…", "Reset")
    said(page, "as in the beginning")
    expect(page.locator("main")).to_contain_text("the true time")
    go(page, "Payments")
    expect(page.locator(".empty")).to_be_visible()
    go(page, "Settings")
    confirm(page, "Restore…", "Restore")
    said(page, "The snapshot is restored")
    go(page, "Payments")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody .mark")).to_contain_text("paid")


def another_kassa(page: Page, merchant: Merchant) -> None:
    """One that has nothing yet; the list changes with the choice, and nobody makes its orders."""
    go(page, "Settings")
    page.locator("summary", has_text="Add a kassa").click()
    page.fill("#name", "Second")
    page.fill("#url", merchant.url)
    page.fill("#key", KEY.partition(":")[2])
    press(page, "Add")
    expect(page.locator(".kassas article")).to_have_count(2)
    page.select_option("#kassa", label="Second")
    page.wait_for_url(re.compile("kassa="))
    go(page, "Payments")
    expect(page.locator(".empty")).to_be_visible()
    expect(page.locator(".empty button")).to_have_count(0)
    go(page, "Settings")
    page.locator("summary", has_text="Delete").last.click()
    page.locator("button.danger:visible").click()
    expect(page.locator(".kassas article")).to_have_count(1)
