"""What a merchant says comes out as text, whatever it is."""

from __future__ import annotations

import re
from typing import Any

import pytest

from simulator.web.checkout.showing import Line, description_of, facts_of, lines_of, message_of
from tests.simulator.web.checkout.conftest import Payer
from tests.simulator.web.conftest import Bench
from tests.simulator.web.merchant import error, result

EVIL = '"><script>window.owned=1</script><img src=x onerror="window.owned=1">'
ODD: list[Any] = [None, True, 1, -1.5, "text", [], [1, [2]], {}, {"a": {"b": []}}, EVIL, "x" * 9999]


def test_goods_delivery_and_discount() -> None:
    detail = {
        "shipping": {"title": "Courier", "price": 50_000},
        "discount": {"title": "Off", "price": 1_000},
        "items": [
            {"title": "Notebook", "price": 100_000, "count": 2, "discount": 500},
            {"title": "Tea", "price": 100, "count": 1.5},
        ],
    }
    assert lines_of(detail) == [
        Line("Notebook", "2", 100_000, 199_500),
        Line("Tea", "1.5", 100, None),
        Line("Courier", total=50_000),
        Line("Off", total=-1_000),
    ]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20])
def test_odd_things_are_shown_as_they_are(odd: Any) -> None:
    for detail in (
        odd,
        {"items": odd},
        {"items": [odd]},
        {"items": [{"title": odd, "count": odd}]},
    ):
        for line in lines_of(detail):
            assert len(line.title) <= 210
    for value in (odd, {"name": odd}):
        assert all(len(text) <= 510 for pair in facts_of(value, "ru") for text in pair)
    assert isinstance(message_of(odd, "ru"), str)


def test_a_message_is_taken_in_the_pages_language_or_the_next_best() -> None:
    assert message_of({"ru": "нет", "uz": "yo'q"}, "uz") == "yo'q"
    assert message_of({"ru": "нет", "uz": " "}, "uz") == "нет"
    assert message_of({"de": "nein"}, "ru") == '{"de": "nein"}'
    assert message_of("nothing", "uz") == "nothing"
    assert description_of({"": "all", "en": "one"}, "en") == "one"
    assert description_of({"": "all", "en": "one"}, "ru") == "all"
    assert description_of({}, "ru") == ""


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20])
def test_no_answer_breaks_a_page_or_runs_in_it(payer: Payer, bench: Bench, odd: Any) -> None:
    answer = result(allow=True, additional=odd, detail=odd)
    bench.merchant.plan("CheckPerformTransaction", answer)
    page = payer.client.get(_opened(payer, "A")).text
    assert "Pay by card" in page
    assert "<script>window" not in page
    assert "<img" not in page
    bench.merchant.plan("CheckPerformTransaction", error(-31050, odd, odd))
    page = payer.client.get(_opened(payer, "B")).text
    assert "The order cannot be paid" in page
    assert "<script>window" not in page
    assert "<img" not in page


def _opened(payer: Payer, order: str) -> str:
    payer.follow(order)
    return payer.tab


def test_a_developer_finds_the_calls_of_a_payment(payer: Payer) -> None:
    """A line at the foot of every page of a payment, and of no other."""
    for lang, words in (("ru", "Для разработчика"), ("uz", "Dasturchi uchun"), ("en", "For the")):
        shown = payer.follow(f"dev-{lang}", lang)
        foot = shown.partition("<footer")[2]
        assert words in foot
        (link,) = re.findall(r'href="([^"]+)"', foot)
        cabinet = payer.client.get(link)
        assert cabinet.status_code == 200
        assert "CheckPerformTransaction" in cabinet.text
        assert payer.payment.id in cabinet.text
    assert "href" not in payer.client.get("/bm90aGluZw==").text.partition("<footer")[2]
