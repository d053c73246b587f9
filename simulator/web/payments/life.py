"""A payment's life: what each answer makes of it. No I/O; every function gives the columns to set.

Each way ends in a state on which both sides agree (4 with a performed transaction, 50 with none
or a cancelled one), or waits in 20, 21 or 30 while the call is repeated in the background. After
12 hours a waiting payment is cancelled with reason 4.
"""

from __future__ import annotations

from typing import Any

from simulator.caller.retry import RetryPolicy
from simulator.protocol.vocabulary import REASON_TIMEOUT, TIMEOUT_MS, Code, State
from simulator.web.payments.cards import CARD_PROBLEM
from simulator.web.payments.outcome import Outcome, number_of, text_of
from simulator.web.payments.states import Doing, Receipt
from simulator.web.store import Payment

Change = dict[str, Any]
REASON_DEBIT, REASON_EXECUTION, REASON_REFUND = 2, 3, 5
SLOW_PAUSES_MS = (60_000, 300_000, 900_000, 3_600_000)
"""Between two attempts in the background, once the policy's own are used up; the last for ever."""

_WAITS_IN = {
    Doing.CREATE: Receipt.PAUSED,
    Doing.PERFORM: Receipt.QUEUED,
    Doing.CANCEL: Receipt.CANCELLING,
    Doing.SETTLE: Receipt.CANCELLING,
}


def next_step(doing: Doing, state: Receipt, due_at: int) -> Change:
    """Another step from now on."""
    return {
        "doing": doing.value,
        "state": state,
        "due_at": due_at,
        "attempts": 0,
        "suspended": False,
    }


def begun(payment: Payment, card: dict[str, Any], now: int) -> Change:
    """The payer has confirmed: Payme makes the transaction."""
    return next_step(Doing.CREATE, Receipt.CREATING, now) | {
        "card": card,
        "transaction_id": payment.id,
        "payme_time": now,
        "expires_at": now + TIMEOUT_MS,
        "error": None,
    }


def created(payment: Payment, policy: RetryPolicy, got: Outcome, now: int) -> Change:
    """After CreateTransaction."""
    if got.kind == "unclear":
        unsure = payment.unsure or got.told
        return again(payment, Doing.CREATE, policy, got, now) | {"unsure": unsure}
    if got.kind == "refused":
        if payment.unsure:  # an earlier Create may have been obeyed, its answer lost
            return cancelling(payment, REASON_EXECUTION, now) | {"error": got.error}
        return ended(now) | {"error": got.error}
    return next_step(Doing.DEBIT, Receipt.DEBITING, _debit_at(payment, now)) | {
        "merchant_number": text_of(got.result.get("transaction")),
        "merchant_create_time": number_of(got.result.get("create_time")),
        "merchant_state": number_of(got.result.get("state")),
        "error": None,
    }


def debited(payment: Payment, now: int) -> Change:
    """After the card was asked for the money."""
    outcome = payment.card.get("outcome", "pays")
    if outcome == "pays":
        return next_step(Doing.PERFORM, Receipt.CLOSING, now) | {"debited_at": now}
    error = {"code": CARD_PROBLEM, "message": payment.card.get("says"), "data": None, "by": "card"}
    return cancelling(payment, REASON_DEBIT, now) | {"error": error}


def performed(payment: Payment, policy: RetryPolicy, got: Outcome, now: int) -> Change:
    """After PerformTransaction. A refusal gives the payer the money back."""
    if got.kind == "unclear":
        return again(payment, Doing.PERFORM, policy, got, now)
    if got.kind == "refused":
        late = now - (payment.payme_time or now) >= TIMEOUT_MS
        reason = REASON_TIMEOUT if late else REASON_EXECUTION
        return cancelling(payment, reason, now) | {"error": got.error}
    return paid(payment, now) | {
        "merchant_number": text_of(got.result.get("transaction")) or payment.merchant_number,
        "merchant_perform_time": number_of(got.result.get("perform_time")),
        "merchant_state": number_of(got.result.get("state")),
        "error": None,
    }


def cancelled(payment: Payment, policy: RetryPolicy, got: Outcome, now: int) -> Change:
    """After CancelTransaction."""
    if got.kind == "unclear":
        return again(payment, Doing.CANCEL, policy, got, now)
    if got.kind == "done":
        return ended(now) | {
            "merchant_cancel_time": number_of(got.result.get("cancel_time")),
            "merchant_state": number_of(got.result.get("state")),
        }
    if got.code == Code.NO_TRANSACTION:
        return ended(now)
    if got.code == Code.CANNOT_CANCEL and payment.reason == REASON_REFUND:
        return paid(payment, now) | {"error": got.error, "reason": None}
    return next_step(Doing.SETTLE, Receipt.CANCELLING, now) | {"error": got.error}


def settled(payment: Payment, policy: RetryPolicy, got: Outcome, now: int) -> Change:
    """After CheckTransaction told how a transaction stands whose cancellation was refused."""
    if got.kind == "unclear":
        return again(payment, Doing.SETTLE, policy, got, now)
    if got.kind == "refused":
        return ended(now) if got.code == Code.NO_TRANSACTION else _later(payment, got, now)
    state = number_of(got.result.get("state"))
    if state == State.PERFORMED and payment.debited_at is not None:
        return paid(payment, now) | {
            "merchant_perform_time": number_of(got.result.get("perform_time")),
            "merchant_state": state,
            "reason": None,
        }
    if state in (State.CANCELLED, State.REFUNDED):
        return ended(now) | {
            "merchant_cancel_time": number_of(got.result.get("cancel_time")),
            "merchant_state": state,
        }
    return _later(payment, got, now)


def expired(payment: Payment, now: int) -> Change:
    """12 hours are over. What the merchant may know of is cancelled there with reason 4."""
    created = payment.merchant_state is not None  # a merchant may answer Create without a number
    if payment.transaction_id is None or not (created or payment.unsure):
        return ended(now) | {"reason": REASON_TIMEOUT}
    return cancelling(payment, REASON_TIMEOUT, now)


def cancelling(payment: Payment, reason: int, now: int) -> Change:
    """CancelTransaction comes next."""
    return next_step(Doing.CANCEL, Receipt.CANCELLING, now) | {
        "reason": reason,
        "expires_at": None,
    }


def ended(now: int) -> Change:
    """Cancelled on both sides."""
    return _over(Receipt.CANCELLED) | {"cancelled_at": now}


def paid(payment: Payment, now: int) -> Change:
    """Paid on both sides."""
    return _over(Receipt.PAID) | {"paid_at": payment.paid_at or now}


def again(payment: Payment, doing: Doing, policy: RetryPolicy, got: Outcome, now: int) -> Change:
    """The same call once more: soon as the policy says, then in the background, ever slower."""
    made = payment.attempts + 1
    soon = got.again and made < policy.attempts
    if soon:
        due = now + policy.pause_before(made + 1)
        return {"attempts": made, "due_at": due, "error": got.error}
    slow = min(max(made - policy.attempts, 0), len(SLOW_PAUSES_MS) - 1)
    return {
        "attempts": max(made, policy.attempts),
        "due_at": now + SLOW_PAUSES_MS[slow],
        "error": got.error,
        "suspended": True,
        "state": _WAITS_IN[doing],
    }


def _later(payment: Payment, got: Outcome, now: int) -> Change:
    """The merchant neither cancels nor says that it has: the cancellation is tried again."""
    slow = SLOW_PAUSES_MS[-1]
    return next_step(Doing.CANCEL, Receipt.CANCELLING, now + slow) | {
        "suspended": True,
        "error": got.error or payment.error,
    }


def _over(state: Receipt) -> Change:
    return {
        "state": state,
        "doing": None,
        "due_at": None,
        "expires_at": None,
        "suspended": False,
        "attempts": 0,
    }


def _debit_at(payment: Payment, now: int) -> int:
    """One test card answers after ten seconds."""
    return now + int(payment.card.get("wait_ms", 0))
