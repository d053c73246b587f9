"""One call while it is decided: its params, its piece of work, its moment, and its bugs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.merchants.habits import CODES, GONE, LINES, Habits, Members
from tests.merchants.store import Bill, Op, Work

MEMBER = "bill"
BRANCH = "samarkand"
_ACCOUNT_CODES = range(-31099, -31049)
_TEXTS = {
    "ru": "Этот счёт сейчас оплатить нельзя.",
    "uz": "Bu hisobni hozir to‘lab bo‘lmaydi.",
    "en": "This bill cannot be paid now.",
}


class Refusal(Exception):
    """The call is refused. `why` is a key of CODES."""

    def __init__(self, why: str, data: object = None) -> None:
        super().__init__(why)
        self.why = why
        self.data = data


@dataclass(frozen=True, slots=True)
class Terms:
    """What the merchant promises Payme. `limits` in tiyin are only for a wallet."""

    accounts: str = "one-time"
    refunds: bool = True
    profile: str = "default"
    digits: bool = False  # bills have numbers without letters
    limits: tuple[int, int] = (100_000, 100_000_000)

    @property
    def one_time(self) -> bool:
        return self.accounts == "one-time"


@dataclass(slots=True)
class Call:
    """One call. `bill` and `op` are set as they are found, for the log and for bugs."""

    method: str
    params: Members
    work: Work
    habits: Habits
    terms: Terms
    log: Callable[[str], None]
    secrets: Mapping[str, str] = field(default_factory=dict)
    now: int = field(init=False)
    bill: Bill | None = None
    op: Op | None = None

    def __post_init__(self) -> None:
        self.now = self.habits.clock(time.time_ns() // 1_000_000)

    def minds(self, check: str) -> bool:
        """Whether this check is made at all: everywhere, or in this method."""
        return not {check, f"{check}:{self.method}"} & self.habits.ignores

    def think(self) -> None:
        """Time between looking and deciding."""
        time.sleep(self.habits.thinks_ms.get(self.method, 0) / 1000)

    def dawdle(self) -> None:
        """Time between a transaction's row and its bill's."""
        time.sleep(self.habits.dawdles_ms.get(self.method, 0) / 1000)

    @property
    def values(self) -> dict[str, Any]:
        """What SQL and log lines may name."""
        given = {k: v for k, v in self.params.items() if type(v) in (str, int)}
        known: dict[str, Any] = {"id": "", "amount": 0, "time": 0, "reason": None, **given}
        account = self.params.get("account")
        sent = account.get(MEMBER) if isinstance(account, dict) else None
        number = self.op.bill_no if self.op else self.bill.bill_no if self.bill else sent
        return {**known, "bill": number if isinstance(number, str) else "", "now": self.now}

    def ops(self, sql: str) -> list[Op]:
        """Transactions that one of the habits' queries finds."""
        text = sql.format(id=self.values["id"]) if "{id}" in sql else sql
        return self.work.ops(text, self.values)

    def done(self, event: str, result: Members) -> Members:
        """The result of the call, as the habits have it told."""
        self.happened(event)
        return self.told(event, result)

    def happened(self, event: str, why: str = "") -> None:
        """What is written down beside a decision: in the database and in the log."""
        for name in (event, why):
            for statement in filter(None, self.habits.sql.get(name, "").split(";")):
                self.work.run(statement, self.values)
        known = {**self.values, **self.secrets, "why": why}
        line = self.habits.lines.get(event, LINES[event])
        for text in (line, self.habits.mutters.get(event, "")):
            if text:
                self.log(text.format(**known))

    def told(self, what: str, members: Members) -> Members:
        """Members of an answer after the habits' changes to them."""
        changes = self.habits.says.get(what, {})
        changed = members | {n: v(self) if callable(v) else v for n, v in changes.items()}
        return {name: value for name, value in changed.items() if value is not GONE}


def error_object(
    habits: Habits, why: str, secrets: Mapping[str, str], data: object = None
) -> Members:
    """`code`, `message` and, for what the payer entered, the account member at fault."""
    code = habits.codes.get(why, CODES[why])
    error: Members = {"code": code, "message": why}
    if data is not None:
        error["data"] = data
    if code in _ACCOUNT_CODES:
        error |= {"message": _TEXTS, "data": MEMBER}
    error |= {n: v(secrets) if callable(v) else v for n, v in habits.error.items()}
    return {name: value for name, value in error.items() if value is not GONE}
