"""The webhook's own session: rows as objects, written when they changed, and connections lost."""

from __future__ import annotations

import psycopg
from sqlalchemy import select

from backend import schema
from backend.db import Database
from backend.models import Payment, State, Transaction
from backend.settings import Settings
from tests.backend.conftest import Make
from tests.databases.postgres import NewDatabase


def opened(url: str) -> Database:
    database = Database(Settings(key="k", database=url))
    schema.prepare(database)
    return database


def order(number: str) -> Payment:
    return Payment(order_id=number, amount=1000, created_at=1)


def transaction(payme_id: str, number: str) -> Transaction:
    return Transaction(
        payme_id=payme_id,
        order_id=number,
        payme_time=1,
        amount=100_000,
        account={"order_id": number},
        one_time=True,
        state=State.CREATED,
        create_time=1,
    )


def test_rows_are_objects_and_are_read_back_in_their_types(database: str) -> None:
    books = opened(database)
    with books.deciding() as session:
        session.add(order("1"))
        session.add(transaction("a", "1"))
        session.commit()
    with books.looking() as session:
        paid = session.scalar(select(Payment))
        found = session.scalar(select(Transaction).where(Transaction.state.in_((1, 2))))
    books.engine.dispose()
    assert paid is not None
    assert (paid.id, paid.order_id, paid.status, paid.state) == (1, "1", "pending", None)
    assert found is not None
    assert (found.account, found.one_time, found.reason) == ({"order_id": "1"}, True, None)


def test_a_row_is_one_object_and_changes_are_seen_by_the_next_question(database: str) -> None:
    books = opened(database)
    with books.deciding() as session:
        session.add(order("1"))
        one = session.scalar(select(Payment))
        assert one is not None
        one.status = "success"
        assert session.scalar(select(Payment).where(Payment.status == "success")) is one
        one.status = "cancelled"
        session.expire(one)
        again = session.scalar(select(Payment))
        assert again is not one
        session.rollback()
        assert session.scalar(select(Payment)) is None
    books.engine.dispose()


def test_what_is_not_committed_is_gone(database: str) -> None:
    books = opened(database)
    with books.deciding() as session:
        session.add(order("1"))
        session.flush()
    with books.looking() as session:
        assert session.scalars(select(Payment.order_id)) == []
    books.engine.dispose()


def test_lost_connections_cost_no_answer(make: Make, new_postgres: NewDatabase) -> None:
    url = new_postgres()
    merchant = make(database=url)
    params = merchant.creation(merchant.order())
    lose(url)
    assert merchant.result("CreateTransaction", **params)["state"] == 1
    lose(url)
    assert merchant.check(params["id"])["state"] == 1


def test_a_long_statement_goes_over_a_file_and_is_whole(make: Make, database: str) -> None:
    merchant = make(database=database)
    with merchant.app.extensions["backend.database"].deciding() as session:
        for number in range(2500):
            session.add(order(str(number)))
            session.flush()
            session.add(transaction(f"{number:024d}", str(number)))
        session.commit()
    items = merchant.result("GetStatement", **{"from": 1, "to": 1})["transactions"]
    assert [item["id"] for item in items] == [f"{number:024d}" for number in range(2500)]
    assert items[-1] == {
        "id": f"{2499:024d}",
        "time": 1,
        "amount": 100_000,
        "account": {"order_id": "2499"},
        "create_time": 1,
        "perform_time": 0,
        "cancel_time": 0,
        "transaction": "2500",
        "state": 1,
        "reason": None,
    }


def lose(url: str) -> None:
    """Every connection to the database is closed by the server."""
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
