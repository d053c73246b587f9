"""The switchboard: everything about the merchant that a bug can bend. The defaults are right.

A bug is a `Habits` that differs from the default in a field or two; the handlers never know which
bug is on.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Members = dict[str, Any]
GONE = object()
"""As the value of a member: the member is left out."""

TWELVE_HOURS_MS = 43_200_000

STATES = {"new": 1, "done": 2, "void": -1, "back": -2}
"""What the column `step` says, and Payme's number for it."""

LINES = {
    "drawn-up": "bill {bill} drawn up over {amount} tiyin",
    "asked": "may bill {bill} be paid with {amount}?",
    "created": "op {id} holds bill {bill}",
    "create-repeated": "op {id} has bill {bill} already",
    "performed": "bill {bill} is paid by op {id}",
    "perform-repeated": "bill {bill} was paid by op {id} before",
    "cancelled": "op {id} lets bill {bill} go",
    "refunded": "op {id} gives the money for bill {bill} back",
    "cancel-repeated": "op {id} had let bill {bill} go before",
    "checked": "op {id} looked up",
    "listed": "statement given",
    "documented": "op {id} has a tax document",
    "expired": "op {id} waited too long",
    "refused": "refused: {why}",
}
"""The log's line for each event."""

CODES = {
    "not-post": -32300,
    "bad-json": -32700,
    "bad-request": -32600,
    "no-method": -32601,
    "no-rights": -32504,
    "broken": -32400,
    "wrong-amount": -31001,
    "no-op": -31003,
    "no-refund": -31007,
    "repeat-refused": -31008,
    "perform-refused": -31008,
    "expired": -31008,
    "too-late": -31008,
    "no-bill": -31050,
    "paid": -31051,
    "busy": -31052,
    "busy-at-create": -31008,
    "returned": -31053,
    "no-receipt": -32001,
    "bad-document": -32602,
}
"""Why a call is refused, and the code that says so."""


def right_key(header: str | None, login: str, key: str) -> bool:
    """Whether the Authorization header is Basic with exactly this login and key."""
    scheme, _, rest = (header or "").strip().partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        given = base64.b64decode(rest.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(given, f"{login}:{key}".encode())


def read_json(body: bytes, content_type: str) -> object:
    """The body as JSON, whatever it calls itself. Raises ValueError."""
    return json.loads(body.decode("utf-8"))


def bill_number(value: Any) -> str | None:
    """The account's member as a bill's number; None if it cannot be one."""
    if isinstance(value, str):
        return value or None
    return str(value) if type(value) is int and value > 0 else None


def exact_price(amount: object, total: int) -> bool:
    """Whether the amount is the bill's total, both in tiyin."""
    return amount == total


def within(amount: int, least: int, most: int) -> bool:
    """Whether a wallet takes that amount; all in tiyin."""
    return least <= amount <= most


def as_it_is(request: Members, answer: Members) -> Members:
    """The whole answer unchanged."""
    return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How the merchant goes about its work.

    On the wire: `status` and `content_type` of answers; `before` and `after` stand around the
    JSON; `hangs_ms` and `hangs_up` by method ("*": all); `envelope` makes the last change to an
    answer; `parses` reads bodies; `verbs` are HTTP methods; `guards` says when the key is looked
    at: "first", once the "method" is known, or "last" of all.
    Decisions: `ignores` names checks that are left out (see `Call.minds`), `balks` adds some by
    method: a function that gives a reason to refuse, or nothing. `codes` and `error` change
    refusals (a function gets the secrets). The SQL texts find rows; one with {bill} is put
    together unsafely. `clock` is the merchant's own, made from the right time.
    By event (see LINES): `says` changes members of the result (a function gets the call), `sql`
    is run beside the decision (also by reason, when a call is refused), `mutters` are more lines
    in the log, `lines` replaces the right ones.
    """

    status: Mapping[str, int] = field(default_factory=dict)  # by why, "result", "*"
    content_type: str = "application/json; charset=UTF-8"
    before: bytes = b""
    after: bytes = b""
    hangs_ms: Mapping[str, int] = field(default_factory=dict)
    hangs_up: frozenset[str] = frozenset()
    envelope: Callable[[Members, Members], Members] = as_it_is
    parses: Callable[[bytes, str], object] = read_json
    verbs: frozenset[str] = frozenset({"POST"})
    trusts: Callable[[str | None, str, str], bool] = right_key
    guards: str = "first"
    method_named: Callable[[Any], object] = lambda name: name

    ignores: frozenset[str] = frozenset()
    balks: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    codes: Mapping[str, int] = field(default_factory=dict)
    error: Mapping[str, object] = field(default_factory=dict)
    price: Callable[[Any, int], bool] = exact_price
    within: Callable[[int, int, int], bool] = within
    reads_bill: Callable[[Any], str | None] = bill_number
    lifetime_ms: int = TWELVE_HOURS_MS
    age_from: str = "sent_at"  # or made_at
    age_within_ms: int = 0  # of an age only what is left of whole ones of these counts; 0: all
    ages_otherwise: frozenset[str] = frozenset()  # methods that count from made_at all the same
    repeats_in: frozenset[str] = frozenset({"new"})
    performs_from: frozenset[str] = frozenset({"new"})
    performed_in: frozenset[str] = frozenset({"done"})
    expires_in: frozenset[str] = frozenset({"new"})
    cancelled_in: frozenset[str] = frozenset({"void", "back"})
    cancels_to: Mapping[str, str] = field(
        default_factory=lambda: {"new": "void", "done": "back", "void": "void", "back": "back"}
    )
    bill_sql: str = "SELECT * FROM bills WHERE bill_no = :bill"
    op_sql: str = "SELECT * FROM payme_ops WHERE ext_id = :id ORDER BY op_no"
    known_sql: str = "SELECT * FROM payme_ops WHERE ext_id = :id ORDER BY op_no"
    holders_sql: str = "SELECT * FROM payme_ops WHERE bill_no = :bill AND step <> 'void'"
    statement_sql: str = (
        "SELECT * FROM payme_ops WHERE sent_at BETWEEN :from AND :to ORDER BY sent_at, op_no"
    )
    unique: bool = True  # indexes on a bill's number and on Payme's id
    schema: str = ""  # more of it
    server: frozenset[str] = frozenset()  # closes, chunked, one-at-a-time, first-piece
    clock: Callable[[int], int] = lambda ms: ms
    locks: bool = True
    thinks_ms: Mapping[str, int] = field(default_factory=dict)  # between looking and deciding
    times_later: bool = False  # a payment's state is saved before its time
    dawdles_ms: Mapping[str, int] = field(default_factory=dict)  # between an op and its bill
    saves_ms: int = 0  # the file is written every so often, not before the answer
    starts: frozenset[str] = frozenset()  # afresh, locked, unpaid
    abandons: Mapping[str, str] = field(default_factory=dict)  # method -> SQL, if the caller left
    chokes: Callable[[bytes, Mapping[str, str]], bool] = lambda body, headers: False  # for good
    one_memory: bool = False  # all calls share the params of the latest
    pretends: bool = False  # an exception of the database is caught, and the call "was done"
    sulks: bool = False  # after one exception of the database every call is refused

    says: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    sql: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, str] = field(default_factory=dict)
    mutters: Mapping[str, str] = field(default_factory=dict)
