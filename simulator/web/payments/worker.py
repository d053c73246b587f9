"""Whoever goes on with payments: threads that take what is due, and go on as long as it is.

What is due stands in the store, so it is gone on with after a restart. `run_due` does the same
without threads, for tests.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from sqlalchemy import or_

from simulator.protocol.vocabulary import State
from simulator.web.kassas import Kassas, policy_of
from simulator.web.payments import calls, life
from simulator.web.payments.outcome import Outcome, outcome_of
from simulator.web.payments.records import Records
from simulator.web.payments.states import EXPIRING, Doing
from simulator.web.store import Payment
from simulator.web.voice import Voice

THREADS = 16
_LONGEST_NAP_S = 1.0
_PATIENCE_S = 2.0
_AFTER_FAILURE_MS = 60_000
_STATES = {
    Doing.CREATE: (State.CREATED,),
    Doing.PERFORM: (State.PERFORMED,),
    Doing.CANCEL: (State.CANCELLED, State.REFUNDED),
}
_NEXT = {
    Doing.CREATE: life.created,
    Doing.PERFORM: life.performed,
    Doing.CANCEL: life.cancelled,
    Doing.SETTLE: life.settled,
}


class Worker:
    """The threads. `now` is the server's clock, which may be put forward."""

    def __init__(
        self,
        records: Records,
        kassas: Kassas,
        voice: Voice,
        now: Callable[[], int],
        failed: Callable[[Exception], None],
        threads: int = THREADS,
    ) -> None:
        self._records = records
        self._kassas = kassas
        self._voice = voice
        self._now = now
        self._failed = failed
        self._threads = threads
        self._woken = threading.Condition()
        self._look = False
        self._stop = False
        self._under_way = 0
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, with what an earlier process has left."""
        self._records.let_all_go()
        self._thread = threading.Thread(target=self._run, name="payments", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Something may be due."""
        with self._woken:
            self._look = True
            self._woken.notify_all()

    def close(self) -> None:
        """End. A call that takes long is left alone: the next process makes it again."""
        with self._woken:
            self._stop = True
            self._woken.notify_all()
        if self._thread is not None:
            self._thread.join()
        with self._woken:
            self._woken.wait_for(lambda: not self._under_way, _PATIENCE_S)

    def run_due(self) -> None:
        """Do in this thread all that is due now."""
        while due := self._records.due(self._now(), 1):
            payment = self._take(due[0])
            if payment is not None:
                self._go_on(payment)

    def _take(self, payment_id: str) -> Payment | None:
        now = self._now()
        ready = or_(Payment.due_at <= now, Payment.expires_at <= now)
        return self._records.take(payment_id, ready)

    def _go_on(self, payment: Payment) -> None:
        """The steps of a payment that is held, until none is due; it is let go whatever happens."""
        held: Payment | None = payment
        while held is not None:
            held = self._step(held)

    def _step(self, payment: Payment) -> Payment | None:
        """One step; the payment, if it is held for the next one, which is due at once."""
        try:
            change = self._change(payment, self._now())
        except BaseException:
            later = {"busy": False, "due_at": self._now() + _AFTER_FAILURE_MS}
            self._records.change(payment.id, later)
            raise
        due = change.get("due_at")
        goes_on = due is not None and due <= self._now() and not self._stop
        changed = self._records.change(payment.id, change | {"busy": goes_on})
        return changed if goes_on else None

    def _change(self, payment: Payment, now: int) -> life.Change:
        late = payment.expires_at is not None and payment.expires_at <= now
        if late and payment.state in EXPIRING:
            return life.expired(payment, now)
        doing = Doing(payment.doing or "")
        if doing is Doing.DEBIT:
            return life.debited(payment, now)
        kassa = self._kassas.get(payment.kassa_id)
        policy = policy_of(kassa)
        method = calls.METHOD_OF[doing]
        spoken = calls.make(self._voice, kassa, payment, method, attempt=payment.attempts + 1)
        got: Outcome = outcome_of(spoken, policy, *_STATES.get(doing, ()))
        return _NEXT[doing](payment, policy, got, self._now())

    def _run(self) -> None:
        while True:
            with self._woken:
                if self._stop:
                    return
                self._look = False
                room = self._threads - self._under_way
            if room and self._begin(room):
                continue
            nap = self._nap_s() if room else _LONGEST_NAP_S
            with self._woken:
                if not (self._stop or self._look):
                    self._woken.wait(nap)

    def _begin(self, room: int) -> int:
        begun = 0
        for payment_id in self._records.due(self._now(), room):
            payment = self._take(payment_id)
            if payment is None:
                continue
            with self._woken:
                self._under_way += 1
            threading.Thread(
                target=self._one, args=(payment,), name=f"payment {payment.id}", daemon=True
            ).start()
            begun += 1
        return begun

    def _one(self, payment: Payment) -> None:
        try:
            self._go_on(payment)
        except Exception as error:
            if not self._stop:  # after that the store is closed
                self._failed(error)
        finally:
            with self._woken:
                self._under_way -= 1
                self._look = True
                self._woken.notify_all()

    def _nap_s(self) -> float:
        due = self._records.next_due()
        if due is None:
            return _LONGEST_NAP_S
        return min(max(due - self._now(), 10) / 1000, _LONGEST_NAP_S)
