"""What was left open by the load is asked once more before it is judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from loadtests.ledger import Ended
from loadtests.reckoning import Sources, reckon
from loadtests.results import Kind
from tests.loadtests.world import Payment, World, call, payment, unanswered


def _open(kind: str) -> tuple[World, Payment]:
    """One transaction whose last call had no answer; the merchant has done it, or not."""
    method = "CreateTransaction" if kind == "absent" else "PerformTransaction"
    one = unanswered(payment(0, 1 if kind == "absent" else 2), method)
    world = World({"absent": [], "created": [payment(0, 1)], "performed": [payment(0, 2)]}[kind])
    world.payments = [one]
    world.orders.setdefault(one.number, "new")
    return world, one


@pytest.mark.parametrize("kind", ["absent", "created", "performed"])
@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"answer": "result"}, ""),
        ({"answer": "error", "code": -31008}, "refused with -31008"),
        ({"answer": "error", "code": -32400}, "answered -32400"),
        ({"answer": "none"}, "not answered"),
        ({"answer": "result", "state": -1}, "answered state -1"),
    ],
)
def test_what_was_open_is_asked_once_more(
    tmp_path: Path, kind: str, members: dict[str, Any], said: str
) -> None:
    world, one = _open(kind)
    right = 1 if kind == "absent" else 2
    asked: list[str] = []

    def again(call: Ended) -> Ended:
        asked.append(call.method)
        return msgspec.structs.replace(call, **{"state": right, **members})

    world.write_ledgers(tmp_path / "run")
    found = reckon(tmp_path / "run", Sources(world.statement, again=again))

    assert (asked, found.asked_again) == ([one.calls[-1].method], 1)
    assert dict(found.counts) == ({Kind.STUCK: 1} if said else {})
    for wrong in found.wrong:
        assert f"{one.calls[-1].method} was open, and {said} when asked again" in wrong.message
        assert len(wrong.calls) == len(one.calls) + 1


def test_what_somebody_else_may_hold_or_nobody_sent_is_not_asked_again(tmp_path: Path) -> None:
    world, one = _open("absent")
    other = payment(1, 1)
    other.calls = [call(other, "CreateTransaction", 1, "error", code=-31050, why="second-payer")]
    other.calls = [msgspec.structs.replace(c, order=one.number) for c in other.calls]
    world.payments.append(other)
    killed = payment(2, 1)
    world.payments.append(killed)
    world.items.append(killed.item())
    world.write_ledgers(tmp_path / "run", workers=1)
    path = tmp_path / "run" / "calls-0.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))

    found = reckon(tmp_path / "run", Sources(world.statement, again=_never))

    assert (found.asked_again, dict(found.counts)) == (0, {})


def _never(call: Ended) -> Ended:
    raise AssertionError(call)


def test_a_merchant_that_is_silent_is_not_asked_for_ever(tmp_path: Path) -> None:
    world = World([])
    world.payments = [unanswered(payment(n, 1), "CreateTransaction") for n in range(30)]
    world.write_ledgers(tmp_path / "run")

    def again(call: Ended) -> Ended:
        return msgspec.structs.replace(call, answer="none")

    found = reckon(tmp_path / "run", Sources(world.statement, again=again))
    assert (found.asked_again, found.counts[Kind.STUCK]) == (5, 5)
