"""What an accumulating account holds, looked at after each call that may have moved it."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.conformance.events import Outcome, Verdict
from simulator.conformance.preflight import preflight
from simulator.observers.database.values import tiyin
from tests.simulator.conformance import bends
from tests.simulator.conformance.fakes import COLUMNS
from tests.simulator.conformance.merchant import Stage, stage
from tests.simulator.conformance.runs import CREATE, Seen, run, scenario

RULE = "accumulating.balance"
PERFORM = """
- id: perform
  call: PerformTransaction
  params: {id: $create.params.id}
"""
REFUND = """
- id: refund
  call: CancelTransaction
  params: {id: $create.params.id, reason: 5}
"""
PAID = scenario(CREATE + PERFORM)
REFUNDED = scenario(CREATE + PERFORM + REFUND)
_SIGNS = {"PerformTransaction": 1, "CancelTransaction": -1}


def _wallets(opening: int | None = 0, **terms: Any) -> Stage:
    """A merchant whose accounts hold so much when a scenario gets them."""
    on = stage(**{"one_time": False, **terms})
    on.merchant.database.columns = (*COLUMNS, "orders.balance")
    make = on.world.make_order

    def with_balance(amount_sum: int | None) -> Any:
        order = make(amount_sum)
        on.merchant.database.orders[-1]["balance"] = opening
        return order

    on.world.make_order = with_balance
    return on


def _moving(on: Stage, *methods: str, each_time: bool = False, factor: int = 1) -> None:
    """These methods move the balance: at the first call, or at each."""
    done: set[tuple[str, str]] = set()

    def move(call: dict[str, Any]) -> None:
        method, payme_id = call["method"], call["params"]["id"]
        tx = on.merchant.transactions[payme_id]
        if each_time or (method, payme_id) not in done:
            done.add((method, payme_id))
            for row in on.merchant.database.orders:
                if row["number"] == tx["account"]["order_id"]:
                    moved = _SIGNS[method] * tx["amount"] * factor
                    row["balance"] = (row["balance"] or 0) + moved

    for method in methods:
        on.merchant.bends[method] = bends.also(move)


def _run(on: Stage, text: str) -> Seen:
    return run(text, on=on)


@pytest.mark.parametrize("opening", [0, 500, None])
def test_an_account_that_holds_what_was_paid_is_right(opening: int | None) -> None:
    on = _wallets(opening)
    _moving(on, "PerformTransaction", "CancelTransaction")
    seen = _run(on, REFUNDED)
    assert seen.failed == []
    assert seen.one(RULE, Verdict.INVARIANT).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("moves", "step", "wanted", "held"),
    [
        ({}, "perform", 100_500, 500),
        ({"methods": ["PerformTransaction"], "factor": 2}, "perform", 100_500, 200_500),
        ({"methods": ["PerformTransaction"], "each_time": True}, "perform", 100_500, 200_500),
        ({"methods": ["PerformTransaction"]}, "refund", 500, 100_500),
    ],
)
def test_a_wrong_balance_is_told_of(
    moves: dict[str, Any], step: str, wanted: int, held: int
) -> None:
    on = _wallets(500)
    options = {name: value for name, value in moves.items() if name != "methods"}
    _moving(on, *moves.get("methods", []), **options)
    seen = _run(on, REFUNDED)
    check = seen.one(RULE, Verdict.INVARIANT)
    assert (check.outcome, check.step) == (Outcome.FAILED, step)
    assert check.expected == f"{wanted} tiyin"
    assert check.actual == f"{held} tiyin"


def test_a_lost_answer_leaves_it_open() -> None:
    on = _wallets()
    lost = PERFORM + "  fault: {kind: drop-reply}\n  retry: at-once\n  expect: {result: any}\n"
    _moving(on, "PerformTransaction")
    assert _run(on, scenario(CREATE + lost)).failed == []


@pytest.mark.parametrize("terms", [{"one_time": True}, {"eyes": False}])
def test_nobody_looks_where_there_is_none(terms: dict[str, Any]) -> None:
    assert _run(_wallets(**terms), PAID).of(RULE, Verdict.INVARIANT) == []


def test_nobody_looks_at_a_column_that_is_not_mapped() -> None:
    on = _wallets()
    on.merchant.database.columns = COLUMNS
    assert _run(on, PAID).of(RULE, Verdict.INVARIANT) == []


def test_a_column_that_holds_no_amount_ends_the_run() -> None:
    on = _wallets()
    on.world.make_order = _with_text(on)
    found = preflight(on.world)
    assert found is not None
    assert found.exit_code == 2
    assert 'its balance is "much" (not an amount)' in found.text
    assert "columns.balance" in found.text


def _with_text(on: Stage) -> Any:
    make = on.world.make_order

    def with_text(amount_sum: int | None) -> Any:
        order = make(amount_sum)
        on.merchant.database.orders[-1]["balance"] = tiyin("much", "sum")
        return order

    return with_text
