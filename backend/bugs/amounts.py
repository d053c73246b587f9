"""Bugs in amounts: sum and tiyin, limits, types, sizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from backend import orders, params
from backend.bugs.row import bug
from backend.bugs.seams import Switch, around, both
from backend.bugs.ways import on_create
from backend.errors import Code, about_state, bad_request
from backend.methods import check_perform, create
from backend.methods.base import Call, Result
from backend.models import Payment
from backend.orders import TIYIN_IN_SUM
from backend.params import Params
from backend.settings import Settings


def _price(right: Callable[[Any, int], bool]) -> Switch:
    """Compare a one-time order's amount with its price, both in tiyin, in another way."""

    def check(
        inner: Callable[[Settings, Payment, int], None],
        settings: Settings,
        order: Payment,
        amount: int,
    ) -> None:
        if not settings.one_time:
            inner(settings, order, amount)
        elif not right(amount, order.amount * TIYIN_IN_SUM):
            raise about_state(Code.WRONG_AMOUNT)

    return around(orders.check_amount, check)


def _limits(right: Callable[[int, Settings], bool]) -> Switch:
    """Compare an amount with the limits of an accumulating account in another way."""

    def check(
        inner: Callable[[Settings, Payment, int], None],
        settings: Settings,
        order: Payment,
        amount: int,
    ) -> None:
        if not right(amount, settings):
            raise about_state(Code.WRONG_AMOUNT)

    return around(orders.check_amount, check)


def _read(to_int: Callable[[Any], int]) -> Switch:
    """Read the amount leniently; what cannot be read so is -32600."""

    def integer(inner: Callable[[Params, str], int], given: Params, name: str) -> int:
        if name != "amount":
            return inner(given, name)
        try:
            return to_int(given.get(name))
        except (TypeError, ValueError):
            raise bad_request("params.amount must be an integer.") from None

    return around(params.integer, integer)


def _leading_digits(value: Any) -> int:
    """What JavaScript's parseInt makes of it."""
    text = str(value).strip()
    digits = text[: next((i for i, c in enumerate(text) if not c.isdigit()), len(text))]
    return int(digits)


def _of_text(value: Any) -> int:
    if isinstance(value, str):
        return int(value)
    if type(value) is not int:
        raise TypeError(value)
    return value


def _not_in_create(
    inner: Callable[[Call, create.Asked, Payment], Result],
    call: Call,
    asked: create.Asked,
    order: Payment,
) -> Result:
    return inner(call, replace(asked, amount=order.amount * TIYIN_IN_SUM), order)


def _not_in_check(
    inner: Callable[[Call, check_perform.Asked], Result], call: Call, asked: check_perform.Asked
) -> Result:
    order = orders.find(call.session, params.order_number(asked.account))
    price = order.amount * TIYIN_IN_SUM if order else 1
    return inner(call, replace(asked, amount=price))


def _raising(bits: int) -> Callable[[Any, int], bool]:
    """An amount that is too large for the type raises, as a driver does."""

    def right(amount: Any, price: int) -> bool:
        if amount >= 2**bits:
            raise OverflowError("Python int too large to convert to SQLite INTEGER")
        return bool(amount == price)

    return right


def _excluded_in_create(
    inner: Callable[[Call, create.Asked, Payment], Result],
    call: Call,
    asked: create.Asked,
    order: Payment,
) -> Result:
    if asked.amount in (call.settings.min_amount, call.settings.max_amount):
        raise about_state(Code.WRONG_AMOUNT)
    return inner(call, asked, order)


def _or_refuse(value: Any) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r} is not an amount")
    return value


def _or_raise(value: Any) -> int:
    if type(value) is not int:
        raise OverflowError(f"{value!r} is not an amount")
    return value


BUGS = (
    bug(
        "amounts.or-more",
        "any amount from the price upwards is taken",
        "amount.exact",
        _price(lambda amount, price: amount >= price),
    ),
    bug(
        "amounts.rounded",
        "amounts are rounded to whole sum before they are compared",
        "amount.exact",
        _price(lambda amount, price: round(amount / 100) == round(price / 100)),
    ),
    bug(
        "amounts.not-in-create",
        "only CheckPerformTransaction looks at the amount",
        "amount.exact amount.tiyin official.amount",
        around(create._create, _not_in_create),
    ),
    bug(
        "amounts.not-in-check",
        "only CreateTransaction looks at the amount",
        "amount.exact amount.tiyin official.amount",
        around(check_perform._decide, _not_in_check),
    ),
    bug(
        "amounts.in-sum",
        "tiyin are compared with the price in sum, so that no right amount is right",
        "amount.right-accepted check-perform.allow official.check-perform create.works",
        _price(lambda amount, price: amount == price // 100),
    ),
    bug(
        "amounts.in-sum-too",
        "the price in sum is taken as well: a hundredth of the money",
        "amount.tiyin",
        _price(lambda amount, price: amount in (price, price // 100)),
    ),
    bug(
        "amounts.hundredfold-too",
        "a hundred times the price is taken as well",
        "amount.tiyin",
        _price(lambda amount, price: amount in (price, price * 100)),
    ),
    bug(
        "amounts.32-bits",
        "amounts are cut to 32 bits",
        "amount.large",
        _price(lambda amount, price: amount % 2**32 == price),
    ),
    bug(
        "amounts.64-bits",
        "amounts are cut to 64 bits",
        "amount.huge-refused",
        _price(lambda amount, price: amount % 2**64 == price),
    ),
    bug(
        "amounts.overflow-raises",
        "an amount beyond 64 bits ends in the general error handler",
        "amount.huge-code",
        _price(_raising(63)),
        level="should",
    ),
    bug(
        "amounts.either-sign",
        "the sign of an amount is ignored",
        "amount.nonpositive-refused",
        _price(lambda amount, price: abs(amount) == price),
    ),
    bug(
        "amounts.zero-is-free",
        "an amount of zero counts as given away: if (amount && amount != price)",
        "amount.nonpositive-refused",
        _price(lambda amount, price: amount in (0, price)),
    ),
    bug(
        "amounts.parse-int",
        "parseInt reads the amount, so letters behind it and fractions are cut off",
        "amount.wrong-type-refused",
        _read(_leading_digits),
    ),
    bug(
        "amounts.cut-to-whole",
        "int() reads the amount, so that a fraction of a tiyin is cut off",
        "amount.wrong-type-refused",
        _read(int),
    ),
    bug(
        "amounts.truthy",
        "a missing amount is not compared: if (amount && amount != price)",
        "amount.wrong-type-refused",
        both(
            _read(lambda value: value or 0),
            _price(lambda amount, price: amount in (0, price)),
        ),
    ),
    bug(
        "amounts.wrong-type-raises",
        "an amount that is no number ends in the general error handler",
        "amount.wrong-type-code",
        _read(_or_raise),
        level="should",
    ),
    bug(
        "amounts.text-is-fine",
        "the price is taken as a text as well",
        "amount.string-price",
        _read(_of_text),
        level="should",
    ),
    bug(
        "amounts.no-least",
        "the lower limit of an account is not looked at",
        "amount.limits",
        _limits(lambda amount, limits: 0 < amount <= limits.max_amount),
        setup="accumulating",
    ),
    bug(
        "amounts.no-most",
        "the upper limit of an account is not looked at",
        "amount.limits",
        _limits(lambda amount, limits: amount >= limits.min_amount),
        setup="accumulating",
    ),
    bug(
        "amounts.limits-in-32-bits",
        "an amount is cut to 32 bits before it is compared with the limits of an account",
        "amount.limits amount.huge-refused",
        _limits(lambda amount, limits: limits.min_amount <= amount % 2**32 <= limits.max_amount),
        setup="accumulating",
    ),
    bug(
        "amounts.limits-excluded",
        "the limits of an account themselves are refused",
        "amount.within-limits",
        _limits(lambda amount, limits: limits.min_amount < amount < limits.max_amount),
        level="should",
        setup="accumulating",
    ),
    bug(
        "amounts.limits-excluded-in-create",
        "CreateTransaction alone refuses the limits of an account themselves",
        "amount.within-limits",
        around(create._create, _excluded_in_create),
        level="should",
        setup="accumulating",
    ),
    bug(
        "amounts.whole-sum-within-limits",
        "an account takes whole sum only",
        "amount.within-limits",
        _limits(
            lambda amount, limits: (
                limits.min_amount <= amount <= limits.max_amount and amount % TIYIN_IN_SUM == 0
            )
        ),
        level="should",
        setup="accumulating",
    ),
    bug(
        "amounts.cut-within-limits",
        "a fraction of a tiyin is cut off, and what is left lies within the account's limits",
        "amount.wrong-type-refused",
        _read(lambda value: int(value) if type(value) is float else _or_refuse(value)),
        setup="accumulating",
    ),
    bug(
        "amounts.text-within-limits",
        "an account takes an amount as a text as well",
        "amount.string-price",
        _read(_of_text),
        level="should",
        setup="accumulating",
    ),
    bug(
        "amounts.stored-in-sum",
        "the transaction's amount is stored in sum",
        "create.stores-amount database.matches-answers",
        on_create("UPDATE transactions SET amount = amount / 100 WHERE payme_id = :id"),
        needs="database",
    ),
)
