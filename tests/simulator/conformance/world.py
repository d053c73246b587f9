"""Values of a run, made by hand: a clock that stands where a test puts it, orders by number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.conformance.values import Fresh, Scope

NOW = 1_763_881_200_000


@dataclass
class Clock:
    """Milliseconds since 1970, moved by hand."""

    ms: int = NOW

    def __call__(self) -> int:
        return self.ms


@dataclass(frozen=True)
class FakeOrder:
    """An order of 1000 sum."""

    number: str = "Psb-17"
    amount: int = 100_000
    amount_sum: int = 1000
    account: Mapping[str, Any] = field(default_factory=dict)
    member: str = "order_id"


def order(number: str = "Psb-17", **account: Any) -> FakeOrder:
    return FakeOrder(number, account={"order_id": number, **account})


def fresh(clock: Clock | None = None, seed: int = 7) -> Fresh:
    """New values; unknown orders are numbered from 900."""
    numbers = iter(range(900, 100_000))
    return Fresh(seed, lambda: order(f"Psb-{next(numbers)}"), clock or Clock())


def scope(**changes: Any) -> Scope:
    """A scope with one order and the values of an earlier step."""
    known: dict[str, Any] = {
        "orders": {"order": order(), "many": [order("Psb-1"), order("Psb-2")]},
        "steps": {"create": {"params": {"id": "a" * 24, "time": 5}, "result": {"state": 1}}},
        **changes,
    }
    return Scope(fresh(), NOW, {"refunds": True, "min": 100}, **known)
