"""The shop's pages: an order is chosen, shown with its QR code, and turns to paid."""

from __future__ import annotations

import base64
import html
import io
import re
from string import Formatter
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from werkzeug.test import TestResponse

from backend.pages.words import LANGUAGES, money, texts
from backend.settings import AccountType, Variant
from tests.backend.conftest import Make
from tests.backend.merchant import Merchant

HOST = "http://127.0.0.1:8080"


def order(merchant: Merchant, copies: str = "3", **more: str) -> TestResponse:
    return merchant.client.post("/orders", data={"copies": copies, **more})


def read_qr(page: str) -> list[str]:
    """What a phone reads of the page's QR code."""
    found = re.search(r'src="data:image/png;base64,([^"]+)"', page)
    assert found is not None
    picture = Image.open(io.BytesIO(base64.b64decode(found[1])))
    return [one.text for one in zxingcpp.read_barcodes(picture.convert("L"))]


def pairs_of(link: str) -> dict[str, str]:
    text = base64.b64decode(link.rpartition("/")[2]).decode()
    return dict(pair.split("=", 1) for pair in text.split(";"))


def test_an_order_is_chosen_and_its_code_leads_to_the_configured_checkout(make: Make) -> None:
    merchant = make(checkout_host=HOST)
    assert "1 000,00" in merchant.client.get("/?lang=uz").text.replace("\u00a0", " ")
    made = order(merchant)
    assert made.status_code == 303
    place = made.headers["Location"]
    page = html.unescape(merchant.client.get(place).text)
    assert "3\u00a0000,00" in page
    (link,) = set(re.findall(rf'{HOST}/[^"<]+=?', page)) - {f"{HOST}/"}
    assert read_qr(page) == [link]
    number = place.rpartition("/")[2]
    assert pairs_of(link) == {
        "m": "65a000000000000000000001",
        "ac.order_id": number,
        "a": "300000",
        "l": "uz",
        "c": f"http://localhost/orders/{number}",
        "ct": "3000",
    }


@pytest.mark.parametrize("number", ["A-17", "x" * 64, "Буюртма 5/6?", '"><script>'])
def test_every_orders_code_can_be_read(make: Make, number: str) -> None:
    merchant = make(checkout_host=HOST)
    made = merchant.make_order(number, 1_000_000)
    picture = base64.b64decode(made["qr"].partition(",")[2])
    read = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)).convert("L"))
    assert [one.text for one in read] == [made["link"]]
    assert pairs_of(made["link"])["ac.order_id"] == number


def test_the_form_says_the_same_as_the_link(make: Make) -> None:
    merchant = make(checkout_host=f"{HOST}/")
    number = order(merchant).headers["Location"].rpartition("/")[2]
    page = merchant.client.get(f"/orders/{number}?lang=en").text
    assert f'action="{HOST}/"' in page
    fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
    assert fields == {
        "merchant": "65a000000000000000000001",
        "account[order_id]": number,
        "amount": "300000",
        "lang": "en",
        "callback": f"http://localhost/orders/{number}",
        "callback_timeout": "3000",
        "description[en]": f"Photo prints, order {number}",
    }


def test_sent_twice_it_is_one_order_and_with_other_copies_another(merchant: Merchant) -> None:
    number = {"order_id": "000000000017"}
    places = [order(merchant, copies, **number).headers["Location"] for copies in ("2", "2", "3")]
    assert places[0] == places[1] == "/orders/000000000017"
    assert places[2] != places[0]
    assert merchant.status("000000000017")["amount"] == 2000


@pytest.mark.parametrize("copies", ["0", "21", "-1", "1.5", "", "x", "٣"])
def test_other_copies_than_those_offered_are_refused(merchant: Merchant, copies: str) -> None:
    answer = merchant.client.post("/orders?lang=en", data={"copies": copies})
    assert answer.status_code == 400
    assert "Choose 1 to 20 copies." in answer.text


def test_the_page_says_how_the_order_stands(merchant: Merchant) -> None:
    number = order(merchant).headers["Location"].rpartition("/")[2]

    def page() -> str:
        return merchant.client.get(f"/orders/{number}?lang=en").text

    assert "Waiting for payment" in page()
    payme_id = merchant.created(number, amount=300_000)
    assert "Payment begun" in page()
    merchant.result("PerformTransaction", id=payme_id)
    assert "Paid" in page()
    assert "data:image/png" not in page()
    merchant.result("CancelTransaction", id=payme_id, reason=5)
    assert "Money given back" in page()


@pytest.mark.parametrize(
    "settings",
    [
        {"variant": Variant.BEFORE_FIX},
        {"variant": Variant.AFTER_FIX},
        {"account_type": AccountType.ACCUMULATING, "min_amount": 50_000, "max_amount": 10**8},
    ],
    ids=["before-fix", "after-fix", "accumulating"],
)
def test_every_kind_of_this_shop_has_its_pages(make: Make, settings: dict[str, Any]) -> None:
    merchant = make(**settings)
    answer = merchant.client.get(order(merchant).headers["Location"] + "?lang=en")
    assert answer.status_code == 200
    assert "Waiting for payment" in answer.text


def test_an_order_that_is_not_there(merchant: Merchant) -> None:
    answer = merchant.client.get("/orders/nothing?lang=en")
    assert answer.status_code == 404
    assert "There is no such order." in answer.text


def test_nothing_of_a_page_is_from_elsewhere_and_nothing_runs_in_it(make: Make) -> None:
    merchant = make(checkout_host=HOST)
    merchant.make_order('"><script>alert(1)</script>', 1000)
    answer = merchant.client.get("/orders/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    assert answer.status_code == 404  # its slash is a path's
    merchant.make_order('"><script>alert(1)', 1000)
    answer = merchant.client.get("/orders/%22%3E%3Cscript%3Ealert(1)")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert f"form-action 'self' {HOST}/" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("host", ["shop;a=1", "shop/x", "a b"])
def test_a_host_that_is_no_host_gets_into_no_link(merchant: Merchant, host: str) -> None:
    place = order(merchant).headers["Location"]
    page = html.unescape(merchant.client.get(place, headers={"Host": host}).text)
    (link,) = set(re.findall(r'https://checkout\.paycom\.uz/[^"<]+', page))
    assert list(pairs_of(link)) == ["m", "ac.order_id", "a", "l"]
    page = merchant.client.get(place, headers={"Host": "[::1]:8081"}).text
    (link,) = set(re.findall(r'https://checkout\.paycom\.uz/[^"<]+', page))
    assert pairs_of(link)["c"] == f"http://[::1]:8081{place}"


def test_all_texts_are_there_in_each_language() -> None:
    english = texts()["en"]
    for language in LANGUAGES:
        mine = texts()[language]
        assert mine.keys() == english.keys()
        for name, text in mine.items():
            places = [
                {place for _, place, _, _ in Formatter().parse(one) if place}
                for one in (text, english[name])
            ]
            assert places[0] == places[1], name
            assert language == "en" or text != english[name], name
    assert money("ru", 1_234_567) == "1\u00a0234\u00a0567,00\u00a0сум"
    assert money("en", 1_000) == "1,000.00\u00a0UZS"
