"""Kassas, orders, the clock. Amounts are tiyin, times ms since 1970, durations ms."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from simulator.web.clock import FURTHEST_MS
from simulator.web.control.schemas.base import (
    _URL,
    AccountMember,
    Amount,
    Asked,
    Flag,
    Id,
    Told,
    Word,
)


class KassaShown(Told):
    """A kassa. Its key is shown by the reveal operation only."""

    id: str
    name: str
    url: str
    login: str
    key: str
    account: list[str]
    account_type: str
    min_amount: int
    max_amount: int
    refunds: bool
    timeout_ms: int
    attempts: int
    pauses_ms: list[int]
    source: str
    created_at: int


class KassasShown(Told):
    kassas: list[KassaShown]


class KeyShown(Told):
    key: str


Address = Annotated[str, Field(max_length=500, pattern=_URL)]
Key = Annotated[str, Field(min_length=1, max_length=200)]
Login = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^:]+$")]
Members = Annotated[list[AccountMember], Field(min_length=1, max_length=10)]
AccountType = Literal["one-time", "accumulating"]
Timeout = Annotated[int, Field(ge=1, le=120_000)]
Attempts = Annotated[int, Field(ge=1, le=20)]
Pauses = Annotated[
    list[Annotated[int, Field(ge=0, le=3_600_000)]], Field(min_length=1, max_length=20)
]


class KassaBody(Asked):
    """A kassa to be made. pauses_ms: between two attempts of a call; the last stands for more."""

    name: Word
    url: Address
    key: Key
    login: Login = "Paycom"
    id: Id | None = None
    account: Members = Field(default=["order_id"])
    account_type: AccountType = "one-time"
    min_amount: Amount = 1
    max_amount: Amount = 100_000_000_000
    refunds: bool = True
    timeout_ms: Timeout = 10_000
    attempts: Attempts = 3
    pauses_ms: Pauses = Field(default=[1_000, 5_000, 15_000])


class KassaChange(Asked):
    """What becomes different; what is left out, or null, stays."""

    name: Word | None = None
    url: Address | None = None
    key: Key | None = None
    login: Login | None = None
    account: Members | None = None
    account_type: AccountType | None = None
    min_amount: Amount | None = None
    max_amount: Amount | None = None
    refunds: bool | None = None
    timeout_ms: Timeout | None = None
    attempts: Attempts | None = None
    pauses_ms: Pauses | None = None


class KassaRemoval(Asked):
    """payments: forget its payments, too."""

    payments: Flag = False


class OrderBody(Asked):
    """An order to be made as [orders] says. amount_sum is in sum, not tiyin."""

    amount_sum: Annotated[int, Field(ge=1, le=10**10)] | None = None


class OrderShown(Told):
    number: str
    amount: int
    account: dict[str, JsonValue]
    captured: dict[str, JsonValue]


class ClockBody(Asked):
    """Let so much time pass."""

    advance_ms: Annotated[int, Field(ge=1, le=FURTHEST_MS)]


class ClockShown(Told):
    """now: the server's time; shift_ms: so far ahead of the true time."""

    now: int
    shift_ms: int


class StateShown(Told):
    """How the server stands. payments: how many are in each state."""

    version: str
    public_url: str
    now: int
    shift_ms: int
    payments: dict[str, int]
    exchanges: int


class KassaQuery(Asked):
    kassa: Id | None = None
