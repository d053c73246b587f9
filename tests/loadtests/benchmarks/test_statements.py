"""The ceiling makes the statements that the reference merchant makes, and leaves the same rows."""

from __future__ import annotations

import base64
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.app import create_app
from backend.link import Link
from backend.settings import Settings
from backend.together import Seat
from loadtests.benchmarks import ceiling
from loadtests.benchmarks.payments import Payments, payme_id
from loadtests.benchmarks.statements import ADD_ORDER, LOCKED
from loadtests.benchmarks.stored import day, fill

KEY = "key"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    url = f"sqlite:///{tmp_path}/shop.db"
    made = create_app(Settings(key=KEY, database=url, log_file=str(tmp_path / "shop.log")))
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.executemany(ADD_ORDER.replace("%s", "?"), [("1",), ("2",)])
    connection.close()
    yield made
    made.extensions["backend.database"].engine.dispose()


def sent(client: FlaskClient, request: bytes) -> dict[str, Any]:
    """The answer to a request of the driver's, without a wire."""
    head, _, body = request.partition(b"\r\n\r\n")
    secret = base64.b64encode(f"Paycom:{KEY}".encode()).decode()
    assert head.startswith(b"POST /payme HTTP/1.1\r\n")
    assert f"Basic {secret}".encode() in head
    assert int(head.rpartition(b": ")[2]) == len(body)
    answer = client.post("/payme", data=body, headers={"Authorization": f"Basic {secret}"})
    return dict(answer.get_json())


def words(sql: str) -> str:
    """A statement in SQLite's words, without what SQLAlchemy calls its columns."""
    text = " ".join(sql.partition(LOCKED)[0].replace("%s", "?").split())
    return re.sub(r" AS \w+", "", text)


def test_the_same_statements_and_the_same_rows(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = list[str]()

    def noting(way: type[Link]) -> None:
        run = way.run

        def noted(link: Link, sql: str, values: object) -> object:
            made.append(words(sql))
            return run(link, sql, values)

        patched.setattr(way, "run", noted)

    with monkeypatch.context() as patched:
        noting(Link)
        noting(Seat)
        for request in Payments("/payme", KEY).cycle("1", payme_id(1)):
            assert "result" in sent(app.test_client(), request)
    bare, told = ceiling.on_sqlite(str(tmp_path / "shop.db")), list[str]()
    drive = bare._run

    def told_too(sql: str, values: tuple[Any, ...]) -> object:
        told.append(words(sql))
        return drive(sql, values)

    monkeypatch.setattr(bare, "_run", told_too)
    bare.pay("2", payme_id(2))
    bare.close()
    assert told == made
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        rows = connection.execute(
            "SELECT t.state, t.amount, p.state, p.status, p.transaction_id = t.payme_id "
            "FROM transactions t JOIN payments p USING (order_id)"
        ).fetchall()
    connection.close()
    assert rows == [(2, 100_000, 2, "success", 1)] * 2


def test_a_database_that_has_seen_much(app: Flask, tmp_path: Path) -> None:
    fill(f"sqlite:///{tmp_path}/shop.db", 1000)
    request = Payments("/payme", KEY).request("GetStatement", day(0))
    items = sent(app.test_client(), request)["result"]["transactions"]
    assert len(items) == 1000
    assert items[7]["id"] == f"f{7:023d}"
    assert items[7]["account"] == {"order_id": "old-7"}
