"""The tables. Amounts are tiyin, times ms since 1970 on the server's clock, ids 24 hex digits."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """All tables."""

    type_annotation_map = {dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012


class Setting(Base):
    """One value of the server's own: its clock's shift, the secret of its cookies."""

    __tablename__ = "settings"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Kassa(Base):
    """A web cash register: whom to call for it and on which terms.

    key is None for the one of the configuration, whose key is never stored. account holds the
    members of `params.account` with what a page may offer for each. source is `config` or
    `control`. retry holds attempts, pauses_ms, new_id, on (see simulator.caller.retry).
    """

    __tablename__ = "kassas"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    url: Mapped[str]
    login: Mapped[str]
    key: Mapped[str | None]
    account: Mapped[dict[str, Any]]
    account_type: Mapped[str]
    min_amount: Mapped[int]
    max_amount: Mapped[int]
    refunds: Mapped[bool]
    timeout_ms: Mapped[int]
    retry: Mapped[dict[str, Any]]
    source: Mapped[str]
    created_at: Mapped[int]


class Payment(Base):
    """One receipt, which is one attempt of a payer to pay, and its transaction at the merchant.

    state is the receipt's (`simulator.web.payments.states`). doing is the call or step that comes
    next, None if nothing does; it is due at due_at; busy is set while somebody is at it. attempts
    counts those of the step that is being done. transaction_id is Payme's id of the transaction
    (from Create on), merchant_number the merchant's. unsure: the merchant may know the transaction
    although it never said so. error: {"code", "message", "data", "by"} of what the payer is told.
    """

    __tablename__ = "payments"
    id: Mapped[str] = mapped_column(primary_key=True)
    kassa_id: Mapped[str] = mapped_column(ForeignKey("kassas.id"), index=True)
    amount: Mapped[int] = mapped_column(index=True)
    account: Mapped[dict[str, Any]]
    account_text: Mapped[str] = mapped_column(index=True)
    language: Mapped[str] = mapped_column(default="ru")
    callback: Mapped[str] = mapped_column(default="")
    callback_timeout_ms: Mapped[int] = mapped_column(default=15)
    description: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sent_detail: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    origin: Mapped[str] = mapped_column(default="checkout")
    state: Mapped[int] = mapped_column(default=0, index=True)
    doing: Mapped[str | None] = mapped_column(default=None)
    due_at: Mapped[int | None] = mapped_column(default=None)
    expires_at: Mapped[int | None] = mapped_column(default=None)
    busy: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    suspended: Mapped[bool] = mapped_column(default=False)
    unsure: Mapped[bool] = mapped_column(default=False)
    allowed: Mapped[bool] = mapped_column(default=False)
    additional: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    detail: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    card: Mapped[dict[str, Any]] = mapped_column(default=dict)
    transaction_id: Mapped[str | None] = mapped_column(default=None, unique=True)
    payme_time: Mapped[int | None] = mapped_column(default=None, index=True)
    merchant_number: Mapped[str | None] = mapped_column(default=None)
    merchant_state: Mapped[int | None] = mapped_column(default=None)
    merchant_create_time: Mapped[int | None] = mapped_column(default=None)
    merchant_perform_time: Mapped[int | None] = mapped_column(default=None)
    merchant_cancel_time: Mapped[int | None] = mapped_column(default=None)
    reason: Mapped[int | None] = mapped_column(default=None)
    error: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    fiscal: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    created_at: Mapped[int]
    debited_at: Mapped[int | None] = mapped_column(default=None)
    paid_at: Mapped[int | None] = mapped_column(default=None)
    cancelled_at: Mapped[int | None] = mapped_column(default=None)
    returned_at: Mapped[int | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        Index("payments_due", "due_at", sqlite_where=text("due_at IS NOT NULL")),
        Index("payments_expiring", "expires_at", sqlite_where=text("expires_at IS NOT NULL")),
        Index("payments_newest", "kassa_id", "created_at"),
        Index("payments_of_all", "created_at", "id"),
    )


class Exchange(Base):
    """One call and its answer, masked. The journal is made of them.

    verdict is `result`, `error` (a decision of the merchant's) or `flaw` (no usable answer). code
    is the error's. origin tells why it was sent: payment, sandbox, repeat, statement, control.
    fault tells of a fault of ours. failure is why there is no answer, else None.
    """

    __tablename__ = "exchanges"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kassa_id: Mapped[str]
    payment_id: Mapped[str | None]
    transaction_id: Mapped[str | None]
    origin: Mapped[str]
    method: Mapped[str]
    attempt: Mapped[int] = mapped_column(default=1)
    sent_at: Mapped[int]
    took_ms: Mapped[int]
    url: Mapped[str]
    http_method: Mapped[str]
    request_headers: Mapped[list[Any]]
    request_body: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None]
    answer_headers: Mapped[list[Any]]
    answer_body: Mapped[bytes] = mapped_column(LargeBinary)
    failure: Mapped[str | None]
    failure_text: Mapped[str]
    verdict: Mapped[str]
    code: Mapped[int | None]
    fault: Mapped[str]
    notes: Mapped[list[Any]]

    __table_args__ = (
        Index("exchanges_of_payment", "payment_id", "id"),
        Index("exchanges_of_transaction", "transaction_id", "id"),
        Index("exchanges_of_kassa", "kassa_id", "id"),
        Index("exchanges_of_method", "method", "id"),
        Index("exchanges_of_verdict", "verdict", "id"),
        Index("exchanges_of_origin", "origin", "id"),
        Index("exchanges_sent", "sent_at"),
        Index("exchanges_faulted", "id", sqlite_where=text("fault <> ''")),
    )


class Fault(Base):
    """A rule that breaks our own calls on purpose: which ones, how, how many times.

    method None is any. nth is the n-th such call since the rule was made. account_glob is matched
    with every value of the account. percent is how often it strikes, drawn from seed. times_left
    None is for ever. seen counts the calls that matched, hits those that were spoiled.
    """

    __tablename__ = "faults"
    id: Mapped[str] = mapped_column(primary_key=True)
    kassa_id: Mapped[str] = mapped_column(ForeignKey("kassas.id"), index=True)
    kind: Mapped[str]
    method: Mapped[str | None]
    nth: Mapped[int | None]
    amount: Mapped[int | None]
    account_glob: Mapped[str | None]
    percent: Mapped[int] = mapped_column(default=100)
    seed: Mapped[int] = mapped_column(default=0)
    delay_ms: Mapped[int] = mapped_column(default=0)
    count: Mapped[int] = mapped_column(default=2)
    times_left: Mapped[int | None]
    seen: Mapped[int] = mapped_column(default=0)
    hits: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[int]


class Snapshot(Base):
    """Kassas, payments, faults and the clock as they were, as compressed JSON."""

    __tablename__ = "snapshots"
    name: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[int]
    payments: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary)
