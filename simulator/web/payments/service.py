"""What a payer, a page or a test can do with a payment. The worker does the rest.

payment = payments.begin(NewPayment(kassa_id, amount, account))    a receipt, state 0
payment = payments.look(payment.id)           CheckPerformTransaction: allowed, detail, error
payment = payments.pay(payment.id, card)      state 1; from here on the worker goes on by itself
payment = payments.wait(payment.id, 10)       as it is when it is settled, or 10 s later
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.protocol.vocabulary import TIMEOUT_MS, Method
from simulator.web.ids import Ids
from simulator.web.kassas import Kassas, policy_of
from simulator.web.payments import calls, life
from simulator.web.payments.cards import CARDS, SLOW_MS, Card
from simulator.web.payments.outcome import outcome_of
from simulator.web.payments.records import Records
from simulator.web.payments.states import FINAL, PENDING, Receipt
from simulator.web.problems import Problem, conflict
from simulator.web.store import Kassa, Payment
from simulator.web.texts import clean
from simulator.web.voice import Voice

LARGEST_AMOUNT = 2**53 - 1
LONGEST_VALUE = 255


@dataclass(frozen=True, slots=True)
class NewPayment:
    """What a payer brings from the shop. amount is tiyin; callback_timeout_ms ms.

    description: texts by language, `""` for one with none. detail: fiscal data as the shop sent
    them. origin: `checkout` or `control`.
    """

    kassa_id: str
    amount: int
    account: Mapping[str, str]
    language: str = "ru"
    callback: str = ""
    callback_timeout_ms: int = 15
    description: Mapping[str, str] = field(default_factory=dict)
    detail: Any = None
    origin: str = "checkout"


class Payments:
    """Payments, for pages and for the control API."""

    def __init__(
        self,
        records: Records,
        kassas: Kassas,
        voice: Voice,
        ids: Ids,
        now: Callable[[], int],
        wake: Callable[[], None],
    ) -> None:
        self.records = records
        self._kassas = kassas
        self._voice = voice
        self._ids = ids
        self._now = now
        self._wake = wake

    def get(self, payment_id: str) -> Payment:
        return self.records.get(payment_id)

    def begin(self, new: NewPayment) -> Payment:
        """A receipt in state 0. No call is made. Problem with Payme's code if it cannot be."""
        kassa = self._kassa(new.kassa_id)
        _check(new, kassa)
        now = self._now()
        return self.records.add(
            Payment(
                id=self._ids.new(),
                kassa_id=kassa.id,
                amount=new.amount,
                account=clean(dict(new.account)),
                account_text=clean(" ".join(str(value) for value in new.account.values())),
                language=new.language,
                callback=clean(new.callback),
                callback_timeout_ms=new.callback_timeout_ms,
                description=clean(dict(new.description)),
                sent_detail=clean(new.detail),
                origin=new.origin,
                state=Receipt.WAITING,
                card={},
                created_at=now,
                expires_at=now + TIMEOUT_MS,
                busy=False,
                attempts=0,
                suspended=False,
                unsure=False,
                allowed=False,
                version=1,
            )
        )

    def look(self, payment_id: str) -> Payment:
        """CheckPerformTransaction: whether it can be paid, and what the shop says of the order.

        The payment has `allowed` afterwards, `detail` and `additional`, or an `error`.
        """
        payment = self.get(payment_id)
        if payment.state != Receipt.WAITING:
            return payment
        kassa = self._kassas.get(payment.kassa_id)
        spoken = calls.make(self._voice, kassa, payment, Method.CHECK_PERFORM)
        got = outcome_of(spoken, policy_of(kassa))
        allowed = got.kind == "done" and got.result.get("allow") is True
        error = got.error
        if got.kind == "done" and not allowed:
            text = "the merchant answers neither allow: true nor an error"
            error = {"code": -31623, "message": text, "data": None, "by": "payme"}
        values = {
            "allowed": allowed,
            "error": error,
            "additional": got.result.get("additional"),
            "detail": got.result.get("detail"),
        }
        changed = self.records.change(payment_id, values, Payment.state == Receipt.WAITING)
        return changed or self.get(payment_id)

    def pay(self, payment_id: str, card: Card = CARDS[0]) -> Payment:
        """The payer has confirmed. Pressed twice, or in two tabs, it is one payment all the same.

        Problem 409 if it was cancelled, or the merchant has not allowed it.
        """
        payment = self.get(payment_id)
        if payment.state == Receipt.WAITING and not payment.allowed:
            raise conflict(
                "the merchant has not said that this can be paid",
                "a payment whose last CheckPerformTransaction was answered allow: true",
                "ask again: POST /control/payments/ID/look",
            )
        shown = {
            "masked": card.masked,
            "outcome": card.outcome,
            "says": card.says,
            "wait_ms": SLOW_MS if card.outcome == "slow-error" else 0,
        }
        change = life.begun(payment, shown, self._now())
        begun = self.records.change(
            payment_id, change, Payment.state == Receipt.WAITING, Payment.allowed.is_(True)
        )
        if begun is not None:
            self._wake()
            return begun
        payment = self.get(payment_id)
        if payment.state == Receipt.CANCELLED:
            raise conflict("the payment was cancelled", "one in state 0", "begin another one")
        return payment

    def cancel(self, payment_id: str, reason: int | None = None) -> Payment:
        """Cancel, refund (a paid one, reason 5), or give up one that waits (reason 3).

        Problem 409 while a call is being made, and for one that is cancelled already.
        """
        payment = self.get(payment_id)
        now, free = self._now(), Payment.busy.is_(False)
        if payment.state == Receipt.WAITING:
            change = life.ended(now) | {"reason": reason}
        elif payment.state == Receipt.PAID:
            change = life.cancelling(payment, reason or life.REASON_REFUND, now) | {"error": None}
        elif payment.state in PENDING:
            change = life.cancelling(payment, reason or life.REASON_EXECUTION, now)
        else:
            raise self._not_now(payment, "0, 4, 20 or 30")
        changed = self.records.change(payment_id, change, Payment.state == payment.state, free)
        if changed is None:
            raise self._not_now(self.get(payment_id), "0, 4, 20 or 30, with no call under way")
        self._wake()
        return changed

    def resume(self, payment_id: str) -> Payment:
        """Try the call that waits at once, instead of when it is due."""
        waiting = (Payment.suspended.is_(True), Payment.busy.is_(False))
        changed = self.records.change(payment_id, {"due_at": self._now()}, *waiting)
        if changed is None:
            raise self._not_now(self.get(payment_id), "20, 21 or 30, waiting for another attempt")
        self._wake()
        return changed

    def wait(self, payment_id: str, seconds: float) -> Payment:
        """As it is when it is settled or waits in the background, or when the time is over."""
        return self.records.wait(payment_id, settled, seconds)

    def _kassa(self, kassa_id: str) -> Kassa:
        try:
            return self._kassas.get(kassa_id)
        except Problem as error:
            raise Problem(
                404,
                "no such kassa",
                repr(kassa_id),
                "the id of a kassa of this server",
                "list them: GET /control/kassas",
                code=-31601,
                member="m",
            ) from error

    def _not_now(self, payment: Payment, accepted: str) -> Problem:
        doing = f", doing {payment.doing}" if payment.doing else ""
        under_way = ", a call is under way" if payment.busy else ""
        return conflict(
            f"the payment is in state {payment.state}{doing}{under_way}", f"state {accepted}"
        )


def settled(payment: Payment) -> bool:
    """Whether nothing happens to it in the next seconds."""
    return payment.state in FINAL or payment.suspended or payment.doing is None


def _check(new: NewPayment, kassa: Kassa) -> None:
    if not 0 < new.amount <= LARGEST_AMOUNT:
        raise _bad("a", f"an amount of {new.amount} tiyin", "a whole number of tiyin above 0")
    if new.amount < kassa.min_amount:
        raise _bad("a", f"{new.amount} tiyin", f"{kassa.min_amount} tiyin or more", -31611)
    if new.amount > kassa.max_amount:
        raise _bad("a", f"{new.amount} tiyin", f"{kassa.max_amount} tiyin or less", -31612)
    members = ", ".join(kassa.account)
    for name, value in new.account.items():
        if name not in kassa.account:
            raise _bad(f"ac.{name}", "an account member that the kassa has not", members)
        if not value or len(value) > LONGEST_VALUE:
            raise _bad(f"ac.{name}", f"{len(value)} characters", f"1 to {LONGEST_VALUE}")
    for name in kassa.account:
        if name not in new.account:
            raise _bad(f"ac.{name}", "it is missing", f"every member of the account: {members}")


def _bad(member: str, seen: str, accepted: str, code: int = -31610) -> Problem:
    return Problem(
        409, "the link cannot be paid", seen, f"accepted: {accepted}", code=code, member=member
    )
