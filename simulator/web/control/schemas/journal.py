"""Exchanges. Amounts are tiyin, times ms since 1970, durations ms."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from simulator.web.control.schemas.base import Asked, Day, Flag, Id, Number, Page, Text, Told


class HeaderShown(Told):
    name: str
    value: str


class ExchangeShown(Told):
    """One call and its answer, masked. verdict: `result`, `error` (a decision), `flaw` (no usable
    answer). fault: what we spoiled on purpose. failure: why there is no answer."""

    id: int
    kassa_id: str
    payment_id: str | None
    transaction_id: str | None
    origin: str
    method: str
    attempt: int
    sent_at: int
    took_ms: int
    url: str
    http_method: str
    request_headers: list[HeaderShown]
    request_body: str
    status: int | None
    answer_headers: list[HeaderShown]
    answer_body: str
    failure: str | None
    failure_text: str
    verdict: str
    code: int | None
    fault: str
    notes: list[str]


class ExchangesShown(Told):
    exchanges: list[ExchangeShown]
    next: int | None


class ExchangesQuery(Asked):
    """from, to: days in Uzbekistan on which it was sent, both included, such as 2024-06-01."""

    kassa: Id | None = None
    payment: Id | None = None
    transaction: Text | None = None
    method: Text | None = None
    verdict: Literal["result", "error", "flaw"] | None = None
    origin: Text | None = None
    faulted: Flag | None = None
    text: Text = ""
    first_day: Day | None = Field(default=None, alias="from")
    last_day: Day | None = Field(default=None, alias="to")
    sent_from: Number | None = None
    sent_to: Number | None = None
    before: Number | None = None
    limit: Page = 50


class CurlShown(Told):
    """A shell command; the key is read from the variable PAYME_KEY."""

    curl: str
