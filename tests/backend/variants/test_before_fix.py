"""The first code: no order that `/api/generate-qr` made can be paid, and any other can."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, text

from backend.db import parsed
from tests.backend.merchant import Server, basic, envelope, new_id, new_number, serving

SQLITE = "sqlite3.IntegrityError: UNIQUE constraint failed: payments.order_id"
POSTGRES = (
    'psycopg.errors.UniqueViolation: duplicate key value violates unique constraint "'
    'payments_order_id_key"'
)


def rows(database: str, number: str) -> list[Any]:
    """The transaction ids of an order's rows."""
    engine = create_engine(parsed(database))
    with engine.connect() as connection:
        query = text("SELECT transaction_id FROM payments WHERE order_id = :number")
        found = connection.execute(query, {"number": number}).scalars().all()
    engine.dispose()
    return list(found)


def posted(server: Server, method: str, params: object) -> httpx.Response:
    return httpx.post(
        f"http://127.0.0.1:{server.port}/payme",
        json=envelope(method, params),
        headers={"Authorization": basic()},
        trust_env=False,
    )


def test_every_create_is_a_second_row_and_fails(tmp_path: Path, database: str) -> None:
    with serving(tmp_path, "--variant", "before-fix", "--database", database) as server:
        number = server.order()
        asked = {"amount": 100_000, "account": {"order_id": number}}
        assert server.result("CheckPerformTransaction", **asked) == {"allow": True}
        creation = server.creation(number)
        for _ in range(2):
            answer = posted(server, "CreateTransaction", creation)
            assert answer.status_code == 500
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        lines = server.log_file.read_text(encoding="utf-8").splitlines()
        assert lines.count(SQLITE if database.startswith("sqlite") else POSTGRES) == 2
        assert sum(line.endswith("ERROR: Exception on /payme [POST]") for line in lines) == 2
        assert sum(line.startswith("[SQL: INSERT INTO payments (order_id, ") for line in lines) == 2
        assert rows(database, number) == [None]
        assert server.code("CheckTransaction", id=creation["id"]) == -31003


def test_the_log_holds_no_parameters_and_no_key(tmp_path: Path) -> None:
    with serving(tmp_path, "--variant", "before-fix") as server:
        creation = server.creation(server.order())
        posted(server, "CreateTransaction", creation)
        log = server.log_file.read_text(encoding="utf-8")
    assert log.count(creation["id"]) == 1
    assert server.key not in log


def test_an_order_that_nobody_made_is_made_and_paid(tmp_path: Path, database: str) -> None:
    with serving(tmp_path, "--variant", "before-fix", "--database", database) as server:
        number = new_number()
        payme_id = server.performed(number, amount=500)
        assert rows(database, number) == [payme_id]
        status, order = server.send("GET", f"/api/payment-status/{number}")
        assert (status, order["status"], order["amount"]) == (200, "success", 5)


def test_a_repeat_is_found_by_its_id(tmp_path: Path) -> None:
    with serving(tmp_path, "--variant", "before-fix") as server:
        creation = server.creation(new_number(), id=new_id())
        assert server.result("CreateTransaction", **creation) == server.result(
            "CreateTransaction", **creation
        )


@pytest.mark.parametrize("missing", ["account", "amount", "time"])
def test_a_missing_member_is_an_error_page_too(tmp_path: Path, missing: str) -> None:
    with serving(tmp_path, "--variant", "before-fix") as server:
        creation = server.creation(new_number())
        del creation[missing]
        assert posted(server, "CreateTransaction", creation).status_code == 500
        assert server.send("GET", "/healthz") == (200, {"status": "ok"})
