"""What happened to a payment, in its order: calls of the journal, and moments of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.web.store import Exchange, Payment

MOMENTS = {
    "begun": "created_at",
    "debited": "debited_at",
    "paid": "paid_at",
    "cancelled": "cancelled_at",
    "returned": "returned_at",
}
"""Name -> the payment's column, ms."""


@dataclass(frozen=True, slots=True)
class Happened:
    """A moment of the payment's (`moment` names it), or a call."""

    at: int
    moment: str = ""
    call: Exchange | None = None


def timeline(payment: Payment, calls: Sequence[Exchange]) -> list[Happened]:
    """The oldest first; a moment stands after the calls of its instant."""
    moments = [
        Happened(at, moment=name)
        for name, column in MOMENTS.items()
        if (at := getattr(payment, column)) is not None
    ]
    made = [Happened(call.sent_at, call=call) for call in calls]
    return sorted([*made, *moments], key=_when)


def _when(one: Happened) -> tuple[int, int, int]:
    if one.call is not None:
        return one.at, 1, one.call.id
    return one.at, 0 if one.moment == "begun" else 2, 0
