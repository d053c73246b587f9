"""Each way a payment may end: both sides agree, or it waits as documented and is cancelled then."""

from __future__ import annotations

import html
import re

import pytest

from simulator.web.payments import CARDS, Receipt
from tests.simulator.web.checkout.conftest import Payer
from tests.simulator.web.conftest import Bench
from tests.simulator.web.merchant import error

HOURS_12 = 43_200_000


def way_back(payer: Payer) -> str:
    answer = payer.client.get(f"{payer.tab.partition('?')[0]}/return")
    assert answer.status_code == 303
    return answer.headers["Location"]


def agreed(payer: Payer) -> bool:
    return payer.bench.agreed(payer.payment)


def test_an_order_is_paid_and_the_payer_goes_back_to_the_shop(payer: Payer, bench: Bench) -> None:
    page = payer.follow("A-17")
    assert "1,000.00\u00a0UZS" in page
    assert "A-17" in page
    assert "Photo" in page  # detail
    assert "Ali" in page  # additional
    payer.pay()
    payment = payer.until(Receipt.PAID)
    page = payer.see()
    assert "The shop has confirmed the payment." in page
    assert f'data-leave="{payer.tab}/return" data-after="2000"' in page
    assert f'content="2; url={payer.tab}/return"' in page
    assert way_back(payer) == f"https://shop.example/back?order=A-17&id={payment.transaction_id}"
    assert "data-leave" not in payer.see()  # going back in the browser does not lead away again
    methods = [name for name, _ in bench.merchant.calls]
    assert methods == ["CheckPerformTransaction", "CreateTransaction", "PerformTransaction"]
    assert agreed(payer)


def test_who_cancels_before_paying_goes_back_with_null(payer: Payer, bench: Bench) -> None:
    payer.follow()
    assert payer.press("cancel").status_code == 303
    assert "You have cancelled the payment." in payer.see()
    assert way_back(payer).endswith("id=null")
    assert bench.merchant.sent("CreateTransaction") == []
    assert agreed(payer)


def test_pressing_twice_and_in_two_tabs_pays_once(payer: Payer, bench: Bench) -> None:
    payer.follow()
    first = payer.tab
    payer.follow()
    assert payer.tab == first  # the same link, unpaid: the same payment
    payer.press("card", take=CARDS[0].number)
    answers = [payer.press("pay", code="666666") for _ in range(3)]
    assert [answer.headers["Location"] for answer in answers] == [first] * 3
    payer.until(Receipt.PAID)
    payer.press("pay", code="666666")
    payer.press("cancel")
    assert payer.until(Receipt.PAID).state == Receipt.PAID
    assert len(bench.merchant.sent("PerformTransaction")) == 1
    assert bench.merchant.sent("CancelTransaction") == []


def test_a_paid_order_opened_again_is_refused_in_the_shops_words(payer: Payer) -> None:
    payer.follow()
    first = payer.tab
    payer.pay()
    payer.until(Receipt.PAID)
    page = payer.follow()
    assert payer.tab != first
    assert "The order cannot be paid" in page
    assert ">busy<" in page
    assert "занят" in payer.open(f"{payer.tab}?lang=ru")


def test_two_payers_of_one_order(payer: Payer, other: Payer, bench: Bench) -> None:
    payer.follow()
    other.follow()
    assert payer.tab != other.tab
    payer.pay()
    payer.until(Receipt.PAID)
    other.pay()
    other.until(Receipt.CANCELLED)
    assert "busy" in other.see()
    assert "Nothing was debited." in other.see()
    assert agreed(payer)
    assert agreed(other)


def test_who_walks_away_is_forgotten_after_12_hours(payer: Payer, bench: Bench) -> None:
    payer.follow()
    bench.server.let_time_pass(HOURS_12)
    payment = payer.until(Receipt.CANCELLED)
    assert payment.reason == 4
    assert "It was not finished within 12 hours." in payer.see()
    assert bench.merchant.sent("CreateTransaction") == []


def test_a_shop_that_refuses_is_asked_again_by_hand(payer: Payer, bench: Bench) -> None:
    bench.merchant.plan("CheckPerformTransaction", error(-31001, {"en": "not that much"}))
    page = payer.follow()
    assert "not that much" in page
    assert "100000 tiyin are 1,000.00\u00a0UZS" in page
    assert "10000000 tiyin" in page
    payer.press("again")
    assert "Pay by card" in payer.see()


def test_a_shop_that_hangs_up_is_asked_as_often_as_the_policy_says(
    payer: Payer, bench: Bench
) -> None:
    bench.merchant.plan("CheckPerformTransaction", "deaf", "deaf")
    payer.follow()
    assert "Pay by card" in payer.wait("Pay by card")
    assert bench.slept == [1000, 5000]
    bench.merchant.plan("CheckPerformTransaction", *["deaf"] * 3)
    payer.follow("A-18")
    page = payer.wait("The shop's service does not answer.")
    assert "\u221231622" in page


def test_a_shop_that_talks_nonsense_works_wrong(payer: Payer, bench: Bench) -> None:
    bench.merchant.plan("CheckPerformTransaction", *["<h1>hello"] * 3)
    payer.follow()
    assert "\u221231623" in payer.wait("works incorrectly")


def test_a_create_that_is_refused_debits_nothing(payer: Payer, bench: Bench) -> None:
    payer.follow()
    bench.merchant.plan("CreateTransaction", error(-31050, {"en": "sold out"}))
    payer.pay()
    payer.until(Receipt.CANCELLED)
    page = payer.see()
    assert "sold out" in page
    assert "Nothing was debited." in page
    assert "data-leave" not in page
    assert agreed(payer)
    again = re.search(r'class="button primary" href="(/[^"]+)"', page)
    assert again is not None
    assert "Pay by card" in payer.open(again[1])


def test_a_perform_that_is_refused_gives_the_money_back(payer: Payer, bench: Bench) -> None:
    payer.follow()
    bench.merchant.plan("PerformTransaction", error(-31008, {"en": "too late"}))
    payer.pay()
    payer.until(Receipt.CANCELLED)
    assert "The money was given back." in payer.see()
    assert agreed(payer)


def test_a_shop_that_dies_between_create_and_perform_and_comes_back(
    payer: Payer, bench: Bench
) -> None:
    payer.follow()
    bench.merchant.plan("PerformTransaction", *["deaf"] * 3)
    payer.pay()
    payer.stuck(Receipt.QUEUED)
    page = payer.see()
    assert "The money was debited, but the shop has not confirmed the payment." in page
    assert "data-watched" in page
    payer.press("again")
    payer.until(Receipt.PAID)
    assert agreed(payer)


def test_a_shop_that_stays_dead_until_the_12_hours_are_over(payer: Payer, bench: Bench) -> None:
    payer.follow()
    bench.merchant.plan("PerformTransaction", *["deaf"] * 9)
    payer.pay()
    payer.stuck(Receipt.QUEUED)
    payer.press("age")
    payment = payer.until(Receipt.CANCELLED)
    assert payment.reason == 4
    page = payer.see()
    assert "It was not finished within 12 hours." in page
    assert "The money was given back." in page
    assert agreed(payer)
    assert bench.merchant.sent("CancelTransaction")[-1]["reason"] == 4


def test_a_create_whose_answer_is_lost_can_be_given_up(payer: Payer, bench: Bench) -> None:
    payer.follow()
    bench.merchant.plan("CreateTransaction", *["silent"] * 3)
    payer.pay()
    payer.stuck(Receipt.PAUSED)
    assert "nothing was debited" in payer.see()
    payer.press("cancel")
    payer.until(Receipt.CANCELLED)
    assert agreed(payer)
    assert bench.merchant.state(payer.payment.id) == -1


@pytest.mark.parametrize("number", [5, 6])
def test_a_card_whose_debit_fails_cancels_the_transaction(
    payer: Payer, bench: Bench, number: int
) -> None:
    payer.follow()
    payer.pay(number)
    if number == 6:
        payer.until(Receipt.DEBITING)
        bench.server.let_time_pass(10_000)
    payer.until(Receipt.CANCELLED)
    page = payer.see()
    assert "The bank has refused the card" in page
    assert "Nothing was debited." in page
    assert bench.merchant.sent("CancelTransaction")[0]["reason"] == 2
    assert agreed(payer)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"number": "8600 0609 2109 0842", "expiry": "03/99"}, "SMS informing"),
        ({"number": "3333336415804657", "expiry": "0399"}, "has expired"),
        ({"number": "4444445987459073", "expiry": "03 99"}, "is blocked"),
        ({"number": "4111111111111111", "expiry": "03/99"}, "not a test card"),
        ({"number": "", "expiry": ""}, "not a test card"),
        ({"number": "8600069195406311", "expiry": "12/30"}, "Wrong date"),
        ({"take": "1"}, "not a test card"),
    ],
)
def test_cards_that_are_refused_at_once(
    payer: Payer, bench: Bench, fields: dict[str, str], words: str
) -> None:
    payer.follow()
    answer = payer.press("card", **fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert payer.press("pay", code="666666").headers["Location"] == payer.tab
    assert payer.payment.state == Receipt.WAITING
    assert bench.merchant.sent("CreateTransaction") == []


def test_a_wrong_code_pays_nothing(payer: Payer) -> None:
    payer.follow()
    payer.press("card", take=CARDS[0].number)
    answer = payer.press("pay", code="123456")
    assert answer.status_code == 422
    assert "Wrong code." in answer.text
    assert payer.payment.state == Receipt.WAITING


def test_buttons_need_the_forms_token(payer: Payer) -> None:
    payer.follow()
    for what in ("card", "pay", "cancel", "again", "age"):
        assert payer.client.post(f"{payer.tab}/{what}", data={}).status_code == 400
    assert payer.payment.state == Receipt.WAITING


def test_the_version_changes_with_the_page(payer: Payer) -> None:
    payer.follow()
    before = payer.client.get(f"{payer.tab}/version").get_json()
    assert payer.client.get(f"{payer.tab}/version").get_json() == before
    payer.pay()
    payer.until(Receipt.PAID)
    assert payer.client.get(f"{payer.tab}/version").get_json() != before


def test_a_payment_that_is_not_there(payer: Payer) -> None:
    for path in ("", "/version", "/return"):
        assert payer.client.get(f"/checkout/{'0' * 24}{path}").status_code == 404


@pytest.mark.parametrize(
    ("asked", "spoken", "said"),
    [
        ("", "uz", "Bunday to'lov yo'q"),
        ("?lang=en", "uz", "There is no such payment"),
        ("", "fr", "Такого платежа нет"),
    ],
)
def test_the_payer_is_told_of_it_in_the_checkout(
    asked: str, spoken: str, said: str, payer: Payer
) -> None:
    path, headers = f"/checkout/{'0' * 24}{asked}", {"Accept-Language": spoken}
    answer = payer.client.get(path, headers=headers)
    assert answer.status_code == 404
    page = html.unescape(answer.text)
    assert said in page
    assert 'class="checkout"' in page
