"""Repeats, fiscal data, both books, snapshots. Amounts are tiyin, times ms since 1970."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from simulator.protocol.vocabulary import Method
from simulator.web.clock import FURTHEST_MS
from simulator.web.control.schemas.base import Asked, Number, SnapshotName, Text, Told, Word


class RepeatBody(Asked):
    """method: CreateTransaction, PerformTransaction, CancelTransaction or CheckTransaction."""

    method: Method


class DifferenceShown(Told):
    """A member of the result that is not what it was; values as JSON."""

    member: str
    first: str
    now: str


class RepeatedShown(Told):
    """exchange_id: the call; first_id: the first one of its kind that was answered with a result;
    kind: `result`, `error` or `nothing`. No differences: the merchant repeated its answer."""

    exchange_id: int
    kind: str
    first_id: int | None
    differences: list[DifferenceShown]


class FiscalData(Asked):
    """As SetFiscalData sends it; date is YYYYMMDDhhmmss."""

    receipt_id: Word = "1"
    status_code: Annotated[int, Field(ge=0, le=999_999)] = 0
    message: Text = "accepted"
    terminal_id: Text = "EP000000000001"
    fiscal_sign: Text = "800031554082"
    qr_code_url: Annotated[str, Field(max_length=500)] = "https://ofd.example/check?t=1"
    date: Annotated[str, Field(pattern=r"^[0-9]{14}$")] = "20240601120000"


class FiscalBody(Asked):
    """type: the receipt of the payment (PERFORM) or of its refund (CANCEL)."""

    type: Literal["PERFORM", "CANCEL"] = "PERFORM"
    fiscal_data: FiscalData = FiscalData()


class AgeBody(Asked):
    """Make the transaction so much older, in both books."""

    by_ms: Annotated[int, Field(ge=1, le=FURTHEST_MS)]


class PeriodQuery(Asked):
    """By Payme's time, both ends included; the last 24 hours by default."""

    start: Number | None = None
    end: Number | None = None


class DifferingShown(Told):
    """A member on which the books differ. where: `statement` or `database`."""

    where: str
    member: str
    ours: JsonValue
    theirs: JsonValue


class LineShown(Told):
    """One transaction. verdict: `agrees`, `differs`, `waiting` (a call for it is still repeated),
    `only-payme`, `only-merchant`. note: who made it, if no payment of ours did."""

    transaction_id: str
    verdict: str
    ours: dict[str, JsonValue] | None
    statement: dict[str, JsonValue] | None
    database: dict[str, JsonValue] | None
    differences: list[DifferingShown]
    note: str


class BooksShown(Told):
    """Both books of a period. differing: on how many transactions they do not agree."""

    start: int
    end: int
    exchange_id: int
    lines: list[LineShown]
    ours_paid: int
    theirs_paid: int
    has_database: bool
    differing: int


class SnapshotShown(Told):
    name: str
    created_at: int
    payments: int


class SnapshotsShown(Told):
    snapshots: list[SnapshotShown]


class SnapshotBody(Asked):
    """A name of letters, digits, - and _; an older snapshot of that name is replaced."""

    name: SnapshotName


class ResetBody(Asked):
    """journal: forget the exchanges, too."""

    journal: bool = True
