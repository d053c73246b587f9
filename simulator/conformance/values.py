"""References and makers -> values. Every value keeps its JSON type."""

from __future__ import annotations

import itertools
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from simulator.conformance.durations import parse_duration
from simulator.conformance.makers import NotApplicable as NotApplicable
from simulator.conformance.makers import (
    Order,
    account,
    arithmetic,
    as_float,
    as_text,
    merge,
    other_member,
)
from simulator.conformance.syntax import MAKERS, MATCHERS, REFERENCE, is_reference, operator

_Item = TypeVar("_Item")


class Unresolved(Exception):
    """A reference to something an earlier step did not bring."""


@dataclass(slots=True)
class Fresh:
    """New ids and times for a whole run: one seed for what may repeat, the clock for what may not.

    Payme ids are 24 hexadecimal digits: the second, what is the run's own, then a counter. So two
    ids of a run differ in their last digits only, as Payme's do, and two runs with one seed do not
    meet in a merchant's database.
    """

    seed: int
    unknown_account: Callable[[], Order]
    clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    shift_ms: int = 0
    """How far Payme's clock, as the merchant's, was moved forward."""
    _counter: itertools.count[int] = field(default_factory=itertools.count)
    _last: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _random: Random = field(init=False)
    _own: int = field(init=False)
    _salt: int = field(default_factory=lambda: secrets.randbits(16))

    def __post_init__(self) -> None:
        self._random = Random(self.seed)
        self._own = self._random.getrandbits(24)

    def transaction_id(self) -> str:
        with self._lock:
            number = next(self._counter) & 0xFFFFFF
        second = self.moment() // 1000 & 0xFFFFFFFF
        return f"{second:08x}{self._salt:04x}{self._own:06x}{number:06x}"

    def moment(self) -> int:
        """Our clock in ms."""
        return self.clock() + self.shift_ms

    def shift(self, ms: int) -> None:
        """Move our clock to so many ms after the true time."""
        with self._lock:
            self.shift_ms, self._last = ms, 0

    def below(self, end: int) -> int:
        """A number from 0 up to `end`, by the seed."""
        with self._lock:
            return self._random.randrange(end)

    def shuffled(self, items: Sequence[_Item]) -> list[_Item]:
        """The same in another order, by the seed."""
        with self._lock:
            return self._random.sample(items, len(items))

    def now(self) -> int:
        """Our clock in ms, later than any time given out before."""
        with self._lock:
            self._last = max(self._last + 1, self.moment())
            return self._last


@dataclass(slots=True)
class Scope:
    """All that a scenario's references can reach."""

    fresh: Fresh
    started: int
    config: Mapping[str, object]
    orders: dict[str, object] = field(default_factory=dict)
    steps: dict[str, Mapping[str, object]] = field(default_factory=dict)
    matrix: Mapping[str, object] = field(default_factory=dict)
    arguments: Mapping[str, object] = field(default_factory=dict)
    loop: int = 0
    others: Sequence[str] = ()
    """The account's members that must fit beside the one that names the order."""

    def resolve(self, value: object) -> object:
        """The value with its references and makers replaced; matchers stay, resolved inside."""
        if isinstance(value, str):
            if is_reference(value):
                return self._reference(value)
            return value[1:] if value.startswith("$$") else value
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if isinstance(value, dict):
            name = operator(value)
            if name in MAKERS:
                return self._make(str(name), value[str(name)])
            if name in MATCHERS:
                return {name: self.resolve(value[str(name)])}
            return {key: self.resolve(item) for key, item in value.items()}
        return value

    def _reference(self, text: str) -> object:
        match = REFERENCE.fullmatch(text)
        if match is None:
            raise Unresolved(f"{text} is not a reference")
        path = [part for part in match[2].split(".") if part]
        path = [str(self.loop) if part == "$loop" else part for part in path]
        root = match[1]
        if root == "now":
            return self.fresh.now()
        if root == "loop":
            return self.loop
        if root == "new":
            return (
                self.fresh.transaction_id() if path == ["transaction_id"] else self._unknown(path)
            )
        if root == "unknown":
            return self._unknown(path)
        value = self._root(root, text)
        for part in path:
            value = _member(value, part, text)
            if root in ("matrix", "with"):
                value = self.resolve(value)
        return value

    def _unknown(self, path: list[str]) -> object:
        return _member(self.fresh.unknown_account(), path[0] if path else "account", "$unknown")

    def _root(self, root: str, text: str) -> object:
        roots: dict[str, object] = {
            "matrix": self.matrix,
            "with": self.arguments,
            "config": self.config,
        }
        if root in roots:
            return roots[root]
        if root in self.steps:
            return self.steps[root]
        if root in self.orders:
            return self.orders[root]
        raise Unresolved(f"{text}: there is no {root} yet")

    def _make(self, name: str, argument: object) -> object:
        if name == "$ago":
            return self.started - parse_duration(str(self.resolve(argument)))
        if name == "$account":
            assert isinstance(argument, dict)
            value = self.resolve(argument.get("of", "$order.account"))
            how, other = str(self.resolve(argument["how"])), self.resolve(argument.get("other"))
            if other is not None:
                return other_member(value, how, self._other(other))
            return account(value, how, self._naming_member(value), self.fresh.unknown_account)
        value = self.resolve(argument)
        if name in ("$plus", "$times", "$over", "$above"):
            return arithmetic(name, value)
        if name == "$text":
            return as_text(value)
        if name == "$as_float":
            return as_float(value)
        return merge(name, value)

    def _other(self, place: object) -> str:
        """The name of the first, second … of the other members."""
        if type(place) is not int or not 0 < place <= len(self.others):
            raise NotApplicable(f"no {place}. member beside the one that names the order must fit")
        return self.others[place - 1]

    def _naming_member(self, account: object) -> str:
        found = list(self.orders.values())
        for order in [o for one in found for o in (one if isinstance(one, list) else [one])]:
            if getattr(order, "account", None) == account:
                return str(getattr(order, "member", ""))
        return next(iter(account), "") if isinstance(account, Mapping) else ""


def _member(value: object, part: str, text: str) -> object:
    if isinstance(value, Mapping):
        if part in value:
            return value[part]
    elif isinstance(value, list):
        if part.isdigit() and int(part) < len(value):
            return value[int(part)]
    elif hasattr(value, part) and not part.startswith("_"):
        return getattr(value, part)
    raise Unresolved(f"{text}: there is no {part}")
