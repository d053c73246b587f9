"""The webhook around any method: how often it decides, in which transaction, what it says then."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from backend.db import Database
from backend.methods import METHODS
from backend.methods.base import Call, Method, Result
from backend.session import Session
from backend.settings import Settings
from backend.webhook import Webhook
from tests.backend.merchant import KEY, Merchant, basic, envelope

PARAMS = {"n": 17}
WON = IntegrityError("INSERT", {}, Exception("UNIQUE"))
LOST = OperationalError("INSERT", {}, Exception("gone"), connection_invalidated=True)
BROKEN = OperationalError("INSERT", {}, Exception("disk I/O error"))


class Watched(Database):
    """A database that notes how it was opened; nothing is ever asked of it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.ways: list[str] = []

    def looking(self) -> Session:
        self.ways.append("looking")
        return super().looking()

    @contextmanager
    def deciding(self) -> Iterator[Session]:
        self.ways.append("deciding")
        with super().deciding() as session:
            yield session


class Scripted:
    """A method that raises what a test hands it, then gives back what it was asked."""

    def __init__(self, errors: list[DBAPIError]) -> None:
        self.errors = errors

    def __call__(self, call: Call, asked: object) -> Result:
        if self.errors:
            raise self.errors.pop(0)
        return {"asked": asked}


def answered(
    monkeypatch: pytest.MonkeyPatch, folder: Path, errors: list[DBAPIError], writes: bool = True
) -> tuple[dict[str, Any], list[str]]:
    """The answer to one call of a scripted method, and how the database was opened for it."""
    method: Method[Any] = Method(lambda given: given, repr, Scripted(errors), writes)
    monkeypatch.setitem(METHODS, "Scripted", method)
    settings = Settings(key=KEY, database=f"sqlite:///{folder}/shop.db")
    database = Watched(settings)
    body = json.dumps(envelope("Scripted", PARAMS, id=5)).encode()
    said = Webhook(settings, database).answer(basic(), body)
    database.engine.dispose()
    assert isinstance(said, bytes)
    return json.loads(said), database.ways


@pytest.mark.parametrize(
    ("errors", "tries"),
    [([], 1), ([WON], 2), ([WON, WON], 3), ([LOST], 2), ([WON, LOST], 3)],
)
def test_who_lost_against_another_call_decides_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, errors: list[DBAPIError], tries: int
) -> None:
    answer, ways = answered(monkeypatch, tmp_path, list(errors))
    assert answer == {"jsonrpc": "2.0", "id": 5, "result": {"asked": PARAMS}}
    assert ways == ["deciding"] * tries


@pytest.mark.parametrize(
    ("errors", "tries"), [([BROKEN], 1), ([WON, BROKEN], 2), ([WON] * 3, 3), ([LOST] * 9, 3)]
)
def test_what_stays_undecided_is_a_system_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, errors: list[DBAPIError], tries: int
) -> None:
    answer, ways = answered(monkeypatch, tmp_path, list(errors))
    assert (answer["id"], answer["error"]["code"], len(ways)) == (5, -32400, tries)


def test_a_method_that_writes_nothing_takes_nobodys_turn(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert answered(monkeypatch, tmp_path, [], writes=False)[1] == ["looking"]


def test_the_log_tells_why_a_request_was_refused(merchant: Merchant) -> None:
    merchant.client.get("/payme")
    merchant.code("PerformTransaction", id="694e")
    assert merchant.log() == [
        "DEBUG: Refused a request that is not POST: code=-32300",
        "DEBUG: PerformTransaction transaction_id=694e",
        "DEBUG: Refused PerformTransaction transaction_id=694e: code=-31003 "
        "There is no such transaction.",
    ]
