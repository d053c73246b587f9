"""Runs and the sandbox's pages. Amounts are tiyin, times ms since 1970, durations ms."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from simulator.web.control.schemas.base import (
    AccountMember,
    Asked,
    Id,
    Page,
    Told,
    Wait,
    Word,
    _whole,
)
from simulator.web.control.schemas.journal import HeaderShown
from simulator.web.pages.shelf import RUN_ID

RunId = Annotated[str, StringConstraints(pattern=RUN_ID)]
PageName = Literal[
    "invalid-authorization",
    "invalid-amount",
    "invalid-account",
    "check-perform-transaction",
    "create-transaction",
    "perform-transaction",
    "cancel-transaction",
    "check-transaction",
    "get-statement",
    "set-fiscal-data",
]
SequenceName = Literal["first", "second", "both", "accumulating"]
_FURTHEST = 10**15 - 1
_Selected = Annotated[list[Word], Field(max_length=100)]
_Value = (
    Annotated[str, Field(min_length=1, max_length=200)]
    | Annotated[int, Field(ge=-_FURTHEST, le=_FURTHEST)]
)


class RunBody(Asked):
    """What of the catalogue is run; nothing named is everything. scenarios: ids, rules, codes, or
    globs of them. wait_ms: answer when it is over, at most so much later."""

    kassa: Id | None = None
    scenarios: _Selected = Field(default=[])
    tags: _Selected = Field(default=[])
    profile: Literal["default", "docs", "sandbox"] = "default"
    strict: bool = False
    seed: Annotated[int, Field(ge=0, le=2**32)] | None = None
    wait_ms: Wait = 0


class SequenceBody(Asked):
    kassa: Id | None = None
    wait_ms: Wait = 0


class SandboxBody(Asked):
    """A page's form; GET /control/sandbox says which fields each page has and what they are if
    they are left out. account: left out is a fresh order, made as [orders] says. state: what the
    transaction is in, 0 where there is none."""

    kassa: Id | None = None
    account: Annotated[dict[AccountMember, _Value], Field(min_length=1, max_length=10)] | None = (
        None
    )
    account_type: Literal["one-time", "accumulating"] | None = None
    account_state: Literal["awaiting", "processing", "blocked"] | None = None
    amount: Annotated[int, Field(ge=-_FURTHEST, le=_FURTHEST)] | None = None
    credentials: Literal["wrong-key", "none", "not-base64", "wrong-login"] | None = None
    transaction: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    state: Literal[-2, -1, 0, 1, 2] | None = None
    reason: Literal[1, 2, 3, 4, 5, 10] | None = None
    period: Literal["hour", "day", "month"] | None = None
    document: Literal["PERFORM", "CANCEL"] | None = None
    wait_ms: Wait = 0


class RunsQuery(Asked):
    kassa: Id | None = None
    limit: Page = 50


class RunQuery(Asked):
    """wait_ms: answer when it is over, at most so much later."""

    wait_ms: Annotated[int, Field(ge=0, le=60_000), BeforeValidator(_whole)] = 0


class TotalsShown(Told):
    """Checks by outcome."""

    passed: int
    failed: int
    warned: int
    not_testable: int
    known: int
    skipped: int


class RecordShown(Told):
    """A run in the history. kind: `page`, `sequence` or `selection`; name: which one; command: what
    does the same on a terminal. exit_code: as that of `payme-sandbox check`, null while it runs.
    report: whether GET …/report.html and …/report.json are there; report_removed: they were, but
    only those of the newest runs are kept (`serve --keep-reports`)."""

    id: str
    kassa_id: str
    kind: str
    name: str
    command: str
    started_at: int
    took_ms: int
    exit_code: int | None
    totals: TotalsShown
    report: bool
    report_removed: bool


class RunsShown(Told):
    runs: list[RecordShown]


class ComparedShown(Told):
    """What should have been at a place, and what was."""

    path: str
    expected: str
    actual: str


class CheckShown(Told):
    """One check. outcome: passed, failed, warned, not_testable, known or skipped. text: what the
    rule demands; seen: what was found; link: where the rule is published; calls: the numbers of
    the exchanges that it judged."""

    outcome: str
    level: str
    verdict: str
    code: str
    rule: str
    text: str
    seen: str
    reason: str
    differences: list[ComparedShown]
    log_lines: list[str]
    rows: list[str]
    why: str
    usual_cause: str
    fix: str
    source: str
    link: str
    calls: list[int]


class CallShown(Told):
    """One call and its answer, masked. failure: why there is no answer."""

    number: int
    method: str
    sent_at: int
    took_ms: int
    url: str
    request_headers: list[HeaderShown]
    request_body: str
    status: int | None
    answer_headers: list[HeaderShown]
    answer_body: str
    failure: str | None
    curl: str


class StepShown(Told):
    """One step. expected: what the answer has to be. own_look: a look of ours at the end, which is
    not part of what Payme's sandbox does."""

    name: str
    call: str
    outcome: str
    own_look: bool
    expected: list[str]
    exchanges: list[CallShown]
    checks: list[CheckShown]


class ScenarioShown(Told):
    """One scenario. outcome: waiting, going, or the worst of its checks; reason: why it was
    skipped. Of a selection, calls and checks are those of what does not hold; its reports have
    all."""

    name: str
    title: str
    outcome: str
    reason: str
    took_ms: int
    steps: list[StepShown]
    checks: list[CheckShown]


class RunShown(RecordShown):
    """A run as far as it is. over: no further call is made; stopped: why it ended early.
    scenarios: null where only the record is kept, which is so of the oldest."""

    over: bool
    stopped: str
    scenarios_done: int
    scenarios_all: int
    scenarios: list[ScenarioShown] | None


class FieldShown(Told):
    """A field of a page's form. choices: what is accepted, where that is a list; members: those of
    the account; default: what it is if it is left out, null for none."""

    name: str
    choices: list[str | int] | None
    members: list[str] | None
    default: str | int | None


class SandboxPageShown(Told):
    """A page: POST /control/sandbox/PAGE plays it. official: test.paycom.uz has it, too."""

    page: str
    title: str
    group: str
    method: str
    official: bool
    fields: list[FieldShown]


class SequenceShown(Told):
    """A published sequence: POST /control/sandbox/sequences/NAME plays it."""

    name: str
    title: str
    scenarios: list[str]


class SandboxShown(Told):
    """makes_orders: whether the shop makes fresh orders for us."""

    makes_orders: bool
    pages: list[SandboxPageShown]
    sequences: list[SequenceShown]
