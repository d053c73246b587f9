"""The scenario format, version 1: a closed schema, no code in YAML.

`scenarios/schema.json` is generated from these models (`python -m simulator schema`).
"""

from __future__ import annotations

import difflib
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from simulator.caller.auth import VARIANTS
from simulator.caller.faults import FaultKind
from simulator.conformance.durations import parse_duration, parse_size


def _is_duration(text: str) -> str:
    parse_duration(text)
    return text


def _is_size(text: str) -> str:
    parse_size(text)
    return text


def _is_fault(name: str) -> str:
    if not name.startswith("$") and name not in set(FaultKind):
        near = difflib.get_close_matches(name, list(FaultKind), 1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        raise ValueError(f'"{name}" is not one of {", ".join(FaultKind)}{hint}')
    return name


def _is_variant(name: str) -> str:
    if not name.startswith("$") and name not in VARIANTS:
        raise ValueError(f'"{name}" is not one of {", ".join(VARIANTS)}')
    return name


Duration = Annotated[str, AfterValidator(_is_duration)]
Size = Annotated[str, AfterValidator(_is_size)]
FaultName = Annotated[str, AfterValidator(_is_fault)]
AuthVariant = Annotated[str, AfterValidator(_is_variant)]
RuleId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*\.[a-z0-9][a-z0-9-]*$")]
StepId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
Level = Literal["must", "should", "may"]
ProfileName = Literal["default", "docs", "sandbox"]
AccountType = Literal["one-time", "accumulating"]
Need = Literal[
    "refunds",
    "no-refunds",
    "age-rows",
    "database",
    "log",
    "payable-after-cancel",
    "process",
    "trouble",
    "other-members",
]
Trouble = Literal["locked", "read-only", "gone"]
OrderStatus = Literal["payable", "reserved", "paid", "refunded", "after-cancel"]
LogEvent = Literal[
    "check_perform", "create", "perform", "cancel", "check", "statement", "refused", "created_order"
]
Row = dict[str, JsonValue]


def _is_clock_way(name: str) -> str:
    if not name.startswith("$matrix.") and name not in CLOCK_WAYS:
        raise ValueError(f'"{name}" is not one of {", ".join(CLOCK_WAYS)}')
    return name


CLOCK_WAYS = ("rows", "hook", "faketime")
ClockWay = Annotated[str, AfterValidator(_is_clock_way)]


class Closed(BaseModel):
    """No unknown keys, no guessing of types."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


class Exactly(Closed):
    """So many of a burst's answers look like this."""

    count: int
    of: Expect


class Expect(Closed):
    """The answer verdict. See the guide on scenario files for what each key means."""

    result: JsonValue = None
    error: JsonValue = None
    any_of: list[Expect] | None = None
    http: int | None = None
    same_as: str | None = None
    answered: Literal[True] | None = None
    each: Expect | None = None
    same: list[str] | None = None
    exactly: Exactly | None = None
    rest: Expect | None = None
    serial: Literal[True] | None = None


class Which(Closed):
    """The transaction whose rows are meant."""

    payme_id: JsonValue


class RowsExpect(Closed):
    """Rows of the merchant's transactions: which, how many, what is in them."""

    where: Which
    count: int | None = None
    row: Row | None = None


class OrderIs(Closed):
    """The status of one order."""

    of: str
    is_: OrderStatus | list[OrderStatus] = Field(alias="is")


class DatabaseExpect(Closed):
    """The database verdict."""

    rule: RuleId | None = None
    transactions: RowsExpect | None = None
    order: OrderStatus | list[OrderStatus] | None = None
    orders: list[OrderIs] | None = None
    count_orders: int | None = None
    new_orders: Literal[0] | None = None
    unchanged: Literal[True] | None = None


class LogExpect(Closed):
    """The log verdict: what a line written during the step must and must not hold."""

    rule: RuleId | None = None
    event: LogEvent | None = None
    absent: list[str] = []


class Also(Closed):
    """A further verdict on the same step, under another rule."""

    rule: RuleId
    profiles: list[ProfileName] | None = None
    expect: Expect | None = None
    database: DatabaseExpect | None = None
    log: LogExpect | None = None


class Http(Closed):
    """The HTTP request bent."""

    method: Literal["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"] | None = None
    content_type: str | None = None
    headers: dict[str, str] = {}


class Envelope(Closed):
    """The JSON-RPC envelope bent: members replaced or left out."""

    omit: list[Literal["jsonrpc", "id", "method", "params"]] = []
    jsonrpc: JsonValue = None
    id: JsonValue = None
    method: JsonValue = None
    params: JsonValue = None


class Against(Closed):
    """Other calls let go in the same instant as a burst."""

    call: str
    params: JsonValue
    count: int = 1


class Burst(Closed):
    """The same call many times at the same instant."""

    count: Annotated[int, Field(ge=1, le=64)]
    release: Literal["last-byte"] = "last-byte"
    fresh: list[str] = []
    against: list[Against] = []


class When(Closed):
    """Run the step only if an earlier one was answered so."""

    step: str
    answered: Literal["result", "error"]


class Clock(Closed):
    """Let time pass. `rows` shifts the run's own transactions back in the merchant's database,
    `hook` and `faketime` move the merchant's clock and ours forward."""

    advance: Duration
    by: ClockWay = "rows"


class Restart(Closed):
    """Kill the merchant with its whole process tree (SIGKILL) and start it again.

    `after: answer`: once the call, or every call of the burst, is answered. `during: calls`: while
    calls of the burst are in flight, at a moment of the engine's choice that differs each round.
    """

    after: Literal["answer"] | None = None
    during: Literal["calls"] | None = None


class Fault(Closed):
    """A fault of our own side of the wire. Which parameters a kind takes is told by the guide."""

    kind: FaultName
    after: Size | None = None
    missing: Size | None = None
    piece: Size | None = None
    pause: Duration | None = None
    type: str | None = None
    size: Size | None = None
    depth: Annotated[int, Field(ge=1, le=2_000_000)] | None = None
    count: Annotated[int, Field(ge=1, le=10_000)] | None = None


class StepChange(Closed):
    """What a profile replaces in a step."""

    expect: Expect | None = None
    also: list[Also] | None = None
    database: DatabaseExpect | None = None
    log: LogExpect | None = None


class Step(Closed):
    """One call, or the use of a fragment."""

    id: StepId | None = None
    title: str = ""
    call: str | None = None
    use: str | None = None
    as_: StepId | None = Field(default=None, alias="as")
    with_: dict[str, JsonValue] | None = Field(default=None, alias="with")
    params: JsonValue = None
    rule: RuleId | None = None
    wait: Duration | None = None
    repeat: Annotated[int, Field(ge=1, le=5)] | None = None
    auth: AuthVariant = "right"
    envelope: Envelope | None = None
    raw: str | None = None
    http: Http | None = None
    matrix: list[Row] | None = None
    loop: Annotated[int, Field(ge=1, le=500)] | None = None
    burst: Burst | None = None
    fault: Fault | None = None
    retry: Literal["policy", "at-once"] | None = None
    when: When | None = None
    clock: Clock | None = None
    restart: Restart | None = None
    trouble: Trouble | None = None
    stop: Literal["on-wrong-kind", "never"] = "on-wrong-kind"
    expect: Expect | None = None
    also: list[Also] = []
    profiles: dict[ProfileName, StepChange] = {}
    database: DatabaseExpect | None = None
    log: LogExpect | None = None


class Given(Closed):
    """A fresh payable order, or `count` of them."""

    sum: Annotated[int, Field(gt=0)] | None = None
    count: Annotated[int, Field(ge=1, le=500)] | None = None


class Load(Closed):
    """The scenario may be run as load: `payme-sandbox load --scenario ID`.

    weight: how often a payer does it; a plain payment weighs 100.
    """

    weight: Annotated[int, Field(ge=1, le=10_000)] = 10


class Fragment(Closed):
    """Steps that several scenarios share."""

    id: str
    title: str
    steps: Annotated[list[Step], Field(min_length=1)]


class Scenario(Closed):
    """One behaviour of a merchant."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+$")]
    title: str
    rules: Annotated[list[RuleId], Field(min_length=1)]
    tags: list[str] = []
    account_types: list[AccountType] = ["one-time", "accumulating"]
    requires: list[Need] = []
    given: dict[str, Given] = {}
    matrix: list[Row] | None = None
    rounds: Annotated[int, Field(ge=1, le=100)] = 1
    slow_rounds: Annotated[int, Field(ge=1, le=100)] | None = None
    load: Load | None = None
    steps: Annotated[list[Step], Field(min_length=1)]


class RuleRow(Closed):
    """One row of `rules.yaml`."""

    code: Annotated[str, Field(pattern=r"^PM-[A-Z]{2}-[0-9]{2}$")]
    id: RuleId
    level: Level
    group: str
    text: str
    source: str
    note: str = ""
    why: str = ""
    usual_cause: str = ""
    fix: str = ""
