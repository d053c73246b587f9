"""A receipt's way through its states, to be drawn as a line."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.web.payments import Receipt
from simulator.web.store import Payment

USUAL = (
    Receipt.WAITING,
    Receipt.CREATING,
    Receipt.DEBITING,
    Receipt.CLOSING,
    Receipt.PAID,
)
STUCK = frozenset({Receipt.PAUSED, Receipt.QUEUED, Receipt.CANCELLING})
_BESIDE = {Receipt.PAUSED: Receipt.CREATING, Receipt.QUEUED: Receipt.CLOSING}


@dataclass(frozen=True, slots=True)
class Node:
    """One state of the line. `how`: done, now, good, bad (cancelled), stuck, ahead. at is ms."""

    state: int
    how: str
    at: int | None = None


def line_of(payment: Payment) -> list[Node]:
    """The states behind it, the one it is in, and those that would usually follow."""
    state = Receipt(payment.state)
    if state in (Receipt.CANCELLING, Receipt.CANCELLED):
        return _towards_the_end(payment, state)
    here = _BESIDE.get(state, state)
    place = USUAL.index(here)
    nodes = [Node(one, "done", _at(payment, one)) for one in USUAL[:place]]
    if state is not here:
        nodes.append(Node(here, "done", _at(payment, here)))
    nodes.append(Node(state, _how(state), _at(payment, state)))
    return nodes + [Node(one, "ahead") for one in USUAL[place + 1 :]]


def _towards_the_end(payment: Payment, state: Receipt) -> list[Node]:
    nodes = [Node(one, "done", _at(payment, one)) for one in _behind(payment)]
    if state is Receipt.CANCELLING:
        return [*nodes, Node(state, "stuck"), Node(Receipt.CANCELLED, "ahead")]
    return [*nodes, Node(state, "bad", payment.cancelled_at)]


def _behind(payment: Payment) -> tuple[Receipt, ...]:
    if payment.paid_at is not None:
        return USUAL
    if payment.debited_at is not None:
        return USUAL[:4]
    return USUAL[:2] if payment.payme_time is not None else USUAL[:1]


def _how(state: Receipt) -> str:
    if state in STUCK:
        return "stuck"
    return "good" if state is Receipt.PAID else "now"


def _at(payment: Payment, state: Receipt) -> int | None:
    known = {
        Receipt.WAITING: payment.created_at,
        Receipt.CREATING: payment.payme_time,
        Receipt.CLOSING: payment.debited_at,
        Receipt.PAID: payment.paid_at,
    }
    return known.get(state)
