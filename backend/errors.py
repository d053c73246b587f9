"""Refusals: what the merchant answers instead of a result, with Payme's codes.

A refusal is a decision like any other, so it is raised inside the database transaction and what the
handler wrote before raising it (an expired transaction's cancellation) is committed.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from backend.messages import ACCOUNT_TEXTS, STATE_TEXTS, Localised


class Code(IntEnum):
    """Payme's error codes; the account range -31050..-31099 is the merchant's to divide."""

    NOT_POST = -32300
    NOT_JSON = -32700
    BAD_REQUEST = -32600
    NO_METHOD = -32601
    BAD_FISCAL_PARAMS = -32602
    NO_ACCESS = -32504
    SYSTEM = -32400
    NO_RECEIPT = -32001
    WRONG_AMOUNT = -31001
    NO_TRANSACTION = -31003
    NOT_CANCELLABLE = -31007
    IMPOSSIBLE = -31008
    ORDER_UNKNOWN = -31050
    ORDER_PAID = -31051
    ORDER_BUSY = -31052
    ORDER_REFUNDED = -31053


class Refusal(Exception):
    """An error object of the protocol: code, message (a text or one text a language), data."""

    def __init__(self, code: Code, message: str | Localised, data: str | None = None) -> None:
        """`data` names the account member or the method at fault; None leaves the member out."""
        super().__init__(int(code), message)
        self.code = code
        self.message = message
        self.data = data

    def body(self) -> dict[str, object]:
        """The error object as it goes over the wire."""
        error: dict[str, object] = {"code": int(self.code), "message": self.message}
        return error if self.data is None else error | {"data": self.data}

    @property
    def text(self) -> str:
        """The message in one language, for the log."""
        return self.message["en"] if isinstance(self.message, Mapping) else self.message


ACCOUNT_MEMBER = "order_id"
"""The one member of `params.account`, as configured for the kassa."""


def bad_request(message: str) -> Refusal:
    """-32600: a member is missing or has the wrong type."""
    return Refusal(Code.BAD_REQUEST, message)


def about_account(code: Code) -> Refusal:
    """A refusal of the account range: localised, with `data` naming the account's member."""
    return Refusal(code, ACCOUNT_TEXTS[code], ACCOUNT_MEMBER)


def about_state(code: Code) -> Refusal:
    """A refusal because of an amount or of a transaction's state, localised."""
    return Refusal(code, STATE_TEXTS[code])
