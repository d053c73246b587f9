"""Links and forms at the checkout's address: what is taken, and what is told of the others."""

from __future__ import annotations

import base64
import html

import pytest

from simulator.protocol.checkout import Checkout, code_of, fields_of
from simulator.web.kassas import NewKassa
from tests.simulator.web.checkout.conftest import Payer
from tests.simulator.web.conftest import KASSA, Bench
from tests.simulator.web.merchant import KEY, PRICE

RIGHT = Checkout(KASSA, PRICE, {"order_id": "A-17"}, "en")


def link(text: str) -> str:
    return "/" + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("text", "parameter", "words"),
    [
        ("m=nobody;ac.order_id=1;a=100000", "m", f"no kassa nobody. Known: {KASSA}"),
        (f"m={KASSA};ac.phone=1;a=100000", "ac.phone", "It has: order_id."),
        (f"m={KASSA};ac.order_id=1;a=1000.00", "a", "looks like sum"),
        (f"m={KASSA};ac.order_id=1;a=0", "a", "not above zero"),
        (f"m={KASSA};ac.order_id=1;a=100000;l=de", "l", "de is not a language"),
        (f"m={KASSA};ac.order_id=1;a=100000;ct=x", "ct", "x is not a whole number"),
        (f"m={KASSA};ac.order_id=1;a=100000;c=javascript:alert(1)", "c", "does not begin with"),
        ("a=<script>alert(1)</script>", "a", "is not a whole number"),
    ],
)
def test_a_bad_link_is_told_by_parameter(
    payer: Payer, bench: Bench, text: str, parameter: str, words: str
) -> None:
    answer = payer.client.get(f"{link(text)}?lang=en")
    assert answer.status_code == 400
    assert f"<code>{parameter}</code>" in answer.text
    assert words in html.unescape(answer.text)
    assert "<script>alert" not in answer.text
    assert 'href="javascript' not in answer.text
    assert bench.merchant.calls == []


def test_a_bad_link_is_told_in_the_language_that_it_asks_for(payer: Payer) -> None:
    bad = f"m={KASSA};ac.order_id=1;a=0;l=uz"
    assert "To'g'ri havola" in html.unescape(payer.client.get(link(bad)).text)
    assert "A right link" in payer.client.get(f"{link(bad)}?lang=en").text


def test_what_was_odd_in_a_form_is_told_with_what_was_seen(payer: Payer) -> None:
    fields = {"merchant": KASSA, "amount": PRICE, "account[order_id]": "A-1", "lang": "kaa"}
    payer.follow()  # a form's own notes are kept where the payer has a cookie
    answer = payer.client.post("/", data=fields, follow_redirects=True)
    assert "Языка kaa на странице нет" in answer.text


def test_what_is_no_link_is_not_found_and_nobody_elses_address_is_taken(payer: Payer) -> None:
    paths = ("/favicon.ico", "/nothing", "/control/nothing/at/all", "/static/nothing", "/sandbox/x")
    for path in paths:
        assert payer.client.get(path).status_code == 404, path
    assert payer.client.get("/control/clock").status_code == 405
    assert payer.client.get("/bT1*").status_code == 400


def test_limits_of_the_kassa(payer: Payer, bench: Bench) -> None:
    new = NewKassa("cup", bench.merchant.url, KEY, min_amount=100_000, max_amount=200_000)
    kassa = bench.server.kassas.add(new)
    texts = [f"m={kassa.id};ac.order_id=1;a={amount}" for amount in (1_500, 500, 200_001)]
    pages = [payer.client.get(f"{link(text)}?lang=en").text for text in texts]
    assert "If that was meant as sum, send 150000 tiyin" in pages[0]
    assert "below the kassa&#39;s minimum of 100000 tiyin" in pages[1]
    assert "above the maximum of 200000 tiyin" in pages[2]


def test_base64_with_slashes_and_without_padding(payer: Payer) -> None:
    for more in ("", "?", "??", "???>>>"):
        back = f"https://shop.example/{more}"
        code = code_of(Checkout(KASSA, PRICE, {"order_id": "A-17?"}, "en", back.replace(">", "~")))
        assert "Pay by card" in payer.open(f"/{code}")
        bare = code.rstrip("=").replace("/", "_").replace("+", "-")
        page = payer.open(f"/{bare}")
        assert "Pay by card" in page
        assert ("The link works, but" in page) == (bare != code)


def test_the_form_begins_a_payment_from_any_site(payer: Payer) -> None:
    fields = fields_of(
        Checkout(
            KASSA,
            PRICE,
            {"order_id": "A-17"},
            "uz",
            description={"ru": "Фото", "uz": "Suratlar"},
            detail={"receipt_type": 0, "items": [{"title": "Kubok", "price": PRICE, "count": 1}]},
        )
    )
    headers = {
        "Origin": "https://shop.example",
        "Sec-Fetch-Site": "cross-site",
        "Referer": "https://shop.example/order/17",
    }
    answer = payer.client.post("/", data=dict(fields), headers=headers)
    assert answer.status_code == 303
    payer.tab = answer.headers["Location"]
    page = payer.see()
    assert "Suratlar" in page
    assert "Karta bilan to'lash" in page
    assert payer.payment.callback == "https://shop.example/order/17"
    assert payer.payment.sent_detail["items"][0]["title"] == "Kubok"


def test_a_form_of_another_site_leaves_the_other_tabs_alone(payer: Payer, other: Payer) -> None:
    """Such a form comes without our cookie; the answer must not bring a new one."""
    answer = other.client.post("/", data=dict(fields_of(RIGHT)))
    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers
    payer.follow()
    answer = payer.client.post("/", data=dict(fields_of(RIGHT)))
    payer.tab = answer.headers["Location"]
    payer.pay()


def test_a_buttons_address_opened_by_hand_does_nothing(payer: Payer) -> None:
    payer.follow()
    for button in ("card", "pay", "cancel", "again", "age"):
        answer = payer.client.get(f"{payer.tab}/{button}")
        assert (answer.status_code, answer.headers["Location"]) == (303, payer.tab)
    assert payer.payment.state == 0


def test_a_bad_form_is_told_by_its_own_names(payer: Payer) -> None:
    answer = payer.client.post("/?lang=en", data={"merchant": KASSA, "amount": "10.5"})
    assert answer.status_code == 400
    assert "<code>amount</code>" in answer.text
    assert "<code>account[order_id]</code>" in answer.text


def test_a_languages_switch_stays(payer: Payer) -> None:
    assert "Оплата картой" in payer.follow(lang="ru")
    assert "Karta bilan to'lash" in payer.open(f"{payer.tab}?lang=uz")
    assert "Karta bilan to'lash" in payer.see()
    assert "Karta bilan to'lash" in payer.open(f"{payer.tab}?lang=tlh")


def test_a_payment_is_found_again_in_the_payers_own_browser_only(
    payer: Payer, other: Payer
) -> None:
    code = f"/{code_of(RIGHT)}"
    payer.open(code)
    other.open(code)
    mine, theirs = payer.tab, other.tab
    payer.open(code)
    assert payer.tab == mine != theirs
    payer.press("cancel")
    payer.open(code)
    assert payer.tab != mine


def test_the_callback_is_filled_and_leads_nowhere_else(payer: Payer) -> None:
    back = "https://shop.example/:account.order_id/:transaction"
    payer.follow("none//evil.example/?x=&", callback=back)
    answer = payer.client.get(f"{payer.tab}/return")
    assert answer.headers["Location"] == (
        "https://shop.example/none%2F%2Fevil.example%2F%3Fx%3D%26/null"
    )
    payer.follow("A-18", callback="")
    assert payer.client.get(f"{payer.tab}/return").headers["Location"] == payer.tab
