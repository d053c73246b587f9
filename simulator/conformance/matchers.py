"""Matching: scalars by value and type, objects as subsets, arrays whole, `$`-keys as predicates.

A match returns the differences; none means it holds. Booleans are not integers, 1 is not 1.0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from simulator.conformance.syntax import operator
from simulator.protocol.errors import is_localised
from simulator.protocol.finding import MISSING, show
from simulator.protocol.kinds import (
    is_amount,
    is_payme_id,
    is_timestamp,
    is_timestamp_text,
    is_unset,
)

Where = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One difference. `path` is in the answer, `where` in the expectation."""

    path: str
    expected: str
    actual: str
    where: Where = ()


@dataclass(frozen=True, slots=True)
class Matching:
    """What matchers may know about the run: the scenario's transactions, the account's members,
    and which Payme id each of the merchant's own transaction numbers belongs to."""

    own_ids: Collection[str] = ()
    members: Collection[str] = ()
    numbers: Mapping[str, str] = field(default_factory=dict)

    def identified(self, item: object) -> object:
        """A statement's item; one that lacks its `id` (a fault of its own) known by its number."""
        if not isinstance(item, Mapping) or "id" in item:
            return item
        payme_id = self.numbers.get(str(item.get("transaction")))
        return item if payme_id is None else {**item, "id": payme_id}

    def match(
        self, expected: object, actual: object, path: str, where: Where = ()
    ) -> list[Mismatch]:
        """The differences between what was expected and what came."""
        name = operator(expected)
        if name is not None and isinstance(expected, Mapping):
            return self._operate(name, expected[name], actual, path, (*where, name))
        if isinstance(expected, Mapping):
            return self._object(expected, actual, path, where)
        if isinstance(expected, list):
            return self._array(expected, actual, path, where)
        if same(expected, actual):
            return []
        return [Mismatch(path, show(expected), show(actual), where)]

    def _object(
        self, expected: Mapping[str, object], actual: object, path: str, where: Where
    ) -> list[Mismatch]:
        if not isinstance(actual, Mapping):
            return [Mismatch(path, "an object", show(actual), where)]
        found: list[Mismatch] = []
        for key, value in expected.items():
            got = actual.get(key, MISSING)
            found += self.match(value, got, f"{path}.{key}", (*where, key))
        return found

    def _array(
        self, expected: list[object], actual: object, path: str, where: Where
    ) -> list[Mismatch]:
        if not isinstance(actual, list):
            return [Mismatch(path, "an array", show(actual), where)]
        if len(expected) != len(actual):
            wanted = f"{len(expected)} items"
            return [Mismatch(path, wanted, f"{len(actual)}: {show(actual)}", where)]
        found: list[Mismatch] = []
        for index, (value, got) in enumerate(zip(expected, actual, strict=True)):
            found += self.match(value, got, f"{path}[{index}]", (*where, index))
        return found

    def _operate(
        self, name: str, argument: object, actual: object, path: str, where: Where
    ) -> list[Mismatch]:
        if name == "$any_of" and isinstance(argument, list):
            if any(not self.match(choice, actual, path) for choice in argument):
                return []
            choices = " or ".join(_words(choice) for choice in argument)
            return [Mismatch(path, choices, show(actual), where)]
        if name == "$exact" and isinstance(argument, Mapping):
            return self._exact(argument, actual, path, where)
        if name in ("$own", "$own_ordered"):
            return self._own(argument, actual, path, where, ordered=name == "$own_ordered")
        if name in ("$contains", "$lacks"):
            return self._holds(name, argument, actual, path, where)
        if name == "$not":
            holds = bool(self.match(argument, actual, path))
        elif name == "$account_member":
            holds = isinstance(actual, str) and actual in self.members
        else:
            holds = PREDICATES[name](argument, actual)
        return [] if holds else [Mismatch(path, _words({name: argument}), show(actual), where)]

    def _exact(
        self, expected: Mapping[str, object], actual: object, path: str, where: Where
    ) -> list[Mismatch]:
        found = self._object(expected, actual, path, where)
        if isinstance(actual, Mapping):
            found += [
                Mismatch(f"{path}.{key}", "nothing", show(actual[key]), where)
                for key in actual
                if key not in expected
            ]
        return found

    def _own(
        self, expected: object, actual: object, path: str, where: Where, *, ordered: bool
    ) -> list[Mismatch]:
        if not isinstance(actual, list) or not isinstance(expected, list):
            return [Mismatch(path, "an array", show(actual), where)]
        found = enumerate(self.identified(item) for item in actual)
        items = [(at, item) for at, item in found if _id(item) in self.own_ids]
        if not ordered:
            order = [_id(item) for item in expected]
            rank = {payme_id: order.index(payme_id) for payme_id in order}
            items.sort(key=lambda placed: rank.get(_id(placed[1]), len(rank)))
        ids, wanted = [_id(item) for _, item in items], [_id(i) for i in expected]
        if ids != wanted:
            words = "these transactions" + (" in this order" if ordered else "")
            text = f"{words}: {show(wanted)}"
            return [Mismatch(path, text, show(ids), where)]
        return [
            miss
            for index, (value, (at, item)) in enumerate(zip(expected, items, strict=True))
            for miss in self.match(value, item, f"{path}[{at}]", (*where, index))
        ]

    def _holds(
        self, name: str, argument: object, actual: object, path: str, where: Where
    ) -> list[Mismatch]:
        if not isinstance(actual, list):
            return [Mismatch(path, "an array", show(actual), where)]
        some = any(not self.match(argument, self.identified(item), path) for item in actual)
        if some == (name == "$contains"):
            return []
        words = "an item like" if name == "$contains" else "no item like"
        return [Mismatch(path, f"{words} {show(argument)}", show(actual), where)]


def same(left: object, right: object) -> bool:
    """Equal by value and JSON type, all the way down; a time may stand in quotes on one side,
    which is judged by a rule of its own."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if type(left) is type(right):
        return left == right
    quoted = is_timestamp_text(left) or is_timestamp_text(right)
    return quoted and not isinstance(left, float) and str(left) == str(right)


def loosely_same(left: object, right: object) -> bool:
    """Equal when scalars are written as text: "17" is 17; objects have the same members."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(loosely_same(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(loosely_same, left, right))
    return right is not MISSING and str(left) == str(right)


def _id(item: object) -> object:
    """The id of a transaction, or None for what has none that could be one of ours."""
    payme_id = item.get("id") if isinstance(item, Mapping) else None
    return payme_id if isinstance(payme_id, str) else None


def _between(argument: object, actual: object) -> bool:
    assert isinstance(argument, list)
    low, high = sorted(argument)
    return type(actual) is int and low <= actual <= high


TYPES: dict[str, Callable[[object], bool]] = {
    "string": lambda v: isinstance(v, str),
    "integer": lambda v: type(v) is int,
    "number": lambda v: type(v) in (int, float),
    "boolean": lambda v: isinstance(v, bool),
    "object": lambda v: isinstance(v, Mapping),
    "array": lambda v: isinstance(v, list),
    "null": lambda v: v is None,
    "timestamp": is_timestamp,
    "amount": is_amount,
    "payme_id": is_payme_id,
}

PREDICATES: dict[str, Callable[[object, object], bool]] = {
    "$type": lambda argument, v: TYPES[str(argument)](v),
    "$between": _between,
    "$absent": lambda argument, v: (v is MISSING) == bool(argument),
    "$present": lambda argument, v: (v is not MISSING) == bool(argument),
    "$matches": lambda argument, v: isinstance(v, str) and bool(re.search(str(argument), v)),
    "$length": lambda argument, v: isinstance(v, (str, list)) and len(v) == argument,
    "$unset": lambda argument, v: (v is MISSING or is_unset(v)) == bool(argument),
    "$loosely": loosely_same,
    "$localised": lambda argument, v: is_localised(v) == bool(argument),
}


def _words(matcher: object) -> str:
    """An expectation in words, for the column `expected`."""
    name = operator(matcher)
    if name is None or not isinstance(matcher, Mapping):
        return show(matcher)
    argument = matcher[name]
    texts = {
        "$absent": "nothing",
        "$present": "something",
        "$unset": "0 or null",
        "$localised": "an object with ru, uz and en",
        "$account_member": "the name of an account member",
        "$type": f"a {argument}",
        "$between": f"between {show(argument)}",
        "$matches": f"a text that matches {argument}",
        "$length": f"length {argument}",
        "$not": f"anything but {show(argument)}",
        "$loosely": f"{show(argument)}, in text or number",
    }
    return texts.get(name, show(matcher))
