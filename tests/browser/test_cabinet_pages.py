"""The cabinet in a real Chromium: three languages, narrow and wide, by keyboard, live, hostile."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from simulator.web.kassas import CONFIGURED, NewKassa
from simulator.web.payments import NewPayment
from simulator.web.server import Options, Server
from simulator.web.store import Payment
from tests.browser.listening import listening
from tests.browser.visiting import (
    HOSTILE,
    LIMIT_MS,
    Open,
    needs_chromium,
    serious,
    unfolded,
    visiting,
    within,
)
from tests.simulator.web.merchant import KEY, PRICE, Merchant, error, serving
from tests.simulator.web.pages.conftest import loaded_for

pytestmark = needs_chromium

_MORE_TABS = 7
"""One more than the connections that a browser has to a host."""


@dataclass
class Site:
    """Where the pages are, and a payment of each kind."""

    url: str
    server: Server
    merchant: Merchant
    paid: str = ""
    odd: str = ""
    other: str = ""

    def begin(self, order: str) -> Payment:
        begun = self.server.payments.begin(NewPayment(CONFIGURED, PRICE, {"order_id": order}))
        return self.server.payments.look(begun.id)

    def pay(self, order: str) -> str:
        payment = self.begin(order)
        self.server.payments.pay(payment.id)
        settled = self.server.payments.wait(payment.id, LIMIT_MS / 1000)
        assert settled.state == 4
        return payment.id

    def paths(self) -> list[str]:
        shown = ("/payments", "/books?period=day", "/journal", "/journal/2", "/faults", "/settings")
        of_one = (f"/settings/kassas/{self.other}", f"/payments/{self.paid}")
        return [*shown, *of_one, f"/payments/{self.odd}"]


def seen(page: Page, is_seen: bool) -> None:
    """As if the tab had come before the others, or gone behind them."""
    page.evaluate(
        """(isSeen) => {
            Object.defineProperty(document, "hidden", { value: !isSeen, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        is_seen,
    )


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with (
        serving(Merchant()) as merchant,
        listening(lambda url: Server(loaded_for(merchant), Options(public_url=url))) as (
            url,
            server,
        ),
    ):
        server.start()
        made = Site(url, server, merchant)
        made.paid = made.pay("A-1")
        merchant.plan("CheckPerformTransaction", error(-31050, HOSTILE, HOSTILE))
        made.odd = made.begin(HOSTILE).id
        merchant.transactions[made.paid]["amount"] = 5
        made.other = server.kassas.add(
            NewKassa(name="Toshkent markaziy do'koni, ikkinchi kassa", url=merchant.url, key=KEY)
        ).id
        yield made


@pytest.fixture
def opened(browser: Browser, site: Site) -> Iterator[Open]:
    """Opens a page; what it asks of other hosts or complains of fails the test."""
    with visiting(browser, site.url, LIMIT_MS, "en") as open_page:
        yield open_page


@pytest.mark.parametrize("lang", ["ru", "uz", "en"])
def test_nothing_runs_over_the_edge(lang: str, opened: Open, site: Site) -> None:
    page = opened("/payments", lang)
    for path in site.paths():
        page.goto(site.url + path)
        assert page.get_attribute("html", "lang") == lang
        unfolded(page)
        within(page, 360, 1280)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_no_serious_fault(scheme: Any, width: int, opened: Open, site: Site) -> None:
    page = opened("/payments", "uz", color_scheme=scheme, viewport={"width": width, "height": 900})
    for path in site.paths():
        page.goto(site.url + path)
        unfolded(page)
        assert serious(page) == [], path


def test_a_payment_is_refunded_by_keyboard_and_seen_live(opened: Open, site: Site) -> None:
    payment = site.pay("A-keys")
    page = opened(f"/payments/{payment}")
    expect(page.locator(".node.good")).to_contain_text("paid")
    page.locator("summary", has_text="Refund").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "danger"
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("refund")
    expect(page.locator(".node.bad")).to_contain_text("cancelled")
    expect(page.locator(".timeline")).to_contain_text("CancelTransaction")
    assert site.merchant.state(payment) == -2


def test_the_list_shows_a_payment_as_it_comes(opened: Open, site: Site) -> None:
    page = opened("/payments?text=A-live", "ru")
    expect(page.locator(".empty")).to_be_visible()
    page.wait_for_function("performance.getEntriesByType('resource').length > 0")
    site.pay("A-live")
    site.begin("A-live-2")
    expect(page.locator("tbody tr")).to_have_count(2)


def test_tabs_that_nobody_sees_leave_the_connections_to_those_that_are_seen(
    opened: Open, site: Site
) -> None:
    path = "/payments?text=A-hidden"
    first = opened(path)
    for _ in range(_MORE_TABS):
        seen(first.context.pages[-1], False)
        first.context.new_page().goto(site.url + path)
    site.pay("A-hidden")
    seen(first, True)
    expect(first.locator("tbody tr")).to_have_count(1)


def test_both_books_of_a_payment_mark_what_differs(opened: Open, site: Site) -> None:
    page = opened(f"/payments/{site.paid}", "ru")
    page.get_by_role("button", name="Сверить обе книги").click()
    expect(page.locator(".sheet .wrong")).to_have_count(1)
    expect(page.locator(".sheet .wrong")).to_contain_text("0,05 сум")
    page.get_by_role("link", name="O'zbekcha").click()
    assert page.get_attribute("html", "lang") == "uz"


def test_a_fault_is_made_strikes_and_is_found_in_the_journal(opened: Open, site: Site) -> None:
    page = opened("/faults")
    page.select_option("#kind", "drop-reply")
    page.select_option("#method", "CheckPerformTransaction")
    page.fill("#times", "1")
    page.fill("#account_glob", "F-*")
    page.keyboard.press("Enter")
    expect(page.locator(".rule-card")).to_contain_text("1 left")
    site.begin("F-1")
    expect(page.locator(".rule-card")).to_contain_text("0 left")
    page.goto(f"{site.url}/journal")
    page.select_option("#faulted", "yes")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody a").first.click()
    expect(page.locator(".notice")).to_contain_text("on purpose")
    page.goto(f"{site.url}/faults")
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".rule-card")).to_have_count(0)


@pytest.mark.parametrize("script", [True, False])
def test_a_fault_is_asked_for_what_belongs_to_it(opened: Open, script: bool) -> None:
    page = opened("/faults", java_script_enabled=script)
    for kind, shown in (("drop-reply", ()), ("delay", ("delay_ms",)), ("burst", ("count",))):
        page.focus("#kind")
        page.select_option("#kind", kind)
        for name in ("delay_ms", "count"):
            expect(page.locator(f"#{name}")).to_be_visible(visible=name in shown)


def test_an_exchange_is_copied_as_curl_and_taken_away(opened: Open) -> None:
    page = opened("/journal/2", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the command").click()
    page.get_by_text("Copied", exact=True).wait_for()
    assert "curl -sS" in page.evaluate("navigator.clipboard.readText()")
    for name, file in (("HAR", "payme-sandbox.har"), ("scenario", "recorded.yaml")):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).last.click()
        assert download.value.suggested_filename == file


def test_a_browser_answers_from_the_har(
    browser: Browser, opened: Open, site: Site, tmp_path: Path
) -> None:
    """What was recorded is opened by another program, and the merchant is not asked again."""
    page = opened("/journal?method=CreateTransaction")
    with page.expect_download() as download:
        page.get_by_role("link", name="HAR").click()
    file = tmp_path / "recorded.har"
    download.value.save_as(file)
    entry = json.loads(file.read_text(encoding="utf-8"))["log"]["entries"][0]
    asked, calls = entry["request"], len(site.merchant.calls)
    context = browser.new_context()
    context.route_from_har(file, url=asked["url"])
    elsewhere = context.new_page()
    elsewhere.route("**/empty", lambda route: route.fulfill(body="", content_type="text/html"))
    elsewhere.goto(f"{asked['url']}/empty")  # of the same origin
    told = elsewhere.evaluate(
        "([url, body]) => fetch(url, {method: 'POST', body}).then((answer) => answer.text())",
        [asked["url"], asked["postData"]["text"]],
    )
    context.close()
    assert told == entry["response"]["content"]["text"]
    assert json.loads(told)["result"]["state"] == 1
    assert len(site.merchant.calls) == calls


def test_a_key_is_shown_and_hidden_again(opened: Open) -> None:
    page = opened("/settings")
    expect(page.locator("main")).not_to_contain_text(KEY)
    page.get_by_role("button", name="Show").last.click()
    expect(page.locator("code.key")).to_have_text(KEY)
    page.get_by_role("link", name="Hide").click()
    expect(page.locator("main")).not_to_contain_text(KEY)


def test_without_scripts_a_payment_is_refunded_as_well(opened: Open, site: Site) -> None:
    payment = site.pay("A-plain")
    page = opened(f"/payments/{payment}", java_script_enabled=False)
    page.locator("summary", has_text="Refund").click()
    page.locator("button.danger").click()
    assert site.server.payments.wait(payment, LIMIT_MS / 1000).state == 50
    page.reload()
    expect(page.locator(".node.bad")).to_be_visible()


def test_a_kassa_is_changed_by_keyboard(opened: Open, site: Site) -> None:
    page = opened("/settings", "uz")
    page.get_by_role("link", name="O'zgartirish").focus()
    page.keyboard.press("Enter")
    page.locator("#name").fill("renamed")
    expect(page.locator("#key")).to_have_value("")
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_contain_text("o'zgartirildi")
    expect(page.locator("article h3").last).to_have_text("renamed")
    kassas = site.server.kassas
    assert kassas.key(kassas.get(site.other)) == KEY


def test_payments_of_a_day(opened: Open, site: Site) -> None:
    page = opened("/payments?text=A-1")
    expect(page.locator("tbody tr")).not_to_have_count(0)
    page.fill("#to", "2001-02-03")
    page.keyboard.press("Enter")
    expect(page.locator(".empty")).to_be_visible()
    expect(page.locator("#to")).to_have_value("2001-02-03")
    page.fill("#to", "")
    page.fill("#from", "2001-02-03")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).not_to_have_count(0)


def test_a_developer_goes_from_the_checkout_to_the_calls_and_copies_one(
    opened: Open, site: Site
) -> None:
    allowed = ["clipboard-read", "clipboard-write"]
    page = opened(f"/checkout/{site.paid}", "ru", permissions=allowed)
    page.get_by_role("link", name="Для разработчика").click()
    expect(page.locator(".timeline")).to_contain_text("PerformTransaction")
    page.locator(".on-terminal summary").click()
    page.locator(".on-terminal button.copy").first.click()
    page.locator(".on-terminal").get_by_text("Скопировано", exact=True).wait_for()
    assert f"/control/kassas/{CONFIGURED}/books" in page.evaluate("navigator.clipboard.readText()")
