"""The makers: the few ways in which a scenario derives one value from another."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

_LONG_NUMBER = 10
_LONG_HEX = 16


class NotApplicable(Exception):
    """This row cannot be made from this merchant's values; it is skipped with this reason."""


@runtime_checkable
class Order(Protocol):
    """A payable order: amounts in tiyin and sum, the account Payme sends for it."""

    @property
    def number(self) -> str: ...
    @property
    def amount(self) -> int: ...
    @property
    def amount_sum(self) -> int: ...
    @property
    def account(self) -> Mapping[str, object]: ...
    @property
    def member(self) -> str: ...


def arithmetic(name: str, value: object) -> int | float:
    """`$plus`, `$times`, `$over` of two whole numbers; `$above` is the left one if it is more.

    Only what `$plus` adds may be a fraction: an amount that no order has, and that a careless
    merchant cuts to one.
    """
    if name == "$plus" and _adds_fraction(value):
        return float(value[0] + value[1])  # type: ignore[index]
    if not isinstance(value, list) or len(value) != 2 or not all(type(v) is int for v in value):
        raise NotApplicable(f"{name} takes two whole numbers, not {value!r}")
    left, right = value
    if name == "$plus":
        return int(left + right)
    if name == "$above":
        if left <= right:
            raise NotApplicable(f"{left} is not more than {right}")
        return int(left)
    if name == "$over" and not right:
        raise NotApplicable("nothing can be divided by zero")
    return int(left * right) if name == "$times" else int(left // right)


def _adds_fraction(value: object) -> bool:
    return isinstance(value, list) and [type(v) for v in value] == [int, float]


def as_text(value: object) -> str:
    """A number in quotes; the items of a list behind one another."""
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def as_float(value: object) -> float:
    """1000 as 1000.0: what a merchant gets from a careless JSON writer."""
    if type(value) is not int:
        raise NotApplicable(f"{value!r} is not a whole number")
    return float(value)


def merge(name: str, value: object) -> object:
    """`$merge: [a, b]` is a with b's members; `$without: [a, name]` is a less one member."""
    if not isinstance(value, list) or len(value) != 2 or not isinstance(value[0], Mapping):
        raise NotApplicable(f"{name} takes an object and one more value, not {value!r}")
    base, other = dict(value[0]), value[1]
    if name == "$without":
        return {key: item for key, item in base.items() if key != other}
    if not isinstance(other, Mapping):
        raise NotApplicable(f"{name} takes two objects, not {value!r}")
    return {**base, **other}


def _letters(value: object) -> object:
    text = str(value)
    if text.swapcase() == text:
        raise NotApplicable("the account has no letters whose case could change")
    return text.swapcase()


def _digits_alone(value: object) -> str:
    """A number's digits, to be written in another way."""
    text = str(value)
    if not text.isascii() or not text.isdigit():
        raise NotApplicable("the account is not a number")
    return text


def _number(value: object) -> object:
    if type(value) is int:
        raise NotApplicable("the account is a number already")
    text = str(value)
    if not text.isascii() or not text.isdigit() or text != str(int(text)):
        raise NotApplicable("the account is not a number")
    return int(text)


def _digits(value: object) -> object:
    text = str(value)
    other = text.translate({ord("0") + n: chr(0x0660 + n) for n in range(10)})
    if other == text:
        raise NotApplicable("the account has no digits")
    return other


def _cut(value: object) -> object:
    """The number less its last character. Short numbers are left alone: A-17 may be followed by
    an order A-1, and to find that one is right."""
    text = str(value)
    if sum(letter.isdigit() for letter in text) < _LONG_NUMBER and len(text) < 2 * _LONG_NUMBER:
        raise NotApplicable("the account is so short that its beginning may be another order")
    return text[:-1]


CHANGES: dict[str, Callable[[object], object]] = {
    "null": lambda v: None,
    "empty": lambda v: "",
    "blanks-around": lambda v: f" {v} ",
    "blank-before": lambda v: f" {v}",
    "blank-behind": lambda v: f"{v} ",
    "plus-before": lambda v: f"+{_digits_alone(v)}",
    "zeros-before": lambda v: f"00{_digits_alone(v)}",
    "as-decimal": lambda v: f"{_digits_alone(v)}.0",
    "as-exponent": lambda v: f"{_digits_alone(v)}e0",
    "other-case": _letters,
    "as-number": _number,
    "as-text": _digits_alone,
    "zero": lambda v: 0,
    "negative": lambda v: -1,
    "true": lambda v: True,
    "list": lambda v: [v],
    "object": lambda v: {"$ne": None},
    "like-any": lambda v: "%",
    # the strange character comes first: lenient number readers would read "17'" as 17
    "like-prefix": lambda v: f"%{str(v)[1:]}",
    "like-one": lambda v: f"_{str(v)[1:]}",
    "sql": lambda v: f"' OR '1'='1' -- {v}",
    "quote": lambda v: f"'{v}",
    "long": lambda v: "9" * 10_000,
    "huge": lambda v: 10**30,
    "newline": lambda v: f"{v}\n",
    "nul": lambda v: f"{v}\x00",
    "unicode-digits": _digits,
    "cut": _cut,
}
"""How an account can be wrong: name in a scenario file -> change of the naming member."""


_DIGITS = str.maketrans("0123456789", "9876543210")
_HEX = str.maketrans("0123456789abcdefABCDEF", "fedcba9876543210543210")
_LETTERS = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "NOPQRSTUVWXYZABCDEFGHIJKLMnopqrstuvwxyzabcdefghijklm",
)
_FAR = 7_000_003


def unlike(value: object) -> object:
    """Another value of the same look: as many digits, letters for letters, hex for hex."""
    if type(value) is int:
        return value + _FAR
    if not isinstance(value, str) or not value:
        raise NotApplicable("the member is neither a text nor a number")
    bare = value.replace("-", "")
    if bare.isdigit() and bare.isascii():
        return value.translate(_DIGITS)
    if len(bare) >= _LONG_HEX and all(letter in string.hexdigits for letter in bare):
        return value.translate(_HEX)
    other = value.translate(_LETTERS).translate(_DIGITS)
    return other if other != value else value + value


def other_member(value: object, how: str, name: str) -> Mapping[str, object]:
    """The account with a member changed that does not name the order. Raises NotApplicable."""
    if not isinstance(value, Mapping) or name not in value:
        raise NotApplicable(f"the account has no {name}")
    rest = {key: item for key, item in value.items() if key != name}
    if how == "missing":
        return rest
    changed = unlike(value[name]) if how == "unknown" else CHANGES[how](value[name])
    return {key: changed if key == name else item for key, item in value.items()}


def account(
    value: object, how: str, member: str, unknown: Callable[[], Order]
) -> Mapping[str, object]:
    """The account with the member that names the order changed. Raises NotApplicable."""
    if how == "unknown":
        return dict(unknown().account)
    if not isinstance(value, Mapping) or member not in value:
        raise NotApplicable("no member of the account names the order")
    changed = dict(value)
    if how == "unknown-number":
        changed[member] = unknown().account[member]
        return changed
    if how == "missing":
        del changed[member]
        return changed
    if how not in CHANGES:
        raise NotApplicable(f'there is no way "{how}" to change an account')
    changed[member] = CHANGES[how](value[member])
    return changed
