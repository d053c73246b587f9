"""A sandbox page's form: what it shows at first, and what is made of what was typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.observers.orders.order import Order
from simulator.web.pages import chains
from simulator.web.pages.chains import Page

_WHOLE = re.compile(r"-?[0-9]{1,15}")
_LONGEST = 200
_ACCOUNT = "account."


@dataclass(frozen=True, slots=True)
class Merchant:
    """What a form needs to know of a kassa. `members` are the account's; limits are tiyin."""

    members: tuple[str, ...]
    one_time: bool = True
    refunds: bool = True
    makes_orders: bool = False
    limits: tuple[int, int] = (1, 100_000_000_000)
    usual_amount: int = 100_000


@dataclass(slots=True)
class Desk:
    """What was used last on a kassa's pages, so that the next page's form has it already."""

    order: Order | None = None
    transaction: str = ""
    state: int = 1
    orders: dict[str, Order] = field(default_factory=dict)

    def keep(self, order: Order) -> None:
        """Remember an order that the shop made for us."""
        self.order = order
        self.orders[_shown(order.account)] = order
        while len(self.orders) > 100:
            del self.orders[next(iter(self.orders))]

    def known(self, account: Mapping[str, object]) -> Order | None:
        """The order of that account, if it was made here."""
        return self.orders.get(_shown(account))


def _shown(account: Mapping[str, object]) -> str:
    return repr(sorted((name, str(value)) for name, value in account.items()))


@dataclass(frozen=True, slots=True)
class Form:
    """The texts in a form's fields, by name; `errors` are keys of words, by field."""

    page: Page
    texts: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.texts.get(name, "")


@dataclass(frozen=True, slots=True)
class Asked:
    """A form that was filled in rightly. `account` None: a fresh order is to be made."""

    values: Mapping[str, object]
    account: Mapping[str, object] | None


def first(page: Page, merchant: Merchant, desk: Desk, named: Mapping[str, str]) -> Form:
    """The form as it is opened: the query's values, what was used last, the usual ones."""
    texts = {
        "credentials": "wrong-key",
        "account_type": "one-time" if merchant.one_time else "accumulating",
        "account_state": "awaiting",
        "amount": str(_usual_amount(page, merchant)),
        "transaction": desk.transaction,
        "state": str(desk.state),
        "period": "day",
        "document": "PERFORM",
    }
    texts["reason"] = "5" if desk.state == 2 else "3"
    wanted = {name: value for name, value in named.items() if _is_field(name, page, merchant)}
    return Form(page, texts | wanted)


def _usual_amount(page: Page, merchant: Merchant) -> int:
    if page.slug == "invalid-amount":
        return 1 if merchant.one_time else merchant.limits[1] + 1
    return merchant.usual_amount


def texts_of(order: Order) -> dict[str, str]:
    """What a form's fields hold of an order."""
    account = {_ACCOUNT + name: str(value) for name, value in order.account.items()}
    return {**account, "amount": str(order.amount)}


def _is_field(name: str, page: Page, merchant: Merchant) -> bool:
    if name.startswith(_ACCOUNT):
        return "account" in page.fields and name.removeprefix(_ACCOUNT) in merchant.members
    return name in page.fields


def filled(page: Page, merchant: Merchant, desk: Desk, typed: Mapping[str, str]) -> Form | Asked:
    """What was typed, as values; or the form again, with what is wrong."""
    texts = {n: v.strip() for n, v in typed.items() if _is_field(n, page, merchant)}
    errors: dict[str, str] = {}
    values: dict[str, object] = {}
    for name in page.fields:
        if name == "account":
            continue
        value = _value(name, texts.get(name, ""), page)
        if value is None:
            errors[name] = f"problem.{name}"
        else:
            values[name] = value
    account = _account(texts, merchant, desk, errors) if "account" in page.fields else {}
    if account is None and not merchant.makes_orders and page.slug != "invalid-account":
        errors["account"] = "problem.no_orders"
    if errors:
        return Form(page, texts, errors)
    return Asked(values, account)


CHOICES: Mapping[str, tuple[str, ...]] = {
    "credentials": chains.CREDENTIALS,
    "account_type": chains.ACCOUNT_TYPES,
    "account_state": chains.ACCOUNT_STATES,
    "period": tuple(chains.PERIODS),
    "document": chains.DOCUMENTS,
}


def states_of(page: Page) -> tuple[int, ...]:
    """The states of a transaction that a page may begin with."""
    return (*chains.STATES, chains.UNKNOWN) if page.slug == "check-transaction" else chains.STATES


def _value(name: str, text: str, page: Page) -> object:
    """The value of one field, or None if it is wrong."""
    if name in CHOICES:
        return text if text in CHOICES[name] else None
    if name == "transaction":
        return text if 0 < len(text) <= _LONGEST and text.isprintable() else None
    number = _number(text)
    if number is None:
        return None
    if name == "state":
        return number if number in states_of(page) else None
    if name == "reason":
        return number if number in chains.REASONS else None
    return number if number > 0 or page.slug == "invalid-amount" else None


def _number(text: str) -> int | None:
    """A whole number; blanks between its digits are how people write thousands."""
    plain = re.sub(r"[\s\u00a0\u202f]", "", text)
    return int(plain) if _WHOLE.fullmatch(plain) else None


def _account(
    texts: Mapping[str, str], merchant: Merchant, desk: Desk, errors: dict[str, str]
) -> Mapping[str, object] | None:
    """The account that was typed; None if every member of it was left empty."""
    typed = {name: texts.get(_ACCOUNT + name, "") for name in merchant.members}
    if not any(typed.values()):
        return None
    if any(len(value) > _LONGEST for value in typed.values()):
        errors["account"] = "problem.account"
    known = desk.known(typed)
    if known is not None:
        return known.account
    like = desk.order.account if desk.order is not None else {}
    return {name: _like(value, like.get(name)) for name, value in typed.items()}


def _like(text: str, sample: object) -> object:
    """As the shop's own accounts have it: a number if theirs is one."""
    if type(sample) is int and re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", text):
        return int(text)
    return text
