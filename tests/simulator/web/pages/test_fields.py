"""What is made of what was typed."""

from __future__ import annotations

import pytest

from simulator.observers.orders.order import Order
from simulator.web.pages.chains import BY_SLUG
from simulator.web.pages.fields import Asked, Desk, Form, Merchant, filled, first

SHOP = Merchant(("order_id",), makes_orders=True)
CREATE = BY_SLUG["create-transaction"]
TYPED = {
    "account_type": "one-time",
    "account_state": "awaiting",
    "account.order_id": "A-17",
    "amount": "100000",
}


def asked(**changes: str) -> Asked | Form:
    return filled(CREATE, SHOP, Desk(), {**TYPED, **changes})


def test_a_form_that_is_right() -> None:
    found = asked()
    assert isinstance(found, Asked)
    assert found.account == {"order_id": "A-17"}
    assert found.values["amount"] == 100_000


def test_thousands_may_be_apart() -> None:
    found = asked(amount="1 000\u00a0000")
    assert isinstance(found, Asked)
    assert found.values["amount"] == 1_000_000


@pytest.mark.parametrize("amount", ["", "0", "-5", "1000.5", "1e5", "abc", "9" * 30])
def test_an_amount_is_a_whole_number_above_zero(amount: str) -> None:
    found = asked(amount=amount)
    assert isinstance(found, Form)
    assert found.errors == {"amount": "problem.amount"}
    assert found.text("amount") == amount


def test_only_the_page_of_wrong_amounts_takes_those() -> None:
    page = BY_SLUG["invalid-amount"]
    found = filled(page, SHOP, Desk(), {"account.order_id": "A-17", "amount": "-5"})
    assert isinstance(found, Asked)
    assert found.values["amount"] == -5


@pytest.mark.parametrize(
    ("name", "value"), [("account_type", "eternal"), ("account_state", ""), ("account_type", "")]
)
def test_what_is_not_on_offer_is_refused(name: str, value: str) -> None:
    found = asked(**{name: value})
    assert isinstance(found, Form)
    assert set(found.errors) == {name}


def test_an_empty_account_asks_for_a_fresh_order() -> None:
    found = asked(**{"account.order_id": " "})
    assert isinstance(found, Asked)
    assert found.account is None


def test_a_shop_that_makes_no_orders_needs_an_account() -> None:
    shop = Merchant(("order_id",), makes_orders=False)
    found = filled(CREATE, shop, Desk(), {**TYPED, "account.order_id": ""})
    assert isinstance(found, Form)
    assert found.errors == {"account": "problem.no_orders"}


def test_an_account_made_here_keeps_its_types() -> None:
    desk = Desk()
    desk.keep(Order("7", 100_000, 1_000, {"order_id": 7}, "order_id"))
    known = filled(CREATE, SHOP, desk, {**TYPED, "account.order_id": "7"})
    other = filled(CREATE, SHOP, desk, {**TYPED, "account.order_id": "8"})
    text = filled(CREATE, SHOP, desk, {**TYPED, "account.order_id": "007"})
    assert [one.account for one in (known, other, text) if isinstance(one, Asked)] == [
        {"order_id": 7},
        {"order_id": 8},
        {"order_id": "007"},
    ]


def test_a_form_begins_with_what_was_used_last() -> None:
    page = BY_SLUG["cancel-transaction"]
    form = first(page, SHOP, Desk(transaction="65f0c0ffee00000000000abc", state=2), {})
    assert form.text("transaction") == "65f0c0ffee00000000000abc"
    assert (form.text("state"), form.text("reason")) == ("2", "5")


def test_a_link_fills_in_fields_of_the_page_only() -> None:
    named = {"amount": "5", "account.order_id": "x", "account.else": "y", "state": "2"}
    form = first(CREATE, SHOP, Desk(), named)
    assert form.text("amount") == "5"
    assert form.text("account.order_id") == "x"
    assert form.text("account.else") == ""
