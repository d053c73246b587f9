"""One transaction: Payme's side, the statement and the database side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loadtests.reckoning.belief import (
    CANCELLED,
    CREATED,
    PERFORMED,
    REFUNDED,
    STEPS,
    TIMES,
    Belief,
    whole,
)
from loadtests.results import Kind
from simulator.observers.database import TimeValue

Found = tuple[Kind, str]

STATEMENT, DATABASE = "GetStatement", "the database"
_LIVE = (CREATED, PERFORMED)


@dataclass(frozen=True, slots=True)
class Records:
    """What was found of one transaction. None: that source was not asked.

    items: of the statement. rows: of the database, canonical, only with columns that are mapped.
    """

    items: Sequence[Mapping[str, Any]] | None
    rows: Sequence[Mapping[str, Any]] | None

    def state(self) -> int | None:
        """The state that the merchant holds now, by the best witness; None if nobody tells."""
        for records in (self.rows, self.items):
            state = whole(records[0].get("state")) if records else None
            if state is not None:
                return state
        return None

    @property
    def none(self) -> bool:
        """Whether those who were asked know nothing of it."""
        return not self.items and not self.rows


def differences(belief: Belief, records: Records, *, last_only: bool = False) -> Iterator[Found]:
    """Everything that does not add up. `last_only`: an order's row knows its last one only."""
    yield from belief.clashes
    if records.items is not None:
        yield from _one_source(belief, STATEMENT, records.items, _item_time)
    if records.rows is not None and not (last_only and _may_be_overwritten(belief, records)):
        yield from _one_source(belief, DATABASE, records.rows, _row_time)
    if records.items and records.rows:
        yield from _two_sources(belief, records.items[0], records.rows[0])


def _may_be_overwritten(belief: Belief, records: Records) -> bool:
    return not records.rows and bool(belief.states) and not belief.states & set(_LIVE)


def _one_source(
    belief: Belief, name: str, found: Sequence[Mapping[str, Any]], same_time: Any
) -> Iterator[Found]:
    if not found:
        if None not in belief.states:
            yield Kind.LOST, f"{name} does not know it; {_acknowledged(belief)}"
        return
    if len(found) > 1:
        yield Kind.DOUBLED, f"{name} has it {len(found)} times"
    record = found[0]
    state = whole(record["state"]) if "state" in record else None
    if belief.states == {None}:
        if state is None or state in _LIVE:
            words = (
                f"{name} has it in state {_shown(record.get('state'))}; its creation was refused"
            )
            yield Kind.REFUSED, words
        return
    if "state" in record and state not in belief.states and not belief.clashes:
        seen = _shown(record["state"])
        yield Kind.STATE, f"{name}: state {seen}, expected {_either(belief)}"
    if record.get("amount", belief.amount) != belief.amount and (
        whole(record["amount"]) != belief.amount
    ):
        seen = _shown(record["amount"])
        yield Kind.AMOUNT, f"{name}: amount {seen}, sent {belief.amount} tiyin"
    yield from _times(belief, name, record, state, same_time)


def _times(
    belief: Belief, name: str, record: Mapping[str, Any], state: int | None, same_time: Any
) -> Iterator[Found]:
    answered = belief.times
    for member in TIMES:
        if member not in record:
            continue
        expected, seen = answered.get(member), record[member]
        if expected is None:
            if state not in STEPS or member == "create_time" or _has(state, member):
                continue  # nobody has been told of it yet
            expected = 0
        if not same_time(seen, expected):
            yield Kind.TIMES, f"{name}: {member} {_shown(seen)}, {_answered(expected)}"
    time = record.get("time", record.get("payme_time"))
    if time is not None and belief.time is not None and not same_time(time, belief.time):
        yield Kind.TIMES, f"{name}: Payme's time {_shown(time)}, sent {belief.time}"


def _has(state: int, member: str) -> bool:
    """Whether a transaction in that state has that time."""
    if member == "perform_time":
        return state in (PERFORMED, REFUNDED)
    return state in (CANCELLED, REFUNDED)


def _two_sources(
    belief: Belief, item: Mapping[str, Any], row: Mapping[str, Any]
) -> Iterator[Found]:
    """Where no answer binds the merchant, its statement and its database still agree."""
    listed, stored = whole(item.get("state")), whole(row.get("state", item.get("state")))
    if listed != stored and len(belief.states) > 1:
        yield Kind.STATE, f"{STATEMENT}: state {listed}, {DATABASE}: state {stored}"
    for member in TIMES:
        told = whole(item.get(member))
        if told and member in row and member not in belief.times and not row[member].matches(told):
            words = f"{STATEMENT}: {member} {told}, {DATABASE}: {_shown(row[member])}"
            yield Kind.TIMES, words


def _item_time(value: Any, ms: int) -> bool:
    if type(value) is int:
        return value == ms
    return ms == 0 if value in (None, "") else whole(value) == ms


def _row_time(value: TimeValue, ms: int) -> bool:
    return value.matches(ms)


def _answered(ms: int) -> str:
    return f"answered {ms}" if ms else "expected none"


def _acknowledged(belief: Belief) -> str:
    states = ", ".join(str(one) for one in sorted(belief.seen, key=STEPS.__getitem__))
    return f"acknowledged as state {states}"


def _either(belief: Belief) -> str:
    states = sorted((one for one in belief.states if one is not None), key=STEPS.__getitem__)
    words = " or ".join(map(str, states))
    return f"{words} or nothing" if None in belief.states else words


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 80 else text[:77] + "…"
