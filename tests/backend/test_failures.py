"""When the database fails, Payme is told -32400 over HTTP 200 and may try again later."""

from __future__ import annotations

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from backend.link import Link
from backend.together import Seat
from tests.backend.conftest import Make
from tests.backend.merchant import Merchant
from tests.databases.postgres import NewDatabase


def test_an_unforeseen_error_is_answered_and_its_traceback_logged(merchant: Merchant) -> None:
    number = merchant.order()
    with merchant.app.extensions["backend.database"].engine.begin() as connection:
        connection.execute(text("ALTER TABLE transactions RENAME TO hidden"))
    params = merchant.creation(number)
    assert merchant.code("CreateTransaction", **params) == -32400
    log = Path(merchant.settings.log_file).read_text(encoding="utf-8")
    assert " ERROR: Undecided: CreateTransaction order_id=" in log
    assert "Traceback" in log
    with merchant.app.extensions["backend.database"].engine.begin() as connection:
        connection.execute(text("ALTER TABLE hidden RENAME TO transactions"))
    assert merchant.result("CreateTransaction", **params)["state"] == 1


def test_a_database_locked_by_another_process(make: Make) -> None:
    merchant = make(busy_ms=50)
    number = merchant.order()
    params = merchant.creation(number)
    other = sqlite3.connect(merchant.settings.database.removeprefix("sqlite:///"))
    try:
        other.execute("BEGIN IMMEDIATE")
        assert merchant.code("CreateTransaction", **params) == -32400
        # Who only reads need not wait for a writer.
        asked = {"amount": params["amount"], "account": params["account"]}
        assert merchant.result("CheckPerformTransaction", **asked) == {"allow": True}
        other.rollback()
        assert merchant.result("CreateTransaction", **params)["state"] == 1
    finally:
        other.close()


def test_a_database_that_goes_away_and_comes_back(make: Make, new_postgres: NewDatabase) -> None:
    url = new_postgres()
    merchant = make(database=url)
    number = merchant.order()
    params = merchant.creation(number)
    name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    with psycopg.connect(url, dbname="postgres", autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false".encode())
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname=%s", [name]
        )
        assert merchant.code("CreateTransaction", **params) == -32400
        assert merchant.client.get("/healthz").status_code == 503
        admin.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true".encode())
    assert merchant.result("CreateTransaction", **params)["state"] == 1
    assert merchant.client.get("/healthz").status_code == 200


def test_a_commit_that_fails_is_no_success(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = merchant.creation(merchant.order())

    def fail(seat: Seat) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Seat, "commit", fail)
        assert merchant.code("CreateTransaction", **params) == -32400
    assert not [line for line in merchant.log() if "✅" in line]
    assert merchant.code("CheckTransaction", id=params["id"]) == -31003
    assert merchant.result("CreateTransaction", **params)["state"] == 1
    assert len([line for line in merchant.log() if "✅" in line]) == 1


def test_the_time_is_taken_after_the_wait(make: Make, new_postgres: NewDatabase) -> None:
    url = new_postgres()
    merchant = make(database=url)
    payme_id = merchant.created(merchant.order())
    with psycopg.connect(url) as other, ThreadPoolExecutor(1) as pool:
        other.execute("SELECT 1 FROM payments FOR UPDATE")
        performing = pool.submit(merchant.result, "PerformTransaction", id=payme_id)
        while not blocked(url):
            time.sleep(0.005)
        merchant.clock.move(5000)
        other.rollback()
        assert performing.result()["perform_time"] == merchant.clock.now


def blocked(url: str) -> bool:
    query = (
        "SELECT 1 FROM pg_stat_activity WHERE datname=current_database() AND wait_event_type='Lock'"
    )
    with psycopg.connect(url, autocommit=True) as looking:
        return looking.execute(query).fetchone() is not None


def test_an_order_locked_by_another_process(make: Make, new_postgres: NewDatabase) -> None:
    url = new_postgres()
    merchant = make(database=url, busy_ms=50)
    number = merchant.order()
    params = merchant.creation(number)
    with psycopg.connect(url) as other:
        other.execute("SELECT 1 FROM payments FOR UPDATE")
        assert merchant.code("CreateTransaction", **params) == -32400
        other.rollback()
    assert merchant.result("CreateTransaction", **params)["state"] == 1


def test_a_transaction_created_while_it_is_looked_for_is_not_there_yet(
    make: Make, new_postgres: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant = make(database=new_postgres())
    creation = merchant.creation(merchant.order())
    looked: list[str] = []
    run = Link.run

    def create_after_the_first_look(link: Link, sql: str, values: object) -> object:
        found = run(link, sql, values)
        if "FOR UPDATE" in sql and not looked:
            looked.append(sql)
            merchant.result("CreateTransaction", **creation)
        return found

    with monkeypatch.context() as patched:
        patched.setattr(Link, "run", create_after_the_first_look)
        assert merchant.code("CancelTransaction", id=creation["id"], reason=3) == -31003
    assert looked
    assert merchant.check(creation["id"])["state"] == 1
