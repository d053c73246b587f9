"""Reading `params`: strict types, no coercion. What is missing or wrongly typed is -32600."""

from __future__ import annotations

from typing import Any

from backend.errors import ACCOUNT_MEMBER, Code, about_account, bad_request

Params = dict[str, Any]

LONGEST_ID = 64
LAST_MS = 9_999_999_999_999
"""The last moment that a Timestamp of 13 digits can name."""

REASONS = (1, 2, 3, 4, 5, 10)


def transaction_id(params: Params) -> str:
    """`params.id`: Payme's transaction id, 24 characters in practice; up to 64 are taken."""
    value = params.get("id")
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID or not storable(value):
        raise bad_request(f"params.id must be a string of 1 to {LONGEST_ID} characters.")
    return value


def integer(params: Params, name: str) -> int:
    """A whole number; true and 1.0 are none."""
    value = params.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise bad_request(f"params.{name} must be an integer.")
    return value


def timestamp(params: Params, name: str) -> int:
    """A moment in ms: positive, at most 13 digits."""
    value = integer(params, name)
    if not 0 < value <= LAST_MS:
        raise bad_request(f"params.{name} must be a time in ms of 13 digits.")
    return value


def reason(params: Params) -> int:
    """`params.reason`: one of the documented codes of cancellation."""
    value = integer(params, "reason")
    if value not in REASONS:
        raise bad_request(f"params.reason must be one of {', '.join(map(str, REASONS))}.")
    return value


def account(params: Params) -> dict[str, Any]:
    """`params.account` as sent. Its member is looked at by `order_number`."""
    value = params.get("account")
    if not isinstance(value, dict):
        raise bad_request("params.account must be an object.")
    return value


def order_number(account: dict[str, Any]) -> str:
    """The order that an account names, as text; a whole number is read as its digits.

    Raises the account refusal -31050 if the member is missing, has another type, or is a text that
    no order can have.
    """
    value = account.get(ACCOUNT_MEMBER)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not storable(value):
        raise about_account(Code.ORDER_UNKNOWN)
    return value


def storable(text: str) -> bool:
    """Whether every database can hold the text: no NUL, no half of a surrogate pair."""
    if "\x00" in text:
        return False
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)
