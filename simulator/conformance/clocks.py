"""Time that passes at once: the merchant's rows are shifted back, or its clock and ours forward."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from simulator.caller.client import Call
from simulator.conformance.load import PlacedScenario
from simulator.conformance.ports import ClockError
from simulator.conformance.session import Session, World
from simulator.protocol.vocabulary import Method

ROWS = "rows"
_FAR_MS = 5 * 60_000  # no clock that follows ours is further from it


def ways_of(placed: PlacedScenario, row: Mapping[str, object]) -> set[str]:
    """The ways in which a row of a scenario moves time."""
    named = (step.step.clock.by for step in placed.steps if step.step.clock is not None)
    return {str(row.get(by.removeprefix("$matrix."), by)) for by in named}


def moves_clocks(ways: Iterable[str]) -> bool:
    """Whether the merchant's clock itself is moved, for everybody."""
    return any(way != ROWS for way in ways)


def why_no_clock(ways: Iterable[str], world: World) -> str:
    """Why a row cannot be run with this merchant, or an empty text."""
    return next((world.no_clock[way] for way in sorted(ways) if way in world.no_clock), "")


def advance(session: Session, way: str, by_ms: int, step: str) -> None:
    """Let time pass for the merchant and for us. Raises ClockError if it did not for both."""
    world = session.world
    moved = world.fresh.shift_ms + by_ms
    session.moved.add(way)
    world.clocks[way].shift(moved)
    world.fresh.shift(moved)
    _check_followed(session, way, step)


def _check_followed(session: Session, way: str, step: str) -> None:
    """A transaction of its own shows whether the merchant's clock was moved at all."""
    fresh, order = session.world.fresh, session.world.make_order(None)
    params = {"id": fresh.transaction_id(), "time": fresh.now()}
    params |= {"amount": order.amount, "account": dict(order.account)}
    seen = session.call(Call(Method.CREATE, params), step)
    made_at = seen.answer.member("create_time")
    if seen.answer.kind == "result":
        session.call(Call(Method.CANCEL, {"id": params["id"], "reason": 3}), step)
    if type(made_at) is int and abs(made_at - fresh.moment()) > _FAR_MS:
        raise ClockError(
            f"the merchant's clock was moved by {way}, and create_time does not show it: "
            f"{made_at} where it is {fresh.moment()} now"
        )


def put_right(session: Session) -> None:
    """The true time again, for the merchant and for us. Raises ClockError and ProcessError."""
    world = session.world
    world.fresh.shift(0)
    for way in sorted(session.moved):
        world.clocks[way].shift(0)
    if session.moved:
        world.caller.forget_connections()
    session.moved.clear()
