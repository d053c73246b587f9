"""The sandbox's pages and the runs in a real Chromium: by mouse, by keyboard, without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from simulator.cli.runs import opener_of
from simulator.web.pages.chains import PAGES
from simulator.web.server import Options, Server
from tests.browser.listening import listening
from tests.browser.visiting import (
    LIMIT_MS,
    Open,
    needs_chromium,
    serious,
    tab_to,
    unfolded,
    visiting,
    within,
)
from tests.simulator.web.merchant import Merchant, error, serving
from tests.simulator.web.pages.conftest import Plain, loaded_for

pytestmark = needs_chromium
PATHS = ["/sandbox", *(f"/sandbox/{page.slug}" for page in PAGES), "/runs"]
ERRORS = {"/sandbox/none": 404, "/broken": 500, "/journal/recorded.yaml?text=nowhere": 409}


@dataclass
class Site:
    """Where the pages are, and the merchant that they call."""

    url: str
    merchant: Merchant


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with (
        serving(Plain()) as merchant,
        listening(lambda url: server_of(merchant, url), broken) as (url, _),
    ):
        yield Site(url, merchant)


def server_of(merchant: Merchant, url: str) -> Server:
    """One that can run scenarios."""
    server = Server(loaded_for(merchant), Options(public_url=url))
    server.open_run = opener_of(server, None)
    return server


def broken(app: Flask) -> None:
    """A page whose code has a bug."""
    app.add_url_rule("/broken", "broken", lambda: str(1 // 0))


@pytest.fixture
def opened(browser: Browser, site: Site) -> Iterator[Open]:
    """Opens a page; what it asks of other hosts or complains of fails the test."""
    # a page that answers with an error is told of by Chromium itself
    with visiting(browser, site.url, LIMIT_MS, "ru", "responded with a status of") as open_page:
        yield open_page


def over(page: Page) -> None:
    """Wait for the end of a run."""
    expect(page.locator("#summary.over")).to_be_visible()


def send(page: Page) -> None:
    page.locator("form.ask button.primary").click()
    over(page)


@pytest.mark.parametrize("lang", ["ru", "uz", "en"])
def test_nothing_runs_over_the_edge(lang: str, opened: Open, site: Site) -> None:
    page = opened("/sandbox", lang)
    for path in PATHS:
        page.goto(site.url + path)
        assert page.get_attribute("html", "lang") == lang
        within(page, 360, 1280)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_no_serious_fault(scheme: Any, width: int, opened: Open, site: Site) -> None:
    page = opened("/sandbox", "uz", color_scheme=scheme, viewport={"width": width, "height": 900})
    for path in [*PATHS, *ERRORS]:
        page.goto(site.url + path)
        assert serious(page) == [], path


@pytest.mark.parametrize(("lang", "scheme"), [("ru", "light"), ("uz", "dark")])
def test_axe_finds_no_serious_fault_in_results(
    lang: str, scheme: Any, opened: Open, site: Site
) -> None:
    """Of a page of the sandbox, and of a run."""
    site.merchant.plan("CreateTransaction", error(-31008))
    page = opened("/sandbox/create-transaction", lang, color_scheme=scheme)
    send(page)
    for _ in range(2):
        unfolded(page)
        assert page.locator(".finding").count() > 0
        assert serious(page) == []
        within(page, 360, 1280)
        page.locator("#summary a").click()  # to the first failure
        expect(page.locator(":target.failed")).to_be_in_viewport()
        if "/runs/" not in page.url:
            site.merchant.plan("CreateTransaction", error(-31008))
            page.goto(f"{site.url}/runs")
            page.fill("#scenario", "create.works")
            send(page)


@pytest.mark.parametrize("lang", ["ru", "uz", "en"])
def test_what_goes_wrong_has_a_page(lang: str, opened: Open, site: Site) -> None:
    page = opened("/sandbox", lang)
    for path, status in ERRORS.items():
        answer = page.goto(site.url + path)
        assert answer is not None
        assert answer.status == status
        looks_like_one(page, lang)
    page.goto(f"{site.url}/runs")
    page.evaluate("for (const one of document.getElementsByName('csrf_token')) one.value = 'old'")
    page.locator("form.ask button.primary").click()
    looks_like_one(page, lang)


def looks_like_one(page: Page, lang: str) -> None:
    expect(page.locator(".status-code")).to_be_visible()
    assert page.get_attribute("html", "lang") == lang
    expect(page.locator(".plain a.button")).to_be_visible()
    within(page, 360, 1280)


def test_a_payment_is_created_performed_and_refunded(opened: Open, site: Site) -> None:
    page = opened("/sandbox/create-transaction")
    send(page)
    expect(page.locator(".step.passed:not(:has-text('Проверка в конце'))")).to_have_count(5)
    expect(page.locator("#summary")).to_contain_text("Всё верно")
    page.get_by_role("link", name="PerformTransaction", exact=True).click()
    payme_id = page.locator("#transaction").input_value()
    assert site.merchant.state(payme_id) == 1
    send(page)
    page.get_by_role("link", name="CancelTransaction", exact=True).click()
    expect(page.locator("#reason")).to_have_value("5")
    send(page)
    assert site.merchant.state(payme_id) == -2
    expect(page.locator("#summary")).to_contain_text("Всё верно")


def test_the_sum_is_shown_beside_the_amount(opened: Open) -> None:
    page = opened("/sandbox/invalid-amount", "uz")
    for typed, shown in (("123456789", "1 234 567,89 so'm"), ("5", "0,05 so'm"), ("1.5", "")):
        page.fill("#amount", typed)
        assert page.inner_text("#amount-sum").replace("\u00a0", " ") == shown


def test_a_failure_says_what_why_and_how(opened: Open, site: Site) -> None:
    site.merchant.plan("CheckPerformTransaction", error(-31050, {"ru": "x", "uz": "y", "en": "z"}))
    page = opened("/sandbox/check-perform-transaction", "en")
    send(page)
    finding = page.locator(".finding").first
    expect(finding).to_contain_text("official.check-perform")
    expect(finding).to_contain_text("Usual cause")
    page.get_by_text("curl", exact=True).first.click()
    expect(page.locator("pre[aria-label=curl]").first).to_contain_text("curl -sS")


def test_by_keyboard_alone(opened: Open) -> None:
    page = opened("/sandbox/invalid-amount", "en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    for _ in range(40):
        if page.evaluate("document.activeElement.id") == "amount":
            break
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "amount"
    page.keyboard.press("Control+A")
    page.keyboard.type("777")
    page.keyboard.press("Enter")
    over(page)
    expect(page.locator("#summary")).to_contain_text("All is right")
    expect(page.locator("#amount")).to_have_value("777")


def test_both_scenarios_and_their_report_by_keyboard_alone(opened: Open) -> None:
    page = opened("/sandbox", "uz", viewport={"width": 360, "height": 800})
    tab_to(page, "form[action$='/both'] button")
    page.keyboard.press("Enter")
    over(page)
    expect(page.locator(".scenario")).to_have_count(2)
    tab_to(page, ".step summary")
    page.keyboard.press("Enter")
    expect(page.locator(".step details[open] pre").first).to_be_visible()
    page.goto(page.url)  # from its beginning
    tab_to(page, "a[href$='/report']")
    with page.context.expect_page() as report:
        page.keyboard.press("Enter")
    expect(report.value.locator("h1")).to_be_visible()


def test_without_scripts_it_works_as_well(opened: Open) -> None:
    page = opened("/sandbox/check-perform-transaction", "en", java_script_enabled=False)
    page.locator("form.ask button.primary").click()
    for _ in range(300):  # as <noscript> has it done, which Chromium ignores when it is driven so
        if page.locator("#summary.over").count():
            break
        page.wait_for_timeout(100)
        page.reload()
    expect(page.locator("#summary")).to_contain_text("All is right")


def test_the_theme_is_switched_and_kept(opened: Open, site: Site) -> None:
    page = opened("/sandbox", "en", color_scheme="light")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Dark theme").click()
    page.goto(f"{site.url}/runs")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    expect(page.get_by_role("button", name="Light theme")).to_be_visible()


def test_the_language_is_switched_on_the_page_and_kept(opened: Open, site: Site) -> None:
    page = opened("/sandbox/invalid-account", "ru")
    page.get_by_role("link", name="O'zbekcha").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mavjud bo'lmagan hisob")
    page.goto(f"{site.url}/sandbox")
    assert page.get_attribute("html", "lang") == "uz"


def test_both_scenarios_in_one_click_and_their_report(opened: Open) -> None:
    page = opened("/sandbox")
    page.locator("form[action$='/both'] button").click()
    over(page)
    expect(page.locator("h3", has_text="Сценарий 2")).to_be_visible()
    with page.context.expect_page() as report:
        page.get_by_role("link", name="Открыть отчёт").click()
    shown = report.value
    expect(shown.locator("h1")).to_be_visible()
    assert shown.evaluate("window.origin") == "null"
    expect(shown.locator("#shown")).not_to_be_empty()  # its own script did run


def test_a_tag_is_run_and_watched(opened: Open) -> None:
    page = opened("/runs", "en")
    page.select_option("#tag", "fiscal")
    page.get_by_role("button", name="Run", exact=True).click()
    over(page)
    assert page.locator("#rows .row").count() > 2
    expect(page.get_by_role("link", name="Open the report")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
