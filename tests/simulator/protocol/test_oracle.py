"""The oracle on histories made by hand, and against trying every order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from random import Random

import pytest

from simulator.protocol.oracle import Book, Seen, Terms, after, explains
from simulator.protocol.vocabulary import Method

A, B, C = "a" * 24, "b" * 24, "c" * 24
ONE_TIME, BALANCE = Terms(), Terms(one_time=False)
NO_REFUNDS = Terms(refunds=False)


def create(payme_id: str = A, state: int | None = 1, code: int | None = None) -> Seen:
    return Seen(Method.CREATE, payme_id, None if code else state, code)


def perform(payme_id: str = A, state: int | None = 2, code: int | None = None) -> Seen:
    return Seen(Method.PERFORM, payme_id, None if code else state, code)


def cancel(payme_id: str = A, state: int | None = -1, code: int | None = None) -> Seen:
    return Seen(Method.CANCEL, payme_id, None if code else state, code)


BUSY, GONE, FULL = -31008, -31003, -31007
RIGHT: list[tuple[str, Book, list[Seen], Book, Terms]] = [
    ("nothing happened", (), [], (), ONE_TIME),
    ("one id, ten times", (), [create()] * 10, ((A, 1),), ONE_TIME),
    ("one winner", (), [create(A), create(B, code=BUSY)], ((A, 1),), ONE_TIME),
    (
        "the loser is told of the account",
        (),
        [create(B, code=-31099), create()],
        ((A, 1),),
        ONE_TIME,
    ),
    ("both on a balance", (), [create(A), create(B)], ((A, 1), (B, 1)), BALANCE),
    ("performed twice", ((A, 1),), [perform(), perform()], ((A, 2),), ONE_TIME),
    ("perform, then refund", ((A, 1),), [cancel(state=-2), perform()], ((A, -2),), ONE_TIME),
    ("cancel, then too late", ((A, 1),), [perform(code=BUSY), cancel()], ((A, -1),), ONE_TIME),
    ("cancelled twice", ((A, 1),), [cancel()] * 3, ((A, -1),), ONE_TIME),
    ("no refund", ((A, 1),), [cancel(code=FULL), perform()], ((A, 2),), NO_REFUNDS),
    ("a new one after a cancel", ((A, 1),), [create(B), cancel()], ((A, -1), (B, 1)), ONE_TIME),
    ("closed after a cancel", ((A, 1),), [create(B, code=BUSY), cancel()], ((A, -1),), ONE_TIME),
    ("an order stays closed", ((A, -1),), [create(B, code=BUSY)], ((A, -1),), ONE_TIME),
    ("repeat after its cancel", ((A, 1),), [cancel(), create(code=BUSY)], ((A, -1),), ONE_TIME),
    ("performed before it was there", (), [perform(code=GONE), create()], ((A, 1),), ONE_TIME),
    ("cancelled before it was there", (), [cancel(code=GONE), create()], ((A, 1),), ONE_TIME),
    ("a system error is no answer", ((A, 1),), [perform(code=-32400)], ((A, 1),), ONE_TIME),
    ("a loser answered with what it is not", ((A, -1),), [perform(state=-1)], ((A, -1),), ONE_TIME),
    (
        "created, paid and refunded at once",
        (),
        [cancel(state=-2), perform(), create()],
        ((A, -2),),
        ONE_TIME,
    ),
]
WRONG: list[tuple[str, Book, list[Seen], Book | None, Terms]] = [
    ("two winners", (), [create(A), create(B)], ((A, 1), (B, 1)), ONE_TIME),
    ("no winner", (), [create(A, code=BUSY), create(B, code=BUSY)], (), ONE_TIME),
    ("a repeat refused", (), [create(), create(code=BUSY)], ((A, 1),), ONE_TIME),
    ("refused on a balance", (), [create(A), create(B, code=BUSY)], ((A, 1),), BALANCE),
    ("cancelled and performed", ((A, 1),), [cancel(), perform()], ((A, 2),), ONE_TIME),
    ("both, told nothing after", ((A, 1),), [cancel(), perform()], None, ONE_TIME),
    ("last state is another", ((A, 1),), [perform()], ((A, 1),), ONE_TIME),
    ("last state has one more", (), [create()], ((A, 1), (B, 1)), ONE_TIME),
    ("one more on a balance", (), [create()], ((A, 1), (B, 1)), BALANCE),
    ("one missing on a balance", ((B, 1),), [create()], ((A, 1),), BALANCE),
    ("refund where none is given", ((A, 1),), [perform(), cancel(state=-2)], None, NO_REFUNDS),
    ("two final states", ((A, 1),), [cancel(), cancel(state=-2)], None, ONE_TIME),
    ("performed out of nothing", (), [perform()], ((A, 2),), ONE_TIME),
    ("performed though cancelled", ((A, -1),), [perform()], ((A, -1),), ONE_TIME),
    ("wrong code for unknown", (), [perform(code=BUSY)], (), ONE_TIME),
    ("wrong code for cancelled", ((A, -1),), [perform(code=GONE)], ((A, -1),), ONE_TIME),
    ("a state that there is none", ((A, -1),), [perform(state=0)], ((A, -1),), ONE_TIME),
    ("created anew after its cancel", ((A, -1),), [create()], None, ONE_TIME),
    ("a dead end, two ways", ((A, 1), (B, 1)), [perform(A), perform(B), create(C)], None, ONE_TIME),
    ("wrong state of a create", (), [create(state=2)], ((A, 2),), ONE_TIME),
    ("created over a paid one", ((A, 2),), [create(B)], None, ONE_TIME),
]


@pytest.mark.parametrize(
    ("start", "calls", "end", "terms"), [r[1:] for r in RIGHT], ids=[r[0] for r in RIGHT]
)
def test_right_histories(start: Book, calls: list[Seen], end: Book, terms: Terms) -> None:
    assert explains(start, calls, end, terms)
    assert explains(start, calls[::-1], end, terms)
    assert explains(start, calls, None, terms)


@pytest.mark.parametrize(
    ("start", "calls", "end", "terms"), [r[1:] for r in WRONG], ids=[r[0] for r in WRONG]
)
def test_wrong_histories(start: Book, calls: list[Seen], end: Book | None, terms: Terms) -> None:
    assert not explains(start, calls, end, terms)


def _by_trying(start: Book, calls: Sequence[Seen], end: Book | None, terms: Terms) -> bool:
    for order in permutations(calls):
        book: Book | None = start
        for call in order:
            book = after(book, call, terms) if book is not None else None
        if book is not None and end in (None, book):
            return True
    return False


def _some_call(random: Random) -> Seen:
    payme_id = random.choice([A, B])
    make, states = random.choice([(create, [1]), (perform, [2]), (cancel, [-1, -2])])
    if random.random() < 0.35:
        return make(payme_id, code=random.choice([BUSY, GONE, FULL, -31050]))
    return make(payme_id, state=random.choice(states))


@pytest.mark.parametrize("terms", [ONE_TIME, BALANCE, NO_REFUNDS], ids=["once", "balance", "keep"])
def test_it_finds_an_order_exactly_if_there_is_one(terms: Terms) -> None:
    random = Random(4218)
    found = [0, 0]
    for _ in range(1500):
        start: Book = random.choice([(), ((A, 1),), ((A, -1),), ((A, 2),)])
        calls = [_some_call(random) for _ in range(random.randint(1, 4))]
        end: Book | None = random.choice([None, None, ((A, 1),), ((A, -1),), ((A, 2), (B, 1))])
        wanted = _by_trying(start, calls, end, terms)
        assert explains(start, calls, end, terms) is wanted, (start, calls, end)
        found[wanted] += 1
    assert min(found) > 50, "the histories are too much alike to say anything"


def test_many_losers_and_two_winners_are_told_without_trying_every_order() -> None:
    ids = [f"{number:024x}" for number in range(64)]
    losers = [create(payme_id, code=BUSY) for payme_id in ids[2:]]
    calls = [create(ids[0]), create(ids[1]), *losers]
    assert not explains((), calls, None, ONE_TIME)
    assert explains((), calls[1:], ((ids[1], 1),), ONE_TIME)
    on_a_balance = [*map(create, ids), perform(ids[0], state=1)]
    assert not explains((), on_a_balance, None, BALANCE)
