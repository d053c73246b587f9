"""The states of a receipt, and what may happen in each.

Source: developer.help.paycom.uz, "Состояния чека". 0 -> 1 -> 2 -> 3 -> 4 is the usual way; an
unpaid receipt is cancelled 0 -> 50, a paid one 4 -> 21 -> 50. What Payme waits for: 20 that
CreateTransaction is answered, 30 that PerformTransaction is, 21 that CancelTransaction is.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Receipt(IntEnum):
    """A receipt's state."""

    WAITING = 0
    CREATING = 1
    DEBITING = 2
    CLOSING = 3
    PAID = 4
    PAUSED = 20
    CANCELLING = 21
    QUEUED = 30
    CANCELLED = 50


class Doing(StrEnum):
    """The step that comes next. `settle` asks by CheckTransaction how a transaction stands."""

    CREATE = "create"
    DEBIT = "debit"
    PERFORM = "perform"
    CANCEL = "cancel"
    SETTLE = "settle"


FINAL = frozenset({Receipt.PAID, Receipt.CANCELLED})
"""Nothing happens any more by itself."""

PENDING = frozenset({Receipt.PAUSED, Receipt.QUEUED})
"""The merchant gives no usable answer; the call is repeated in the background."""

EXPIRING = frozenset(
    {
        Receipt.WAITING,
        Receipt.CREATING,
        Receipt.DEBITING,
        Receipt.CLOSING,
        Receipt.PAUSED,
        Receipt.QUEUED,
    }
)
"""States in which 12 hours end a payment."""

TEXTS = {
    Receipt.WAITING: "created, waiting for the payer",
    Receipt.CREATING: "creating the transaction in the merchant's billing",
    Receipt.DEBITING: "debiting the card",
    Receipt.CLOSING: "closing the transaction in the merchant's billing",
    Receipt.PAID: "paid",
    Receipt.PAUSED: "paused: the merchant does not answer CreateTransaction",
    Receipt.CANCELLING: "queued for cancellation",
    Receipt.QUEUED: "queued for closing in the merchant's billing",
    Receipt.CANCELLED: "cancelled",
}
"""In English; the pages have them in each language."""
