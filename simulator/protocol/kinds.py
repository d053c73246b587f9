"""Payme's data types as predicates: what a timestamp, an amount or an id may look like.

Source: developer.help.paycom.uz, "Типы данных". Booleans are never numbers here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from simulator.protocol.vocabulary import Method

Json = object
_PAYME_ID = re.compile(r"[0-9a-f]{24}")
_FIRST_MS, _LAST_MS = 10**12, 10**13


def is_int(value: Json) -> bool:
    """A JSON integer; `true` is not one, nor is 1.0."""
    return type(value) is int


def is_timestamp(value: Json) -> bool:
    """13 digits: ms since 1970, as an integer."""
    return type(value) is int and _FIRST_MS <= value < _LAST_MS


def is_timestamp_text(value: Json) -> bool:
    """The same number in quotes: wrong, but readable."""
    return isinstance(value, str) and len(value) == 13 and value.isascii() and value.isdigit()


def is_unset(value: Json) -> bool:
    """How a time that has not come yet may be written: 0 as documented, null, or 0 in quotes."""
    return value is None or value == "0" or (type(value) is int and value == 0)


def is_amount(value: Json) -> bool:
    """Whole tiyin, more than none."""
    return type(value) is int and value > 0


def is_payme_id(value: Json) -> bool:
    """24 hexadecimal digits, as in all of Payme's samples."""
    return isinstance(value, str) and _PAYME_ID.fullmatch(value) is not None


def is_account(value: Json) -> bool:
    """An object of texts (a number is accepted too): all that a payer can have entered."""
    return isinstance(value, Mapping) and all(
        (isinstance(v, str) and v.isprintable()) or type(v) is int for v in value.values()
    )


def same_number(left: Json, right: Json) -> bool:
    """Equal as a number even if one of them came in quotes."""
    return str(left) == str(right) and not isinstance(left, bool) and not isinstance(right, bool)


_PARAMS = {
    Method.CHECK_PERFORM: {"amount": is_amount, "account": is_account},
    Method.CREATE: {
        "id": is_payme_id,
        "time": is_timestamp,
        "amount": is_amount,
        "account": is_account,
    },
    Method.PERFORM: {"id": is_payme_id},
    Method.CANCEL: {"id": is_payme_id, "reason": is_int},
    Method.CHECK: {"id": is_payme_id},
    Method.STATEMENT: {"from": is_timestamp, "to": is_timestamp},
    Method.FISCAL: {"id": is_payme_id},
}


def payme_would_send(method: Method, params: Json) -> bool:
    """True if `params` are of the types Payme sends: answers to anything else bind less."""
    return isinstance(params, Mapping) and all(
        name in params and test(params[name]) for name, test in _PARAMS[method].items()
    )


def kind_name(value: Json) -> str:
    """A value's JSON type in words, for messages."""
    names = {bool: "boolean", int: "integer", float: "number with a fraction", str: "string"}
    if value is None:
        return "null"
    return names.get(type(value), "object" if isinstance(value, Mapping) else "array")
