"""Ways in which the scripted merchant can be bent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.simulator.conformance.merchant import Bend, Reply, Stage


def member(name: str, value: object) -> Bend:
    """Another value for a member of the result."""
    return lambda call, reply: {**_dict(reply), "result": {**_dict(reply)["result"], name: value}}


def items(change: Callable[[list[dict[str, Any]]], list[Any]]) -> Bend:
    """Other items in a statement."""

    def bent(call: dict[str, Any], reply: Reply) -> Reply:
        shown = _dict(reply)["result"]["transactions"]
        return {**_dict(reply), "result": {"transactions": change(shown)}}

    return bent


def error(code: int) -> Bend:
    """Always this error, whatever was done."""
    return lambda call, reply: {"id": call["id"], "error": {"code": code}}


def result(**members: Any) -> Bend:
    """Always this result, whatever was decided."""
    return lambda call, reply: {"id": call["id"], "result": members}


def nth(number: int, bend: Bend) -> Bend:
    """Bend only the call of that number, from 1."""
    count = 0

    def bent(call: dict[str, Any], reply: Reply) -> Reply | None:
        nonlocal count
        count += 1
        return bend(call, reply) if count == number else None

    return bent


def also(act: Callable[[dict[str, Any]], object]) -> Bend:
    """Answer rightly, but do something more."""

    def bent(call: dict[str, Any], reply: Reply) -> None:
        act(call)

    return bent


def stored_though_refused(on: Stage) -> Bend:
    """Every CreateTransaction that is refused is stored all the same."""

    def store(call: dict[str, Any]) -> None:
        params = call["params"]
        if params["id"] not in on.merchant.transactions:
            times = {"create_time": on.merchant.clock.ms, "perform_time": 0, "cancel_time": 0}
            tx = {**params, "number": "99", "state": 1, "reason": None, **times}
            on.merchant.transactions[params["id"]] = tx

    return also(store)


def _dict(reply: Reply) -> dict[str, Any]:
    assert isinstance(reply, dict)
    return reply
