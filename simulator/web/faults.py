"""Faults that are switched on per kassa: our own calls, spoiled on purpose, and marked so."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from simulator.caller.faults import NOTE, FaultKind
from simulator.caller.faults import Fault as WireFault
from simulator.protocol.vocabulary import Method
from simulator.web.events import Events
from simulator.web.ids import Ids
from simulator.web.problems import Problem, not_found
from simulator.web.store import Fault, Kassa, Kept, Store

Kind = Literal[
    "delay",
    "duplicate",
    "wrong-key",
    "burst",
    "drop-reply",
    "hang-up",
    "reset-reply",
    "half-body",
    "slow-request",
    "content-type",
]
"""What a rule may do: hold the call back, send it again, with another key, many at once, or one of
the faults of `simulator.caller.faults`."""

KINDS: tuple[str, ...] = get_args(Kind)
OWN = ("delay", "duplicate", "wrong-key", "burst")
"""Kinds that are no fault of one call on the wire."""

MOST_AT_ONCE = 32
LONGEST_DELAY_MS = 120_000


@dataclass(frozen=True, slots=True)
class NewFault:
    """A rule to be made. See `simulator.web.store.Fault` for what each member means."""

    kassa_id: str
    kind: str
    method: str | None = None
    nth: int | None = None
    amount: int | None = None
    account_glob: str | None = None
    percent: int = 100
    seed: int = 0
    delay_ms: int = 0
    count: int = 2
    times: int | None = None


@dataclass(frozen=True, slots=True)
class Strike:
    """What shall go wrong with this call."""

    kind: str
    delay_ms: int
    count: int

    @property
    def on_the_wire(self) -> WireFault | None:
        return None if self.kind in OWN else WireFault(FaultKind(self.kind))

    @property
    def note(self) -> str:
        """What the journal says; a fault on the wire is told of by the caller."""
        texts = {
            "delay": f"the call was held back for {self.delay_ms} ms",
            "duplicate": "the call was delivered twice, one after the other",
            "wrong-key": "sent with a wrong key",
            "burst": f"the call was delivered {self.count} times in one instant",
        }
        return f"{NOTE}{self.kind}: {texts[self.kind]}" if self.kind in texts else ""


class Faults:
    """The rules of all kassas."""

    def __init__(self, store: Store, ids: Ids, events: Events, now: Callable[[], int]) -> None:
        self._store = store
        self._ids = ids
        self._events = events
        self._now = now
        self._active = Kept(store, _active)

    def add(self, new: NewFault) -> Fault:
        """Switch a rule on. Problem if it could never do anything."""
        _check(new)
        row = Fault(
            id=self._ids.new(),
            kassa_id=new.kassa_id,
            kind=new.kind,
            method=new.method,
            nth=new.nth,
            amount=new.amount,
            account_glob=new.account_glob,
            percent=new.percent,
            seed=new.seed,
            delay_ms=new.delay_ms,
            count=new.count,
            times_left=new.times,
            seen=0,
            hits=0,
            active=True,
            created_at=self._now(),
        )
        with self._store.write() as session:
            if session.get(Kassa, new.kassa_id) is None:
                raise not_found("kassa", new.kassa_id)
            session.add(row)
            self._active.forget()
        self._events.publish("fault", id=row.id, kassa=row.kassa_id)
        return row

    def all(self, kassa_id: str | None = None) -> list[Fault]:
        """The oldest first: in that order they are asked."""
        query = select(Fault).order_by(Fault.created_at, Fault.id)
        if kassa_id is not None:
            query = query.where(Fault.kassa_id == kassa_id)
        with self._store.read() as session:
            return list(session.scalars(query))

    def get(self, fault_id: str) -> Fault:
        with self._store.read() as session:
            found = session.get(Fault, fault_id)
        if found is None:
            raise not_found("fault", fault_id, "list them: GET /control/faults")
        return found

    def switch(self, fault_id: str, active: bool) -> Fault:
        """On or off. A rule that was used up is on again only with more times."""
        with self._store.write() as session:
            found = session.get(Fault, fault_id)
            if found is None:
                raise not_found("fault", fault_id)
            found.active = active
            self._active.forget()
        self._events.publish("fault", id=found.id, kassa=found.kassa_id)
        return found

    def remove(self, fault_id: str) -> None:
        with self._store.write() as session:
            found = session.get(Fault, fault_id)
            if found is None:
                raise not_found("fault", fault_id)
            session.delete(found)
            self._active.forget()
        self._events.publish("fault", id=found.id, kassa=found.kassa_id)

    def forget(self) -> None:
        """The store has others now."""
        self._active.forget()

    def strike(
        self, kassa_id: str, method: str, amount: int | None, account: Mapping[str, object]
    ) -> Strike | None:
        """What shall go wrong with this call, if anything; the first rule that strikes decides.

        Every rule that the call matches counts it.
        """
        if kassa_id not in self._active.value():
            return None
        struck: Fault | None = None
        with self._store.write() as session:
            active = Fault.active & (Fault.kassa_id == kassa_id)
            rules = select(Fault).where(active).order_by(Fault.created_at, Fault.id)
            for rule in session.scalars(rules):
                if not _matches(rule, method, amount, account):
                    continue
                rule.seen += 1
                if struck is None and _strikes(rule):
                    struck = rule
                    _used(rule)
                    self._active.forget()
        if struck is None:
            return None
        self._events.publish("fault", id=struck.id, kassa=kassa_id)
        return Strike(struck.kind, struck.delay_ms, struck.count)


def _active(session: Session) -> frozenset[str]:
    """Kassas with a rule that is on."""
    return frozenset(session.scalars(select(Fault.kassa_id).where(Fault.active).distinct()))


def _matches(rule: Fault, method: str, amount: int | None, account: Mapping[str, object]) -> bool:
    if rule.method not in (None, method):
        return False
    if rule.amount is not None and rule.amount != amount:
        return False
    glob = rule.account_glob
    return glob is None or any(fnmatchcase(str(value), glob) for value in account.values())


def _strikes(rule: Fault) -> bool:
    if rule.nth is not None and rule.seen != rule.nth:
        return False
    drawn = random.Random(f"{rule.seed}:{rule.seen}").randrange(100)
    return drawn < rule.percent


def _used(rule: Fault) -> None:
    rule.hits += 1
    if rule.times_left is not None:
        rule.times_left -= 1
        rule.active = rule.times_left > 0


def _check(new: NewFault) -> None:
    refusals = (
        (new.kind not in KINDS, "kind", new.kind, f"one of {', '.join(KINDS)}"),
        (
            new.method is not None and new.method not in set(Method),
            "method",
            new.method,
            f"one of {', '.join(Method)}, or none for any",
        ),
        (
            new.kind == "delay" and not 0 < new.delay_ms <= LONGEST_DELAY_MS,
            "delay_ms",
            new.delay_ms,
            f"1 to {LONGEST_DELAY_MS} ms",
        ),
        (not 1 <= new.percent <= 100, "percent", new.percent, "1 to 100"),
        (not 2 <= new.count <= MOST_AT_ONCE, "count", new.count, f"2 to {MOST_AT_ONCE} calls"),
        (new.times is not None and new.times < 1, "times", new.times, "1 or more, or none"),
        (new.nth is not None and new.nth < 1, "nth", new.nth, "1 or more, or none"),
    )
    for wrong, member, seen, accepted in refusals:
        if wrong:
            raise Problem(
                409,
                "not a fault that can be made",
                f"{member} is {seen!r}",
                f"accepted: {accepted}",
                member=member,
            )
