"""Before the first scenario: each reason not to begin says what to do, with its exit code."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.caller.wire import FailureKind, WireAnswer, WireFailure
from simulator.conformance.events import Outcome
from simulator.conformance.preflight import Trouble, preflight
from simulator.observers.orders.order import OrdersError, OrdersExhausted, OrdersUnreachable
from tests.simulator.conformance import bends
from tests.simulator.conformance.merchant import KEY, Bend, stage
from tests.simulator.conformance.world import order

CHECK_PERFORM = "CheckPerformTransaction"


def trouble(bend: Bend) -> Trouble | None:
    on = stage()
    on.merchant.bends[CHECK_PERFORM] = bend
    return preflight(on.world)


def wired(status: int, body: bytes = b"", *headers: tuple[str, str]) -> Bend:
    return lambda call, reply: WireAnswer(status, headers, body)


def failing(kind: FailureKind) -> Bend:
    return lambda call, reply: WireFailure(kind, "so it was")


def test_a_right_merchant_may_be_run_against() -> None:
    on = stage()
    assert preflight(on.world) is None
    assert on.methods() == [CHECK_PERFORM]


@pytest.mark.parametrize(
    "bend",
    [
        bends.error(-31008),
        bends.result(allow=False),
        wired(200, b"<html>"),
        wired(500, b"oops"),
        wired(404, b'{"error": {"code": -31050}}'),
        failing(FailureKind.TOO_LARGE),
    ],
)
def test_a_merchant_that_answers_wrongly_is_what_the_scenarios_are_for(bend: Bend) -> None:
    assert trouble(bend) is None


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (FailureKind.REFUSED, "Start it and check merchant.url"),
        (FailureKind.TIMEOUT, "raise merchant.timeout"),
        (FailureKind.CLOSED, "Is merchant.url the webhook's address"),
        (FailureKind.NOT_HTTP, "Is merchant.url the webhook's address"),
    ],
)
def test_a_merchant_that_cannot_be_reached(kind: FailureKind, words: str) -> None:
    found = trouble(failing(kind))
    assert found is not None
    assert found.exit_code == 3
    assert "so it was" in found.text
    assert words in found.text
    assert [c.outcome for c in found.checks] == [Outcome.FAILED]


@pytest.mark.parametrize(
    ("status", "headers", "words"),
    [
        (404, (), "it answers HTTP 404, not JSON-RPC"),
        (301, (("Location", "http://x/payme/"),), "HTTP 301 and points to http://x/payme/, not"),
        (308, (("location", "/payme/"),), "HTTP 308 and points to /payme/"),
        (405, (), "a missing or extra slash at the end is enough"),
        (502, (), "Give the exact address"),
    ],
)
def test_a_wrong_address(status: int, headers: Any, words: str) -> None:
    found = trouble(wired(status, b"<html>", *headers))
    assert found is not None
    assert found.exit_code == 3
    assert words in found.text


@pytest.mark.parametrize("bend", [bends.error(-32504), wired(401, b""), wired(403, b"no")])
def test_a_key_that_is_refused(bend: Bend) -> None:
    found = trouble(bend)
    assert found is not None
    assert "The merchant refuses the configured login and key." in found.text
    assert KEY not in found.text
    assert "auth.right-key" in {c.rule for c in found.checks if c.outcome is Outcome.FAILED}


def test_a_merchant_that_splits_at_every_colon() -> None:
    def cut(call: dict[str, Any], reply: Any) -> Any:
        refused = isinstance(reply, dict) and "error" in reply
        right = {"id": call["id"], "result": {"allow": True}}
        return right if refused else bends.error(-32504)(call, reply)

    found = trouble(cut)
    assert found is not None
    assert found.exit_code == 1
    assert "takes the key only up to its first colon" in found.text


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OrdersUnreachable("nobody answers at 5000"), 3),
        (OrdersError("HTTP 500: no stock"), 2),
        (OrdersExhausted("orders.csv has no unused order left"), 2),
    ],
)
def test_an_order_that_cannot_be_made(error: OrdersError, code: int) -> None:
    on = stage()

    def refuse(amount: int | None) -> Any:
        raise error

    on.world.make_order = refuse
    found = preflight(on.world)
    assert found == Trouble(f"No order could be made: {error}", code)
    assert on.merchant.calls == []


def test_a_merchant_that_dies_of_the_first_call() -> None:
    on = stage(gone=lambda: "The merchant died during the run.\nexit code 1")
    on.merchant.bends[CHECK_PERFORM] = failing(FailureKind.CLOSED)
    found = preflight(on.world)
    assert found is not None
    assert (found.text, found.exit_code) == ("The merchant died during the run.\nexit code 1", 3)
    assert {c.rule for c in found.checks if c.outcome is Outcome.FAILED} == {"transport.answers"}


def test_an_order_that_the_file_does_not_call_payable() -> None:
    on = stage()
    on.merchant.database.statuses["payable"] = ["open", "draft"]
    found = preflight(on.world)
    assert found is not None
    assert found.exit_code == 2
    assert 'its row has the status "new"' in found.text
    assert 'it says "open" or "draft"' in found.text
    assert 'write payable = "new"' in found.text
    assert 'status="new"' in found.text


def test_a_merchant_that_reserves_when_it_is_asked_is_not_the_files_fault() -> None:
    on = stage()

    def reserve(call: dict[str, Any]) -> None:
        on.merchant.database.orders[0]["status"] = "wait"

    on.merchant.bends[CHECK_PERFORM] = bends.also(reserve)
    assert preflight(on.world) is None


def test_an_order_that_is_not_where_the_file_says() -> None:
    on = stage()
    on.world.make_order = lambda amount: order("Psb-404")
    found = preflight(on.world)
    assert found is not None
    assert (found.exit_code, "finds no row of it" in found.text) == (2, True)


@pytest.mark.parametrize(("amount", "told"), [(100_000, True), (1000, False)])
def test_a_price_is_held_against_the_row_only_if_it_was_there_at_first(
    amount: int, told: bool
) -> None:
    on = stage()
    make = on.world.make_order

    def made(asked: int | None) -> Any:
        new = make(asked)
        on.merchant.database.orders[-1]["amount"] = amount
        return new

    on.world.make_order = made
    assert preflight(on.world) is None
    assert on.world.shows_price is told
