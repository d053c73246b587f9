"""Decisions on SQLite that are committed together: each answered after it, none for another's."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from backend import schema, together
from backend.db import Database
from backend.models import Payment
from backend.session import Session
from backend.settings import Settings
from backend.together import Seat

LONG_S = 60


class Shop:
    """A database, and the commits that were made on it."""

    def __init__(self, folder: Path, busy_ms: int = LONG_S * 1000) -> None:
        self.file = folder / "shop.db"
        settings = Settings(key="k", database=f"sqlite:///{self.file}", busy_ms=busy_ms)
        self.database = Database(settings)
        schema.prepare(self.database)
        self.pool = ThreadPoolExecutor(40)

    def stored(self) -> list[str]:
        """The orders as another process sees them."""
        with sqlite3.connect(self.file) as other:
            rows = other.execute("SELECT order_id FROM payments ORDER BY order_id").fetchall()
        other.close()
        return [row[0] for row in rows]

    def decide(self, number: str, then: Callable[[Session], None] = Session.commit) -> None:
        """Add an order, and end the decision somehow."""
        with self.database.deciding() as session:
            session.add(Payment(order_id=number, amount=1000, created_at=1))
            session.flush()
            then(session)

    def behind(self, *numbers: str) -> tuple[threading.Event, list[Future[None]]]:
        """The first holds the turn until the event is set; the others wait for it by then."""
        begun, go = threading.Event(), threading.Event()

        def held(session: Session) -> None:
            begun.set()
            assert go.wait(LONG_S)
            session.commit()

        first = self.pool.submit(self.decide, numbers[0], held)
        assert begun.wait(LONG_S)
        others = [self.pool.submit(self.decide, number) for number in numbers[1:]]
        self.wait_for(len(others))
        return go, [first, *others]

    def wait_for(self, waiting: int) -> None:
        """Until so many wait for the turn."""
        while len(self.database._together._queue) < waiting:
            threading.Event().wait(0.001)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    yield made
    made.pool.shutdown()
    made.database.engine.dispose()


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many turns each commit was for."""
    ends, inner = list[int](), together._Group.end

    def end(group: together._Group) -> None:
        ends.append(group.turns)
        inner(group)

    monkeypatch.setattr(together._Group, "end", end)
    return ends


def test_whoever_is_alone_commits_at_once(shop: Shop, commits: list[int]) -> None:
    shop.decide("1")
    assert shop.stored() == ["1"]
    shop.decide("2")
    assert (shop.stored(), commits) == (["1", "2"], [1, 1])


def test_who_waits_meanwhile_is_committed_with_it_and_nobody_is_told_before(
    shop: Shop, commits: list[int]
) -> None:
    go, decisions = shop.behind("1", "2", "3")
    assert shop.stored() == []
    assert not any(one.done() for one in decisions)
    go.set()
    for one in decisions:
        one.result(LONG_S)
    assert (shop.stored(), commits) == (["1", "2", "3"], [3])


def test_a_group_does_not_grow_for_ever(shop: Shop, commits: list[int]) -> None:
    numbers = [f"{n:02}" for n in range(together.MOST_TURNS + 5)]
    go, decisions = shop.behind(*numbers)
    go.set()
    for one in decisions:
        one.result(LONG_S)
    assert shop.stored() == numbers
    assert commits[0] == together.MOST_TURNS


def test_who_fails_undoes_its_own_and_the_others_stay(shop: Shop) -> None:
    def fail(session: Session) -> None:
        raise KeyError("a decision that breaks")

    go, decisions = shop.behind("1")
    failing = shop.pool.submit(shop.decide, "2", fail)
    shop.wait_for(1)
    twice = shop.pool.submit(shop.decide, "1")
    shop.wait_for(2)
    last = shop.pool.submit(shop.decide, "3")
    shop.wait_for(3)
    go.set()
    for one in (*decisions, last):
        one.result(LONG_S)
    with pytest.raises(KeyError):
        failing.result(LONG_S)
    with pytest.raises(IntegrityError):
        twice.result(LONG_S)
    assert shop.stored() == ["1", "3"]


def test_what_is_rolled_back_is_gone_and_the_session_goes_on(shop: Shop) -> None:
    with shop.database.deciding() as session:
        session.add(Payment(order_id="1", amount=1000, created_at=1))
        session.flush()
        session.rollback()
        session.add(Payment(order_id="2", amount=1000, created_at=1))
        session.commit()
        session.add(Payment(order_id="3", amount=1000, created_at=1))
        session.commit()
        assert session.scalars(select(Payment.order_id)) == ["2", "3"]
    assert shop.stored() == ["2", "3"]


def test_a_commit_that_fails_fails_for_all_of_them(shop: Shop) -> None:
    def breaks_at_commit(session: Session) -> None:
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
        session.execute(
            text(
                "INSERT INTO transactions (payme_id, order_id, payme_time, amount, account, "
                "one_time, state, create_time) VALUES ('x', 'no such order', 1, 1, '{}', 1, 1, 1)"
            )
        )
        session.commit()

    go, decisions = shop.behind("1", "2")
    broken = shop.pool.submit(shop.decide, "3", breaks_at_commit)
    shop.wait_for(2)
    go.set()
    for one in (*decisions, broken):
        with pytest.raises(IntegrityError, match="FOREIGN KEY"):
            one.result(LONG_S)
    assert shop.stored() == []
    shop.decide("4")
    assert shop.stored() == ["4"]


def test_an_error_that_undoes_the_whole_transaction_is_everybodys(shop: Shop) -> None:
    def undoes(session: Session) -> None:
        session.execute(
            text(
                "INSERT OR ROLLBACK INTO payments (order_id, payment_type, amount, status, "
                "created_at, balance) VALUES ('1', 'payme', 1, 'pending', 1, 0)"
            )
        )

    go, decisions = shop.behind("1")
    undoing = shop.pool.submit(shop.decide, "2", undoes)
    shop.wait_for(1)
    after = shop.pool.submit(shop.decide, "3")
    shop.wait_for(2)
    go.set()
    after.result(LONG_S)
    for one in (*decisions, undoing):
        with pytest.raises(IntegrityError):
            one.result(LONG_S)
    assert shop.stored() == ["3"]


def test_who_gets_no_turn_in_time_says_so_and_leaves_nobody_waiting(tmp_path: Path) -> None:
    shop = Shop(tmp_path, busy_ms=50)
    begun, go = threading.Event(), threading.Event()

    def held(session: Session) -> None:
        begun.set()
        assert go.wait(LONG_S)
        session.commit()

    first = shop.pool.submit(shop.decide, "1", held)
    assert begun.wait(LONG_S)
    with pytest.raises(TimeoutError):
        shop.decide("2")
    go.set()
    first.result(LONG_S)
    shop.decide("3")
    assert shop.stored() == ["1", "3"]
    shop.pool.shutdown()
    shop.database.engine.dispose()


def test_who_writes_by_itself_finds_everything_committed(shop: Shop) -> None:
    go, decisions = shop.behind("1", "2")

    def alone() -> list[str]:
        with shop.database.write() as session:
            found = session.scalars(select(Payment.order_id)).all()
            session.add(Payment(order_id="9", amount=1000, created_at=1))
            session.commit()
            return list(found)

    writing = shop.pool.submit(alone)
    shop.wait_for(2)
    go.set()
    assert writing.result(LONG_S) == ["1", "2"]
    for one in decisions:
        one.result(LONG_S)
    assert shop.stored() == ["1", "2", "9"]


def test_a_decision_that_asked_nothing_commits_nothing(shop: Shop, commits: list[int]) -> None:
    with Seat(shop.database.engine, shop.database._together) as seat:
        seat.commit()
    assert commits == []
    shop.decide("1")
    assert shop.stored() == ["1"]
