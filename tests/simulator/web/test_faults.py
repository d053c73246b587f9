"""Rules spoil the calls that they name, as often as they say, and the journal marks each."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.web.faults import KINDS, NewFault
from simulator.web.journal import Wanted
from simulator.web.payments import Receipt
from simulator.web.problems import Problem
from simulator.web.store import Exchange
from tests.simulator.web.conftest import KASSA, Bench

CREATE = "CreateTransaction"


def _add(bench: Bench, kind: str, **how: Any) -> str:
    rule: dict[str, Any] = {"method": CREATE, "times": 1} | how
    return bench.server.faults.add(NewFault(KASSA, kind, **rule)).id


def _creates(bench: Bench) -> list[Exchange]:
    return bench.server.journal.oldest_first(Wanted(method=CREATE))


@pytest.mark.parametrize("kind", ["drop-reply", "reset-reply", "hang-up", "half-body"])
def test_a_lost_call_is_marked_and_made_again(bench: Bench, kind: str) -> None:
    rule = _add(bench, kind)
    payment = bench.go_on(bench.pay(), 1_000)
    assert payment.state == Receipt.PAID
    assert bench.agreed(payment)
    first, second = _creates(bench)
    assert first.fault.startswith(f"{kind}: ")
    assert first.failure == "injected"
    assert (second.fault, second.verdict) == ("", "result")
    used = bench.server.faults.get(rule)
    assert (used.seen, used.hits, used.times_left, used.active) == (1, 1, 0, False)


@pytest.mark.parametrize("kind", ["slow-request", "content-type"])
def test_a_call_that_is_only_odd_arrives(bench: Bench, kind: str) -> None:
    _add(bench, kind)
    assert bench.pay().state == Receipt.PAID
    assert _creates(bench)[0].fault.startswith(kind)


def test_a_delay(bench: Bench) -> None:
    _add(bench, "delay", delay_ms=4_321)
    assert bench.pay().state == Receipt.PAID
    assert bench.slept == [4_321]
    assert _creates(bench)[0].fault == "delay: the call was held back for 4321 ms"


def test_a_duplicate(bench: Bench) -> None:
    _add(bench, "duplicate")
    assert bench.pay().state == Receipt.PAID
    first, second = _creates(bench)
    assert first.request_body == second.request_body
    assert first.fault == second.fault != ""
    assert len(bench.merchant.transactions) == 1


def test_a_burst(bench: Bench) -> None:
    _add(bench, "burst", count=5)
    assert bench.pay().state == Receipt.PAID
    assert len([one for one in _creates(bench) if one.fault.startswith("burst")]) == 5
    assert len(bench.merchant.transactions) == 1


def test_a_wrong_key(bench: Bench) -> None:
    _add(bench, "wrong-key")
    bench.pay()
    assert "auth: wrong-key" in _creates(bench)[0].notes


def test_the_nth_call(bench: Bench) -> None:
    _add(bench, "duplicate", nth=2, times=None)
    for order in ("A", "B", "C"):
        bench.pay(order)
    spoiled = [one.fault != "" for one in _creates(bench)]
    assert spoiled == [False, True, True, False]


@pytest.mark.parametrize(
    ("how", "orders"),
    [
        ({"account_glob": "B-*"}, ["B-1"]),
        ({"amount": 100_000}, ["A-1", "B-1"]),
        ({"amount": 5}, []),
        ({"method": None, "account_glob": "A-?"}, ["A-1"]),
        ({"method": "PerformTransaction"}, []),
    ],
    ids=str,
)
def test_which_calls(bench: Bench, how: dict[str, Any], orders: list[str]) -> None:
    _add(bench, "delay", delay_ms=1, **({"times": None} | how))
    for order in ("A-1", "B-1"):
        bench.pay(order)
    spoiled = {
        bench.server.payments.get(one.payment_id).account["order_id"]
        for one in _creates(bench)
        if one.fault and one.payment_id
    }
    assert sorted(spoiled) == orders


def test_chance_is_drawn_from_the_seed(bench: Bench) -> None:
    def drawn(seed: int) -> list[bool]:
        rule = _add(bench, "delay", delay_ms=1, percent=50, seed=seed, times=None)
        struck = [
            bench.server.faults.strike(KASSA, CREATE, None, {}) is not None for _ in range(20)
        ]
        bench.server.faults.remove(rule)
        return struck

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    assert 0 < sum(drawn(1)) < 20


def test_a_rule_that_is_off_does_nothing(bench: Bench) -> None:
    rule = _add(bench, "wrong-key")
    bench.server.faults.switch(rule, active=False)
    assert bench.pay().state == Receipt.PAID


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_made(bench: Bench, kind: str) -> None:
    _add(bench, kind, delay_ms=5)
    bench.pay()
    assert _creates(bench)[0].fault.startswith(kind)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "explode"},
        {"method": "Pay"},
        {"kind": "delay", "delay_ms": 0},
        {"percent": 0},
        {"percent": 101},
        {"count": 1},
        {"times": 0},
        {"nth": 0},
    ],
    ids=str,
)
def test_rules_that_could_never_do_anything(bench: Bench, wrong: dict[str, Any]) -> None:
    with pytest.raises(Problem, match="accepted: ") as caught:
        bench.server.faults.add(NewFault(**({"kassa_id": KASSA, "kind": "duplicate"} | wrong)))
    assert caught.value.member in wrong
