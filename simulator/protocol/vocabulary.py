"""The words and numbers of Payme's Merchant API: methods, states, reasons, codes, limits.

Source: developer.help.paycom.uz, "Протокол Merchant API" (types, errors, one page a method).
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Method(StrEnum):
    """The methods that a merchant implements."""

    CHECK_PERFORM = "CheckPerformTransaction"
    CREATE = "CreateTransaction"
    PERFORM = "PerformTransaction"
    CANCEL = "CancelTransaction"
    CHECK = "CheckTransaction"
    STATEMENT = "GetStatement"
    FISCAL = "SetFiscalData"


MUTATING = frozenset({Method.CREATE, Method.PERFORM, Method.CANCEL})
"""The calls that Payme's own sandbox sends twice."""


OPTIONAL = frozenset({Method.FISCAL})
"""Methods that a merchant may leave out."""


class State(IntEnum):
    """A transaction's state. The negative ones are final."""

    CREATED = 1
    PERFORMED = 2
    CANCELLED = -1
    REFUNDED = -2


REASONS = frozenset({1, 2, 3, 4, 5, 10})
REASON_TIMEOUT = 4

TIMEOUT_MS = 43_200_000
"""12 hours, counted from Payme's `time`."""


class Code(IntEnum):
    """Error codes with one meaning. The account range has no single meanings: see below."""

    NOT_POST = -32300
    PARSE = -32700
    REQUEST = -32600
    NO_METHOD = -32601
    UNAUTHORIZED = -32504
    SYSTEM = -32400
    AMOUNT = -31001
    NO_TRANSACTION = -31003
    CANNOT_CANCEL = -31007
    IMPOSSIBLE = -31008
    NO_RECEIPT = -32001
    FISCAL_PARAMS = -32602


ACCOUNT_FIRST, ACCOUNT_LAST = -31050, -31099
LANGUAGES = ("ru", "uz", "en")

GENERAL_CODES = frozenset(
    {Code.NOT_POST, Code.PARSE, Code.REQUEST, Code.NO_METHOD, Code.UNAUTHORIZED, Code.SYSTEM}
)
"""Allowed as the answer to any method."""

_ACCOUNT_METHODS = frozenset({Method.CHECK_PERFORM, Method.CREATE, Method.PERFORM})
_OWN_CODES: dict[Method, frozenset[Code]] = {
    Method.CHECK_PERFORM: frozenset({Code.AMOUNT, Code.IMPOSSIBLE}),
    Method.CREATE: frozenset({Code.AMOUNT, Code.IMPOSSIBLE}),
    Method.PERFORM: frozenset({Code.NO_TRANSACTION, Code.IMPOSSIBLE}),
    Method.CANCEL: frozenset({Code.NO_TRANSACTION, Code.CANNOT_CANCEL, Code.IMPOSSIBLE}),
    Method.CHECK: frozenset({Code.NO_TRANSACTION}),
    Method.STATEMENT: frozenset(),
    Method.FISCAL: frozenset({Code.NO_RECEIPT, Code.FISCAL_PARAMS, Code.NO_TRANSACTION}),
}


def is_account_code(code: object) -> bool:
    """True for -31050 … -31099: what the payer entered is at fault."""
    return type(code) is int and ACCOUNT_LAST <= code <= ACCOUNT_FIRST


def may_answer(method: Method, code: int) -> bool:
    """True if the documents list this code for this method."""
    if code in GENERAL_CODES or code in _OWN_CODES[method]:
        return True
    return method in _ACCOUNT_METHODS and is_account_code(code)


def as_method(name: object) -> Method | None:
    """The method of that exact name, or None."""
    try:
        return Method(name) if isinstance(name, str) else None
    except ValueError:
        return None
