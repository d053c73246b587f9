"""Calls that arrive at once, at a real server of two processes, over SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from tests.backend.merchant import Answer, Server, new_id

Planned = tuple[str, dict[str, Any]]
ROUNDS = range(6)


def at_once(server: Server, calls: list[Planned]) -> list[Answer]:
    """Release all calls together; their answers in the same order."""
    barrier = Barrier(len(calls))

    def one(planned: Planned) -> Answer:
        try:
            barrier.wait()
            return server.call(*planned)
        finally:
            server.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def all_equal(answers: list[Answer]) -> bool:
    return all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize("round", ROUNDS)
def test_identical_creates_leave_one_transaction_and_one_answer(server: Server, round: int) -> None:
    params = server.creation(server.order())
    answers = at_once(server, [("CreateTransaction", params)] * 10)
    assert "result" in answers[0]
    assert all_equal(answers)
    assert statement(server, params["time"]).count(params["id"]) == 1


@pytest.mark.parametrize("round", ROUNDS)
def test_of_ten_transactions_on_one_order_one_wins(server: Server, round: int) -> None:
    number = server.order()
    calls = [("CreateTransaction", server.creation(number)) for _ in range(10)]
    answers = at_once(server, calls)
    won = [call[1]["id"] for call, answer in zip(calls, answers, strict=True) if "result" in answer]
    refused = [answer["error"]["code"] for answer in answers if "error" in answer]
    assert len(won) == 1
    assert refused == [-31052] * 9
    listed = statement(server, min(call[1]["time"] for call in calls))
    assert [one for one in listed if one in {call[1]["id"] for call in calls}] == won


@pytest.mark.parametrize("round", ROUNDS)
def test_one_id_on_ten_orders_is_one_transaction(server: Server, round: int) -> None:
    payme_id = new_id()
    calls = [("CreateTransaction", server.creation(server.order(), id=payme_id)) for _ in range(10)]
    answers = at_once(server, calls)
    assert sum("result" in answer for answer in answers) == 1
    assert [a["error"]["code"] for a in answers if "error" in a] == [-31050] * 9
    assert server.check(payme_id)["state"] == 1


@pytest.mark.parametrize("method", ["PerformTransaction", "CancelTransaction"])
@pytest.mark.parametrize("round", ROUNDS)
def test_identical_calls_get_one_answer(server: Server, method: str, round: int) -> None:
    params: dict[str, Any] = {"id": server.created(server.order())}
    if method == "CancelTransaction":
        params["reason"] = 3
    answers = at_once(server, [(method, params)] * 10)
    assert "result" in answers[0]
    assert all_equal(answers)


@pytest.mark.parametrize("round", ROUNDS)
def test_perform_against_cancel_is_some_order_of_the_two(server: Server, round: int) -> None:
    number = server.order()
    payme_id = server.created(number)
    performs: list[Planned] = [("PerformTransaction", {"id": payme_id})] * 5
    cancels: list[Planned] = [("CancelTransaction", {"id": payme_id, "reason": 5})] * 5
    answers = at_once(server, performs + cancels)
    performed, cancelled = answers[:5], answers[5:]
    state = server.check(payme_id)["state"]
    assert all_equal(cancelled)
    assert cancelled[0]["result"]["state"] == state
    assert state == (-2 if any("result" in one for one in performed) else -1)
    refused = [one["error"]["code"] for one in performed if "error" in one]
    assert refused == [-31008] * len(refused)


@pytest.mark.parametrize("round", ROUNDS)
def test_orders_made_at_once_are_one_order(server: Server, round: int) -> None:
    number = f"{new_id()}-order"
    made = together(10, server, lambda: server.make_order(number, 1000))
    assert all_equal(made)


def test_two_hundred_parallel_payments_never_meet_a_locked_database(server: Server) -> None:
    def pay() -> list[Answer]:
        params = server.creation(server.order())
        asked = {"amount": params["amount"], "account": params["account"]}
        return [
            server.call("CheckPerformTransaction", asked),
            server.call("CreateTransaction", params),
            server.call("PerformTransaction", {"id": params["id"]}),
            server.call("CheckTransaction", {"id": params["id"]}),
        ]

    paid = together(200, server, pay)
    assert [answer for answers in paid for answer in answers if "error" in answer] == []
    assert "locked" not in server.log_file.read_text(encoding="utf-8")


def together(count: int, server: Server, act: Callable[[], Any]) -> list[Any]:
    """The results of doing the same in so many threads."""

    def one() -> Any:
        try:
            return act()
        finally:
            server.close()

    with ThreadPoolExecutor(count) as pool:
        return [done.result() for done in [pool.submit(one) for _ in range(count)]]


def statement(server: Server, since: int) -> list[str]:
    period = {"from": since, "to": since + 60_000}
    return [one["id"] for one in server.result("GetStatement", **period)["transactions"]]
