"""CheckTransaction and GetStatement tell what is stored, in Payme's terms, and change nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.backend.conftest import Make
from tests.backend.merchant import Answer, Clock, Merchant

HOURS_12 = 43_200_000


def listed(merchant: Merchant, begin: Any, end: Any) -> list[Answer]:
    found: list[Answer] = merchant.result("GetStatement", **{"from": begin, "to": end})[
        "transactions"
    ]
    return found


def test_every_state_is_told_with_zero_for_unset_times(merchant: Merchant) -> None:
    start = merchant.clock.now
    payme_id = merchant.created(merchant.order())
    told = {"create_time": start, "perform_time": 0, "cancel_time": 0, "transaction": "1"}
    assert merchant.check(payme_id) == told | {"state": 1, "reason": None}
    merchant.clock.move(10)
    merchant.result("PerformTransaction", id=payme_id)
    told |= {"perform_time": start + 10}
    assert merchant.check(payme_id) == told | {"state": 2, "reason": None}
    merchant.clock.move(10)
    merchant.result("CancelTransaction", id=payme_id, reason=5)
    told |= {"cancel_time": start + 20}
    assert merchant.check(payme_id) == told | {"state": -2, "reason": 5}


def test_checking_an_expired_transaction_leaves_it(merchant: Merchant) -> None:
    payme_id = merchant.created(merchant.order())
    before = merchant.check(payme_id)
    merchant.clock.move(HOURS_12 * 3)
    assert merchant.check(payme_id) == before


def test_the_statement_lists_every_state_as_check_tells_it(merchant: Merchant) -> None:
    ids = [merchant.created(merchant.order(), time=merchant.clock.now + n) for n in range(4)]
    merchant.result("PerformTransaction", id=ids[1])
    merchant.result("PerformTransaction", id=ids[2])
    merchant.result("CancelTransaction", id=ids[2], reason=5)
    merchant.result("CancelTransaction", id=ids[3], reason=3)
    found = listed(merchant, 0, 2**50)
    assert [one["id"] for one in found] == ids
    assert [one["state"] for one in found] == [1, 2, -2, -1]
    for one in found:
        told = merchant.check(one["id"])
        assert {name: one[name] for name in told} == told
        assert (one["amount"], list(one["account"])) == (100_000, ["order_id"])


def test_the_statement_goes_by_paymes_time_not_by_arrival(merchant: Merchant) -> None:
    now = merchant.clock.now
    late = merchant.created(merchant.order(), time=now + 300)
    early = merchant.created(merchant.order(), time=now + 100)
    middle = merchant.created(merchant.order(), time=now + 200)
    assert [one["id"] for one in listed(merchant, 0, 2**50)] == [early, middle, late]


def test_both_ends_of_the_period_are_inclusive(merchant: Merchant) -> None:
    now = merchant.clock.now
    ids = [merchant.created(merchant.order(), time=now + n) for n in (1, 2, 3)]
    assert [one["id"] for one in listed(merchant, now + 1, now + 3)] == ids
    assert [one["id"] for one in listed(merchant, now + 2, now + 2)] == ids[1:2]
    assert listed(merchant, now + 4, now + 9) == []
    assert listed(merchant, now + 3, now + 1) == []


@pytest.mark.parametrize(("begin", "end"), [(0, 2**64), (-(2**64), 10**30), (-1, 2**63)])
def test_a_period_beyond_the_databases_numbers(merchant: Merchant, begin: int, end: int) -> None:
    merchant.created(merchant.order())
    assert len(listed(merchant, begin, end)) == 1
    assert listed(merchant, end, begin) == []
    assert listed(merchant, end, end) == []


def test_more_than_a_page_is_listed_whole(merchant: Merchant) -> None:
    ids = [merchant.created(merchant.order(), time=merchant.clock.now + n) for n in range(120)]
    assert [one["id"] for one in listed(merchant, 0, 2**50)] == ids


@pytest.mark.parametrize("bad", [None, "0", 1.5, True, [], {}])
@pytest.mark.parametrize("end", ["from", "to"])
def test_an_end_of_another_type_is_no_request(merchant: Merchant, end: str, bad: object) -> None:
    assert merchant.code("GetStatement", **({"from": 0, "to": 1} | {end: bad})) == -32600


@pytest.mark.parametrize("end", ["from", "to"])
def test_both_ends_are_needed(merchant: Merchant, end: str) -> None:
    params = {"from": 0, "to": 1}
    del params[end]
    assert merchant.code("GetStatement", **params) == -32600


LAST_MS = 9_999_999_999_999


@pytest.mark.parametrize(
    ("time", "begin", "end", "listed"),
    [
        (1, -5, 1, True),
        (1, -5, 0, False),
        (LAST_MS, LAST_MS, 2**70, True),
        (LAST_MS, LAST_MS + 1, 2**70, False),
    ],
)
def test_the_first_and_the_last_moment_that_there_is(
    make: Make, time: int, begin: int, end: int, listed: bool
) -> None:
    merchant = make(clock=Clock(5))
    merchant.created(merchant.order(), time=time)
    found = merchant.result("GetStatement", **{"from": begin, "to": end})["transactions"]
    assert [item["time"] for item in found] == ([time] if listed else [])
