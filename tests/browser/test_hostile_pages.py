"""A merchant that says script wherever it can say anything: on no page does any of it run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from simulator.cli.runs import opener_of
from simulator.config.log import LogConfig
from simulator.web.faults import NewFault
from simulator.web.kassas import CONFIGURED, NewKassa
from simulator.web.payments import NewPayment
from simulator.web.server import Options, Server
from simulator.web.store import Payment
from tests.browser.listening import listening
from tests.browser.visiting import HOSTILE, LIMIT_MS, Open, needs_chromium, unfolded, visiting
from tests.simulator.web.merchant import KEY, PRICE, Answer, Merchant, error, serving
from tests.simulator.web.pages.conftest import loaded_for

pytestmark = needs_chromium
SAID = "window.owned=1"
IN_THREE = {"ru": HOSTILE, "uz": HOSTILE, "en": HOSTILE, HOSTILE: HOSTILE}


class Evil(Merchant):
    """It obeys, and says script: in its log, headers, numbers, goods and statement."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self.headers = {"X-Said": HOSTILE, "Server": HOSTILE}
        self.log = log

    def obey(self, method: str, params: dict[str, Any]) -> Answer:
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"Traceback {HOSTILE}\n")
        answer = super().obey(method, params)
        if "result" in answer:
            answer["result"] |= {HOSTILE: HOSTILE}
        return answer

    def CheckPerformTransaction(self, params: dict[str, Any]) -> Answer:
        answer = super().CheckPerformTransaction(params)
        if "result" in answer:
            goods = {"title": HOSTILE, "price": PRICE, "count": 1, "code": HOSTILE}
            answer["result"] |= {
                "additional": {HOSTILE: HOSTILE},
                "detail": {"items": [goods], "shipping": {"title": HOSTILE, "price": 1}},
            }
        return answer

    def CreateTransaction(self, params: dict[str, Any]) -> Answer:
        answer = super().CreateTransaction(params)
        if "result" in answer:
            self.transactions[params["id"]]["transaction"] = HOSTILE
            answer["result"]["transaction"] = HOSTILE
        return answer

    def GetStatement(self, params: dict[str, Any]) -> Answer:
        answer = super().GetStatement(params)
        told = answer["result"]["transactions"]
        made_up = dict.fromkeys(("id", "transaction", "state", "amount", "reason"), HOSTILE)
        told.append({**made_up, "time": params["from"], "account": {HOSTILE: HOSTILE}})
        return answer


@dataclass
class Site:
    """Where the pages are; what a paid and a refused payment with hostile names are called."""

    url: str
    server: Server
    merchant: Evil
    paid: str = ""
    refused: str = ""
    theirs: str = ""
    kassa: str = ""

    def begin(self, kassa: str, order: str) -> Payment:
        made = self.server.payments.begin(NewPayment(kassa, PRICE, {"order_id": order}))
        return self.server.payments.look(made.id)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    log = tmp_path_factory.mktemp("evil") / "shop.log"
    log.touch()
    evil = Evil(log)
    with serving(evil) as merchant, listening(lambda url: server_of(evil, url)) as (url, server):
        server.start()
        made = Site(url, server, evil)
        made.paid = made.begin(CONFIGURED, HOSTILE).id
        server.payments.pay(made.paid)
        assert server.payments.wait(made.paid, LIMIT_MS / 1000).state == 4
        merchant.plan("CheckPerformTransaction", error(-31050, IN_THREE, HOSTILE))
        made.refused = made.begin(CONFIGURED, f"{HOSTILE} 2").id
        kassa = server.kassas.add(NewKassa(HOSTILE, merchant.url, KEY))
        made.theirs = made.begin(kassa.id, f"{HOSTILE} 3").id
        made.kassa = kassa.id
        server.faults.add(NewFault(kassa.id, "delay", account_glob=HOSTILE, delay_ms=1))
        server.faults.add(NewFault(CONFIGURED, "delay", account_glob=HOSTILE, delay_ms=1))
        yield made


def server_of(merchant: Evil, url: str) -> Server:
    """One that looks into the merchant's log."""
    loaded = loaded_for(merchant)
    config = loaded.config.model_copy(update={"log": LogConfig(file=merchant.log)})
    server = Server(replace(loaded, config=config), Options(public_url=url))
    server.open_run = opener_of(server, None)
    return server


@pytest.fixture
def opened(browser: Browser, site: Site) -> Iterator[Open]:
    with visiting(browser, site.url, LIMIT_MS, "en", "responded with a status of 422") as open_page:
        yield open_page


def tame(page: Page, says: bool = True) -> None:
    """It is text, and only text."""
    unfolded(page)
    assert page.evaluate("window.owned ?? null") is None, page.url
    assert page.locator("img, main script").count() == 0, page.url
    if says:
        expect(page.locator("main, body").last).to_contain_text(SAID)


def test_pages_of_payments_books_journal_faults_and_settings(opened: Open, site: Site) -> None:
    page = opened("/payments")
    tame(page)
    for path in (
        f"/payments/{site.refused}",
        "/books?period=day",
        "/journal?text=window.owned",
        "/faults",
        "/settings",
        f"/checkout/{site.paid}",
        f"/checkout/{site.refused}",
        f"/checkout/{site.theirs}",
        f"/settings/kassas/{site.kassa}",
        *(f"/journal/{number}" for number in range(1, site.server.journal.count() + 1)),
    ):
        page.goto(site.url + path)
        tame(page, says="?text" not in path)  # what is looked for stands in a field there
    page.goto(f"{site.url}/payments/{site.paid}")
    page.locator("form[action$='/compare#books'] button").click()
    expect(page.locator(".sheet")).to_contain_text(SAID)
    tame(page)


def test_a_bad_link_and_a_form_that_is_shown_again(opened: Open, site: Site) -> None:
    page = opened("/runs")
    page.fill("#scenario", HOSTILE)
    page.locator("form.ask button.primary").click()
    expect(page.locator("[role=alert]")).to_be_visible()
    tame(page, says=False)
    page.goto(f"{site.url}/sandbox/invalid-account")
    page.fill("[name='account.order_id']", HOSTILE)
    page.fill("#amount", HOSTILE)
    page.locator("form.ask button.primary").click()
    expect(page.locator(".error")).to_be_visible()
    tame(page, says=False)


@pytest.mark.parametrize("anew", [False, True])
def test_a_page_of_the_sandbox(anew: bool, opened: Open, site: Site) -> None:
    """Live, and loaded again."""
    site.merchant.plan("CheckPerformTransaction", error(-31050, IN_THREE, HOSTILE), HOSTILE)
    for _ in range(2):
        page = opened("/sandbox/check-perform-transaction")
        page.locator("form.ask button.primary").click()
        expect(page.locator("#summary.over")).to_be_visible()
        if anew:
            page.reload()
        unfolded(page)
        expect(page.locator(".call pre").nth(1)).to_contain_text(SAID)
        expect(page.locator(".finding", has_text=SAID).first).to_be_visible()
        tame(page)


def test_a_run_and_its_report(opened: Open) -> None:
    page = opened("/runs")
    page.fill("#scenario", "create.works")
    page.locator("form.ask button.primary").click()
    expect(page.locator("#summary.over")).to_be_visible()
    tame(page)
    expect(page.locator(".finding pre").first).to_contain_text(f"Traceback {HOSTILE}")
    with page.context.expect_page() as report:
        page.get_by_role("link", name="Open the report").click()
    shown = report.value
    expect(shown.locator("h1")).to_be_visible()
    assert shown.evaluate("window.origin") == "null"
    tame(shown)
