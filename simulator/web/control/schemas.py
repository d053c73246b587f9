"""What the control API takes and tells. Amounts are tiyin, times ms since 1970, durations ms."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, StringConstraints

from simulator.protocol.vocabulary import Method
from simulator.web.clock import FURTHEST_MS
from simulator.web.faults import LONGEST_DELAY_MS, MOST_AT_ONCE, Kind
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


Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]
PaymentId = Id
KassaId = Id
FaultId = Id
ExchangeNumber = Annotated[int, Field(ge=1, le=LARGEST), BeforeValidator(_whole)]
SnapshotName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,60}$")]
Number = Annotated[int, Field(ge=0, le=LARGEST), BeforeValidator(_whole)]
Flag = Annotated[bool, BeforeValidator(_flag)]
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


class KassaBody(Asked):
    """A kassa to be made. pauses_ms: between two attempts of a call; the last stands for more."""

    name: Word
    url: Annotated[str, Field(max_length=500, pattern=_URL)]
    key: Annotated[str, Field(min_length=1, max_length=200)]
    login: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^:]+$")] = "Paycom"
    id: Id | None = None
    account: Annotated[list[AccountMember], Field(min_length=1, max_length=10)] = ["order_id"]
    account_type: Literal["one-time", "accumulating"] = "one-time"
    min_amount: Amount = 1
    max_amount: Amount = 100_000_000_000
    refunds: bool = True
    timeout_ms: Annotated[int, Field(ge=1, le=120_000)] = 10_000
    attempts: Annotated[int, Field(ge=1, le=20)] = 3
    pauses_ms: Annotated[
        list[Annotated[int, Field(ge=0, le=3_600_000)]], Field(min_length=1, max_length=20)
    ] = [1_000, 5_000, 15_000]


class ErrorShown(Told):
    """What the payer is told. by: `merchant`, `payme` or `card`."""

    code: int
    message: JsonValue = None
    data: JsonValue = None
    by: str


class CardShown(Told):
    """A test card: what becomes of a payment with it."""

    number: str
    expiry: str
    sms_code: str
    outcome: str
    says: str


class CardsShown(Told):
    cards: list[CardShown]


class PaymentShown(Told):
    """A payment, which is one receipt and its transaction at the merchant.

    state is the receipt's: 0 waiting for the payer, 1 creating, 2 debiting, 3 closing, 4 paid, 20
    paused, 21 queued for cancellation, 30 queued for closing, 50 cancelled. doing is the step that
    comes next, due at due_at; suspended: it is repeated in the background.
    """

    id: str
    kassa_id: str
    amount: int
    account: dict[str, JsonValue]
    language: str
    callback: str
    callback_timeout_ms: int
    description: dict[str, JsonValue]
    origin: str
    state: int
    state_text: str
    doing: str | None
    due_at: int | None
    expires_at: int | None
    attempts: int
    suspended: bool
    busy: bool
    allowed: bool
    additional: JsonValue = None
    detail: JsonValue = None
    card: str | None
    transaction_id: str | None
    payme_time: int | None
    merchant_number: str | None
    merchant_state: int | None
    merchant_create_time: int | None
    merchant_perform_time: int | None
    merchant_cancel_time: int | None
    reason: int | None
    error: ErrorShown | None
    created_at: int
    debited_at: int | None
    paid_at: int | None
    cancelled_at: int | None
    checkout_url: str
    version: int


class PaymentsShown(Told):
    """next: give it as `before` for the following page; null at the end."""

    payments: list[PaymentShown]
    next: str | None


class PaymentsQuery(Asked):
    kassa: Id | None = None
    state: list[Number] = []
    text: Text = ""
    amount: Number | None = None
    created_from: Number | None = None
    created_to: Number | None = None
    before: Id | None = None
    limit: Page = 50


class PaymentBody(Asked):
    """A payment to be begun. kassa: the configuration's by default. look: ask the merchant by
    CheckPerformTransaction at once, as checkout does."""

    kassa: Id | None = None
    amount: Amount
    account: Annotated[dict[str, str], Field(min_length=1, max_length=10)]
    language: Literal["ru", "uz", "en"] = "ru"
    callback: Annotated[str, Field(max_length=2000)] = ""
    callback_timeout_ms: Annotated[int, Field(ge=0, le=600_000)] = 15
    description: Annotated[str, Field(max_length=1000)] = ""
    look: bool = True


class PayBody(Asked):
    """card: the number of a published test card. wait_ms: answer when it is settled, at most so
    much later; 0 answers at once."""

    card: CardNumber = "8600069195406311"
    wait_ms: Wait = 0


class CancelBody(Asked):
    """reason: what CancelTransaction is sent with; 5 for a paid payment by default, else 3."""

    reason: Literal[1, 2, 3, 4, 5, 10] | None = None
    wait_ms: Wait = 0


class WaitBody(Asked):
    wait_ms: Wait = 0


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


class KassaQuery(Asked):
    kassa: Id | None = None


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
    kassa: Id | None = None
    payment: Id | None = None
    transaction: Text | None = None
    method: Text | None = None
    verdict: Literal["result", "error", "flaw"] | None = None
    origin: Text | None = None
    faulted: Flag | None = None
    text: Text = ""
    before: Number | None = None
    limit: Page = 50


class CurlShown(Told):
    """A shell command; the key is read from the variable PAYME_KEY."""

    curl: str


class ResetBody(Asked):
    """journal: forget the exchanges, too."""

    journal: bool = True


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
