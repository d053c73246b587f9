"""The hook that moves the merchant's clock: off by default, and only forward from the true time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.backend.conftest import Make
from tests.backend.merchant import Merchant, serving
from tests.backend.test_process import said

HALF_A_DAY = 12 * 3_600_000
MINUTE = 60_000


def moved(merchant: Merchant, document: Any) -> tuple[int, Any]:
    answer = merchant.client.post("/test/clock", json=document)
    return answer.status_code, answer.get_json()


def test_it_is_not_there_unless_asked_for(merchant: Merchant) -> None:
    assert moved(merchant, {"shift_ms": 1})[0] == 404


def test_a_transaction_lives_to_the_end_of_its_twelve_hours_and_no_longer(make: Make) -> None:
    merchant = make(clock_hook=True)
    lives, dies = merchant.created(merchant.order()), merchant.created(number := merchant.order())
    status, answer = moved(merchant, {"shift_ms": HALF_A_DAY - MINUTE})
    assert (status, answer["shift_ms"]) == (200, HALF_A_DAY - MINUTE)
    assert answer["now"] == merchant.now() + HALF_A_DAY - MINUTE
    assert merchant.result("PerformTransaction", id=lives)["state"] == 2
    moved(merchant, {"shift_ms": HALF_A_DAY + MINUTE})
    assert merchant.code("PerformTransaction", id=dies) == -31008
    assert (merchant.check(dies)["state"], merchant.check(dies)["reason"]) == (-1, 4)
    late = merchant.now() + HALF_A_DAY + MINUTE
    assert merchant.created(number, time=late)


def test_a_shift_is_from_the_true_time_not_from_the_last_one(make: Make) -> None:
    merchant = make(clock_hook=True)
    moved(merchant, {"shift_ms": 5000})
    assert moved(merchant, {"shift_ms": 7000})[1]["now"] == merchant.now() + 7000
    assert moved(merchant, {"shift_ms": 0})[1]["now"] == merchant.now()


@pytest.mark.parametrize(
    "document", [{}, [], {"shift_ms": "1"}, {"shift_ms": 1.5}, {"shift_ms": True}, {"shift_ms": -1}]
)
def test_other_documents_are_refused(make: Make, document: Any) -> None:
    merchant = make(clock_hook=True)
    status, answer = moved(merchant, document)
    assert status == 400
    assert (answer["member"], answer["error"][:15]) == ("shift_ms", '{"shift_ms": n}')
    assert moved(merchant, {"shift_ms": 0})[1]["now"] == merchant.now()


def test_it_is_for_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.backend.merchant.MORE", {"PAYME_BACKEND_CLOCK_HOOK": "1"})
    code, err = said(tmp_path, "--workers", "2")
    assert code == 1
    assert "moves the clock of one process only; leave --workers out" in err
    with serving(tmp_path) as server:
        status, answer = server.send("POST", "/test/clock", b'{"shift_ms": 60000}')
        assert (status, answer["shift_ms"]) == (200, 60_000)
