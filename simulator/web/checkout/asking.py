"""Asking the shop for the order: CheckPerformTransaction, repeated as the kassa's policy says.

The page does not wait for long: it says that the shop is being asked, and looks again.
"""

from __future__ import annotations

import threading
from typing import cast

from flask import current_app

from simulator.web.kassas import policy_of
from simulator.web.payments import Receipt
from simulator.web.server import Server
from simulator.web.store import Payment

PLACE = "payme-sandbox-checkout"
_PATIENCE_S = 1.5
_LAST_S = 2.0


class Asking:
    """Asks in the background, once for each payment at a time."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._threads: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def ask(self, payment_id: str, patience_s: float = _PATIENCE_S) -> Payment:
        """Begin, unless it is being done; the payment as it is when the patience is over."""
        with self._lock:
            thread = self._threads.get(payment_id)
            if thread is None and not self._stop.is_set():
                thread = self._threads[payment_id] = threading.Thread(
                    target=self._ask, args=(payment_id,), name=f"asking {payment_id}", daemon=True
                )
                thread.start()
        if thread is not None:
            thread.join(patience_s)
        return self._server.payments.get(payment_id)

    def is_asking(self, payment_id: str) -> bool:
        """Whether the shop has not answered yet."""
        return payment_id in self._threads

    def close(self) -> None:
        """What takes long is left alone: nothing depends on it."""
        self._stop.set()
        with self._lock:
            threads = list(self._threads.values())
        for thread in threads:
            thread.join(_LAST_S)

    def _ask(self, payment_id: str) -> None:
        try:
            self._ask_again(payment_id)
        except Exception:
            if not self._stop.is_set():  # after that the store is closed
                raise
        finally:
            with self._lock:
                del self._threads[payment_id]

    def _ask_again(self, payment_id: str) -> None:
        payments, sleep = self._server.payments, self._server.options.sleep
        policy = policy_of(self._server.kassas.get(payments.get(payment_id).kassa_id))
        for attempt in range(1, policy.attempts + 1):
            pause = policy.pause_before(attempt) if attempt > 1 else 0
            if sleep is not None and pause:
                sleep(pause)
            elif self._stop.wait(pause / 1000):
                return
            payment = payments.look(payment_id)
            unclear = payment.error is not None and payment.error.get("by") == "payme"
            if payment.state != Receipt.WAITING or not unclear:
                return


def the_asking() -> Asking:
    """Of the application whose request is being answered."""
    return cast(Asking, current_app.extensions[PLACE])
