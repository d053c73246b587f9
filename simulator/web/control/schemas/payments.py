"""Payments and test cards. Amounts are tiyin, times ms since 1970, durations ms."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from simulator.web.control.schemas.base import (
    Amount,
    Asked,
    CardNumber,
    Day,
    ErrorShown,
    Id,
    Number,
    Page,
    Text,
    Told,
    Wait,
)


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
    comes next, due at due_at; suspended: it is repeated in the background. return_url: where the
    payer goes back to, with the placeholders of the callback filled in.
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
    return_url: str | None
    version: int


class PaymentsShown(Told):
    """next: give it as `before` for the following page; null at the end."""

    payments: list[PaymentShown]
    next: str | None


class PaymentsQuery(Asked):
    """from, to: days in Uzbekistan on which it was created, both included, such as 2024-06-01."""

    kassa: Id | None = None
    state: list[Number] = Field(default=[])
    text: Text = ""
    amount: Number | None = None
    first_day: Day | None = Field(default=None, alias="from")
    last_day: Day | None = Field(default=None, alias="to")
    created_from: Number | None = None
    created_to: Number | None = None
    before: Id | None = None
    limit: Page = 50


class PaymentBody(Asked):
    """A payment to be begun. kassa: the configuration's by default. look: ask the merchant by
    CheckPerformTransaction at once, as checkout does. detail: the shop's fiscal data."""

    kassa: Id | None = None
    amount: Amount
    account: Annotated[dict[str, str], Field(min_length=1, max_length=10)]
    language: Literal["ru", "uz", "en"] = "ru"
    callback: Annotated[str, Field(max_length=2000)] = ""
    callback_timeout_ms: Annotated[int, Field(ge=0, le=600_000)] = 15
    description: Annotated[str, Field(max_length=1000)] = ""
    detail: dict[str, JsonValue] | None = None
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


class LinkBody(Asked):
    """link: what the shop sends its payer to, whole or the base64 alone. look: ask the merchant at
    once, as checkout does."""

    link: Annotated[str, Field(min_length=1, max_length=20_000)]
    look: bool = True


class NoteShown(Told):
    """What a link should not have, although it can be used."""

    parameter: str
    text: str


class FollowedShown(Told):
    payment: PaymentShown
    notes: list[NoteShown]
