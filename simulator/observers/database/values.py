"""What a column holds, in one form whatever the database and the column's type.

A value that cannot be read becomes an `Unreadable`, equal to nothing else, never an exception:
what the merchant has stored is a finding, not a fault of ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_SCIENTIFIC = re.compile(r"-?\d(\.\d+)?e[+-]?\d{1,2}")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A stored value that is not what its column should hold. `text` says both."""

    text: str

    def __str__(self) -> str:
        return self.text


def plain(value: Any) -> Any:
    """Bytes as text, blanks that pad a CHAR column away; everything else as it is."""
    if value is None or type(value) is int:
        return value
    if isinstance(value, memoryview):
        value = bytes(value)
    if isinstance(value, bytes | bytearray):
        value = bytes(value).decode("utf-8", "replace")
    return value.rstrip(" ") if isinstance(value, str) else value


def decimal_of(value: Any) -> Decimal | None:
    """An exact number, or None. A float counts as the shortest number that writes like it."""
    value = plain(value)
    if isinstance(value, bool):
        return Decimal(int(value))
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        value = repr(value)
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if not isinstance(value, str):
        return None
    text = value.strip()
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    return Decimal(text) if _SCIENTIFIC.fullmatch(text) else None


def shown(value: Any) -> str:
    """A stored value as a message shows it."""
    value = plain(value)
    text = f'"{value}"' if isinstance(value, str) else "NULL" if value is None else str(value)
    return text if len(text) <= 80 else text[:77] + "…"


def whole(value: Any, what: str = "a whole number") -> int | Unreadable | None:
    """An int from any numeric or text column; NULL and an empty text are None."""
    if type(value) is int or value is None:
        return value
    if plain(value) in (None, ""):
        return None
    number = decimal_of(value)
    if number is None or number != number.to_integral_value():
        return Unreadable(f"{shown(value)} (not {what})")
    return int(number)


def tiyin(value: Any, unit: Literal["sum", "tiyin"]) -> int | Unreadable | None:
    """An amount in tiyin from a column in sum or tiyin."""
    if type(value) is int:
        return value * 100 if unit == "sum" else value
    if plain(value) in (None, ""):
        return None
    number = decimal_of(value)
    if number is None:
        return Unreadable(f"{shown(value)} (not an amount)")
    amount = number * 100 if unit == "sum" else number
    if amount != amount.to_integral_value():
        return Unreadable(f"{shown(value)} {unit} (not a whole number of tiyin)")
    return int(amount)


def reason_code(value: Any) -> int | Unreadable | None:
    """A cancellation's reason. Payme knows no reason 0, so a stored 0 is no reason."""
    number = whole(value)
    return None if number == 0 else number


def identifier(value: Any) -> str:
    """An id as text."""
    value = plain(value)
    return "" if value is None else str(value)


def choice(value: Any, names: tuple[Any, ...]) -> Any:
    """The configured value that a stored one stands for, or the stored one itself.

    1, true and "1" are the same to a database driver or another; "" stands for NULL too.
    """
    value = plain(value)
    for name in names:
        if name == value and isinstance(name, str) == isinstance(value, str):
            return name
        if value is None and name == "":
            return name
    for name in names:
        if value is not None and _word(name) == _word(value):
            return name
    return value


def _word(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)
