"""What requests and answers are made of: nothing unknown, nothing converted."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    WithJsonSchema,
)

from simulator.web.days import day_of
from simulator.web.payments.service import LARGEST_AMOUNT

LARGEST = 2**53 - 1
_URL = r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[!-~]*)?$"
CardNumber = Literal[
    "8600069195406311",
    "8600495473316478",
    "8600060921090842",
    "3333336415804657",
    "4444445987459073",
    "8600143417770323",
    "8600134301849596",
]


def _whole(value: Any) -> Any:
    """A query's number: digits alone, as `int` would take much else."""
    if isinstance(value, str):
        if not (value.isascii() and value.isdigit() and len(value) <= 16):
            raise ValueError("a whole number is accepted")
        return int(value)
    return value


def _flag(value: Any) -> Any:
    if isinstance(value, str):
        if value not in ("true", "false"):
            raise ValueError("true or false is accepted")
        return value == "true"
    return value


def _day(value: Any) -> Any:
    return day_of(value) if isinstance(value, str) else value


Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]
PaymentId = Id
KassaId = Id
FaultId = Id
ExchangeNumber = Annotated[int, Field(ge=1, le=LARGEST), BeforeValidator(_whole)]
SnapshotName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,60}$")]
Number = Annotated[int, Field(ge=0, le=LARGEST), BeforeValidator(_whole)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
"""A day in Uzbekistan, such as 2024-06-01."""
Amount = Annotated[int, Field(ge=1, le=LARGEST_AMOUNT)]
Text = Annotated[str, Field(max_length=200)]
Word = Annotated[str, Field(min_length=1, max_length=100)]
Page = Annotated[int, Field(ge=1, le=500), BeforeValidator(_whole)]
Wait = Annotated[int, Field(ge=0, le=60_000)]
AccountMember = Annotated[str, Field(min_length=1, max_length=64)]


class Asked(BaseModel):
    """A request: nothing unknown, nothing converted."""

    model_config = ConfigDict(extra="forbid")


class Told(BaseModel):
    """An answer."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


class ProblemShown(Told):
    """What went wrong: what was seen, what is accepted, what to do next."""

    type: str
    title: str
    status: int
    detail: str
    seen: str
    accepted: str | None = None
    do: str | None = None
    code: int | None = None
    member: str | None = None


class ErrorShown(Told):
    """What the payer is told. by: `merchant`, `payme` or `card`."""

    code: int
    message: JsonValue = None
    data: JsonValue = None
    by: str
