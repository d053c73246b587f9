"""What the cabinet does with one payment besides paying it: ask, repeat, age, send fiscal data."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.protocol.answer import read_answer
from simulator.protocol.finding import Report
from simulator.protocol.vocabulary import Method
from simulator.web.journal import Journal, Wanted
from simulator.web.kassas import Kassas
from simulator.web.payments import calls
from simulator.web.payments.records import Records
from simulator.web.problems import conflict
from simulator.web.store import Exchange, Payment
from simulator.web.texts import clean
from simulator.web.voice import Voice

_SENT = {
    Method.CREATE: lambda payment: payment.payme_time is not None,
    Method.PERFORM: lambda payment: payment.debited_at is not None,
    Method.CANCEL: lambda payment: payment.reason is not None and payment.payme_time is not None,
    Method.CHECK: lambda payment: payment.payme_time is not None,
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A member of the result that is not what it was the first time; values as JSON."""

    member: str
    first: str
    now: str


@dataclass(frozen=True, slots=True)
class Repeated:
    """A call that was made again. `first_id` is the exchange that it is compared with: the first
    that was answered with a result, None if there is none. `kind`: result, error or nothing."""

    exchange_id: int
    kind: str
    first_id: int | None
    differences: tuple[Difference, ...]


class Desk:
    """The cabinet's actions. None of them changes the payment's state by itself."""

    def __init__(
        self,
        records: Records,
        kassas: Kassas,
        voice: Voice,
        journal: Journal,
        age_rows: Callable[[str, int], None],
    ) -> None:
        """`age_rows` shifts a transaction's row at the merchant; Problem where it may not."""
        self._records = records
        self._kassas = kassas
        self._voice = voice
        self._journal = journal
        self._age_rows = age_rows

    def repeat(self, payment_id: str, method: Method) -> Repeated:
        """The same call once more; its result must be what the first one was.

        Method is Create, Perform, Cancel or Check. Problem 409 for one that was never made.
        """
        payment = self._records.get(payment_id)
        was_sent = _SENT.get(method)
        if was_sent is None or not was_sent(payment):
            raise conflict(
                f"{method.value} was not sent for this payment", "a call that was made before"
            )
        first = None if method is Method.CHECK else self._first(payment, method)
        kassa = self._kassas.get(payment.kassa_id)
        spoken = calls.make(self._voice, kassa, payment, method, origin="repeat")
        return self.compared(spoken.exchange_id, first.id if first else None)

    def compared(self, exchange_id: int, first_id: int | None) -> Repeated:
        """A call that was made again, beside the first of its kind. Problem 404 if it is gone."""
        now = self._journal.get(exchange_id)
        first = self._journal.get(first_id) if first_id is not None else None
        kind, members = _read(now)
        return Repeated(now.id, kind, first_id, _compared(first, kind, members))

    def send_fiscal(self, payment_id: str, document: str, data: Mapping[str, Any]) -> Repeated:
        """SetFiscalData: the receipt of a payment (`PERFORM`) or of a refund (`CANCEL`)."""
        payment = self._records.get(payment_id)
        if payment.payme_time is None:
            raise conflict("the payment has no transaction", "one that the merchant was told of")
        params = {"id": payment.transaction_id, "type": document, "fiscal_data": dict(data)}
        kassa = self._kassas.get(payment.kassa_id)
        spoken = calls.make(
            self._voice, kassa, payment, Method.FISCAL, origin="repeat", params=params
        )
        made = self.compared(spoken.exchange_id, None)
        _, members = _read(self._journal.get(made.exchange_id))
        if made.kind == "result" and members.get("success") is True:
            kept = {**(payment.fiscal or {}), document: dict(data)}
            self._records.change(payment_id, {"fiscal": kept})
        return made

    def age(self, payment_id: str, by_ms: int) -> Payment:
        """Make the transaction so much older on both sides, as if it had waited.

        Problem if the configuration does not let the merchant's rows be aged.
        """
        payment = self._records.get(payment_id)
        if payment.payme_time is None or payment.transaction_id is None:
            raise conflict("the payment has no transaction", "one that the merchant was told of")
        self._age_rows(payment.transaction_id, by_ms)
        older: dict[str, Any] = {
            name: getattr(payment, name) - by_ms
            for name in _TIMES
            if getattr(payment, name) is not None
        }
        changed = self._records.change(payment_id, older, Payment.busy.is_(False))
        if changed is None:
            raise conflict("a call is under way", "a payment that nobody works at", "try again")
        return changed

    def _first(self, payment: Payment, method: Method) -> Exchange | None:
        made = self._journal.oldest_first(
            Wanted(payment=payment.id, method=method.value, verdict="result", limit=500)
        )
        return made[0] if made else None


_TIMES = (
    "payme_time",
    "expires_at",
    "merchant_create_time",
    "merchant_perform_time",
    "merchant_cancel_time",
)


def _read(exchange: Exchange) -> tuple[str, Mapping[str, Any]]:
    """What kind of answer it is, and the members of its result."""
    read = read_answer(exchange.status or 0, exchange.answer_body, Report())
    return read.kind, clean(read.result) if isinstance(read.result, Mapping) else {}


def _compared(
    first: Exchange | None, kind: str, members: Mapping[str, Any]
) -> tuple[Difference, ...]:
    if first is None or kind != "result":
        return ()
    _, before = _read(first)
    names = [*before, *(name for name in members if name not in before)]
    return tuple(
        Difference(name, _shown(before, name), _shown(members, name))
        for name in names
        if _shown(before, name) != _shown(members, name)
    )


def _shown(members: Mapping[str, Any], name: str) -> str:
    if name not in members:
        return "(absent)"
    return json.dumps(members[name], ensure_ascii=False, sort_keys=True)
