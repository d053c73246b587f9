"""Fault rules. Amounts are tiyin, times ms since 1970, durations ms."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from simulator.protocol.vocabulary import Method
from simulator.web.control.schemas.base import LARGEST, Amount, Asked, Id, Told
from simulator.web.faults import LONGEST_DELAY_MS, MOST_AT_ONCE, Kind


class FaultShown(Told):
    """A rule. seen: calls that it matched; hits: calls that it spoiled."""

    id: str
    kassa_id: str
    kind: str
    method: str | None
    nth: int | None
    amount: int | None
    account_glob: str | None
    percent: int
    seed: int
    delay_ms: int
    count: int
    times_left: int | None
    seen: int
    hits: int
    active: bool
    created_at: int


class FaultsShown(Told):
    faults: list[FaultShown]


class FaultBody(Asked):
    """A rule to be made. method: null is any; nth: the n-th such call from now; percent: how often,
    drawn from seed; times: how many calls at most; delay_ms for `delay`; count for `burst`."""

    kassa: Id | None = None
    kind: Kind
    method: Method | None = None
    nth: Annotated[int, Field(ge=1, le=LARGEST)] | None = None
    amount: Amount | None = None
    account_glob: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    percent: Annotated[int, Field(ge=1, le=100)] = 100
    seed: Annotated[int, Field(ge=0, le=LARGEST)] = 0
    delay_ms: Annotated[int, Field(ge=1, le=LONGEST_DELAY_MS)] = 5_000
    count: Annotated[int, Field(ge=2, le=MOST_AT_ONCE)] = 2
    times: Annotated[int, Field(ge=1, le=LARGEST)] | None = None


class FaultChange(Asked):
    active: bool
