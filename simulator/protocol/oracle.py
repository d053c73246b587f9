"""What may follow from what: Payme's state machine for one order, and its serial orders.

Calls that ran at the same instant are right if some order of them, one after the other, would
have given the same answers and left the same states. Source: the flowcharts of Create, Perform
and Cancel on developer.help.paycom.uz.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.protocol.vocabulary import Code, Method, State, is_account_code

Book = tuple[tuple[str, int], ...]
"""The transactions of one order: (Payme id, state), sorted by id."""


@dataclass(frozen=True, slots=True, order=True)
class Seen:
    """One call and how it was answered: `state` of the result, or `code` of the error."""

    method: Method
    payme_id: str
    state: int | None = None
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What the merchant may decide for itself."""

    one_time: bool = True
    refunds: bool = True


def _refused(seen: Seen, *codes: int) -> bool:
    return seen.code is not None and seen.code in codes


def _busy(seen: Seen) -> bool:
    return _refused(seen, Code.IMPOSSIBLE) or is_account_code(seen.code)


def _with(book: Book, payme_id: str, state: int) -> Book:
    return tuple(sorted({**dict(book), payme_id: state}.items()))


def after(book: Book, seen: Seen, terms: Terms) -> list[Book]:
    """The books that may follow if this call came now and was answered so; none if it may not."""
    state = dict(book).get(seen.payme_id)
    if seen.method is Method.CREATE:
        return _after_create(book, state, seen, terms)
    if seen.method is Method.PERFORM:
        return _after_perform(book, state, seen)
    return _after_cancel(book, state, seen, terms)


def _after_create(book: Book, state: int | None, seen: Seen, terms: Terms) -> list[Book]:
    if state == State.CREATED:
        return [book] if seen.state == State.CREATED else []
    if state is not None:
        return [book] if _refused(seen, Code.IMPOSSIBLE) else []
    if terms.one_time and any(s in (State.CREATED, State.PERFORMED) for _, s in book):
        return [book] if _busy(seen) else []
    if seen.state == State.CREATED:
        return [_with(book, seen.payme_id, State.CREATED)]
    # an order whose payment was cancelled may stay closed
    return [book] if book and _busy(seen) else []


def _after_perform(book: Book, state: int | None, seen: Seen) -> list[Book]:
    if state is None:
        return [book] if _refused(seen, Code.NO_TRANSACTION) else []
    if state in (State.CANCELLED, State.REFUNDED):
        return [book] if _refused(seen, Code.IMPOSSIBLE) else []
    if seen.state != State.PERFORMED:
        return []
    return [_with(book, seen.payme_id, State.PERFORMED)]


def _after_cancel(book: Book, state: int | None, seen: Seen, terms: Terms) -> list[Book]:
    if state is None:
        return [book] if _refused(seen, Code.NO_TRANSACTION) else []
    if state in (State.CANCELLED, State.REFUNDED):
        return [book] if seen.state == state else []
    if state == State.PERFORMED and not terms.refunds:
        return [book] if _refused(seen, Code.CANNOT_CANCEL) else []
    target = State.CANCELLED if state == State.CREATED else State.REFUNDED
    return [_with(book, seen.payme_id, target)] if seen.state == target else []


def explains(start: Book, calls: Sequence[Seen], end: Book | None, terms: Terms) -> bool:
    """True if some serial order of the calls fits all answers and, if known, the last book."""
    counts: dict[Seen, int] = {}
    for call in calls:
        counts[call] = counts.get(call, 0) + 1
    kinds = sorted(counts, key=repr)
    dead: set[tuple[Book, tuple[int, ...]]] = set()

    def search(book: Book, left: tuple[int, ...]) -> bool:
        if not any(left):
            return end is None or book == end
        if (book, left) in dead:
            return False
        for index, kind in enumerate(kinds):
            if left[index]:
                rest = (*left[:index], left[index] - 1, *left[index + 1 :])
                if any(search(following, rest) for following in after(book, kind, terms)):
                    return True
        dead.add((book, left))
        return False

    return search(start, tuple(counts[kind] for kind in kinds))
