"""What may follow from what: Payme's state machine for one order, and its serial orders.

Calls that ran at the same instant are right if some order of them, one after the other, would
have given the same answers and left the same states. Source: the flowcharts of Create, Perform
and Cancel on developer.help.paycom.uz.
"""

from __future__ import annotations

from collections import Counter
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
    """Refused with one of these codes; or answered with a state that says "not done", which is
    wrong by another rule but shows no disorder."""
    if seen.state is not None:
        return seen.method is not Method.CANCEL and seen.state < 0
    return seen.code in codes


def _busy(seen: Seen) -> bool:
    return _refused(seen, Code.IMPOSSIBLE) or is_account_code(seen.code)


def _with(book: Book, payme_id: str, state: int) -> Book:
    return tuple(sorted({**dict(book), payme_id: state}.items()))


def after(book: Book, seen: Seen, terms: Terms) -> Book | None:
    """The book that follows if this call came now and was answered so; None if it may not be."""
    if seen.code == Code.SYSTEM:
        return book  # "not now": nothing was done, and Payme tries again
    state = dict(book).get(seen.payme_id)
    if seen.method is Method.CREATE:
        return _after_create(book, state, seen, terms)
    if seen.method is Method.PERFORM:
        return _after_perform(book, state, seen)
    return _after_cancel(book, state, seen, terms)


def _after_create(book: Book, state: int | None, seen: Seen, terms: Terms) -> Book | None:
    if state == State.CREATED:
        return book if seen.state == State.CREATED else None
    if state is not None:
        return book if _refused(seen, Code.IMPOSSIBLE) else None
    if terms.one_time and any(s in (State.CREATED, State.PERFORMED) for _, s in book):
        return book if _busy(seen) else None
    if seen.state == State.CREATED:
        return _with(book, seen.payme_id, State.CREATED)
    # an order whose payment was cancelled may stay closed
    return book if terms.one_time and book and _busy(seen) else None


def _after_perform(book: Book, state: int | None, seen: Seen) -> Book | None:
    if state is None:
        return book if _refused(seen, Code.NO_TRANSACTION) else None
    if state in (State.CANCELLED, State.REFUNDED):
        return book if _refused(seen, Code.IMPOSSIBLE) else None
    if seen.state != State.PERFORMED:
        return None
    return _with(book, seen.payme_id, State.PERFORMED)


def _after_cancel(book: Book, state: int | None, seen: Seen, terms: Terms) -> Book | None:
    if state is None:
        return book if _refused(seen, Code.NO_TRANSACTION) else None
    if state in (State.CANCELLED, State.REFUNDED):
        return book if seen.state == state else None
    if state == State.PERFORMED and not terms.refunds:
        return book if _refused(seen, Code.CANNOT_CANCEL) else None
    target = State.CANCELLED if state == State.CREATED else State.REFUNDED
    return _with(book, seen.payme_id, target) if seen.state == target else None


def explains(start: Book, calls: Sequence[Seen], end: Book | None, terms: Terms) -> bool:
    """True if some serial order of the calls fits all answers and, if known, the last book."""
    if terms.one_time:
        return _some_order(start, calls, end, terms)
    ids = {payme_id for payme_id, _ in (*start, *(end or ()))} | {c.payme_id for c in calls}
    return all(
        _some_order(
            _only(start, payme_id),
            [call for call in calls if call.payme_id == payme_id],
            None if end is None else _only(end, payme_id),
            terms,
        )
        for payme_id in sorted(ids)
    )


def _only(book: Book, payme_id: str) -> Book:
    """Transactions on an accumulating account do not get in each other's way."""
    return tuple(entry for entry in book if entry[0] == payme_id)


def _some_order(start: Book, calls: Sequence[Seen], end: Book | None, terms: Terms) -> bool:
    counts = Counter(calls)
    kinds = sorted(counts, key=repr)
    dead: set[tuple[Book, tuple[int, ...]]] = set()

    def search(book: Book, left: tuple[int, ...]) -> bool:
        following = [
            after(book, kind, terms) if n else None for kind, n in zip(kinds, left, strict=True)
        ]
        # a call that may come now and changes nothing can as well come now as later
        left = tuple(0 if then == book else n for then, n in zip(following, left, strict=True))
        if not any(left):
            return end is None or book == end
        if (book, left) in dead:
            return False
        for index, then in enumerate(following):
            if left[index] and then is not None:
                rest = (*left[:index], left[index] - 1, *left[index + 1 :])
                if search(then, rest):
                    return True
        dead.add((book, left))
        return False

    return search(start, tuple(counts[kind] for kind in kinds))
