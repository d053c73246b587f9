"""What each maker and matcher takes: looked at when a file is read, before any run."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from simulator.conformance.durations import parse_duration
from simulator.conformance.makers import CHANGES
from simulator.conformance.matchers import TYPES
from simulator.conformance.syntax import MAKERS, MATCHERS, is_reference, operator

WAYS = frozenset({*CHANGES, "unknown", "unknown-number", "missing"})
"""How `$account` can change an account."""


def complaint(name: str, argument: object) -> str:
    """What is wrong with a maker or matcher, or an empty text. References are for others."""
    if name not in MATCHERS | MAKERS:
        return f'there is no "{name}"{did_you_mean(name, MATCHERS | MAKERS)}'
    test, wanted = _TAKES.get(name, (_anything, ""))
    resolved_later = is_reference(argument) and name != "$account"
    return "" if resolved_later or test(argument) else f"{name} takes {wanted}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint at the nearest name, or an empty text."""
    near = difflib.get_close_matches(name, sorted(known), 1)
    return f'; did you mean "{near[0]}"?' if near else ""


def choices(value: object, rows: Sequence[Mapping[str, object]]) -> list[object]:
    """The values that `$matrix.x` takes; any other value by itself."""
    if isinstance(value, str) and value.startswith("$matrix."):
        name = value.removeprefix("$matrix.")
        return [row[name] for row in rows if name in row]
    return [value]


def _anything(argument: object) -> bool:
    return True


def _is_made(value: object) -> bool:
    """A whole number, or what may become one."""
    return type(value) is int or is_reference(value) or operator(value) in MAKERS


def _two_numbers(argument: object) -> bool:
    return isinstance(argument, list) and len(argument) == 2 and all(map(_is_made, argument))


def _two(argument: object) -> bool:
    return isinstance(argument, list) and len(argument) == 2


def _is_true(argument: object) -> bool:
    return argument is True


def _is_bool(argument: object) -> bool:
    return isinstance(argument, bool)


def _is_list(argument: object) -> bool:
    return isinstance(argument, list)


def _is_filled_list(argument: object) -> bool:
    return isinstance(argument, list) and bool(argument)


def _is_pattern(argument: object) -> bool:
    try:
        return isinstance(argument, str) and re.compile(argument) is not None
    except re.error:
        return False


def _is_duration(argument: object) -> bool:
    try:
        return isinstance(argument, str) and parse_duration(argument) >= 0
    except ValueError:
        return False


def _is_change(argument: object) -> bool:
    """`{of: account, how: way, other: 1}`; the way and the place may come from a matrix."""
    if not isinstance(argument, dict) or not {"how"} <= set(argument) <= {"of", "how", "other"}:
        return False
    place = argument.get("other", 1)
    if not is_reference(place) and not (type(place) is int and place > 0):
        return False
    return argument["how"] in WAYS or is_reference(argument["how"])


_YES_OR_NO = (_is_bool, "true or false")


def _may_add_fraction(value: object) -> bool:
    return _two_numbers(value) or (_two(value) and isinstance(value, list) and _sum(value))


def _sum(pair: list[object]) -> bool:
    return type(pair[1]) is float and _two_numbers([pair[0], 0])


_NUMBERS = (_two_numbers, "two whole numbers, as in [$order.amount, 1]")
_TAKES: dict[str, tuple[Callable[[object], bool], str]] = {
    "$type": (lambda a: isinstance(a, str) and a in TYPES, f"one of {', '.join(TYPES)}"),
    "$between": (_two_numbers, "two whole numbers, as in [1, 5]"),
    "$any_of": (_is_filled_list, "a list of choices"),
    "$absent": _YES_OR_NO,
    "$present": _YES_OR_NO,
    "$unset": _YES_OR_NO,
    "$localised": _YES_OR_NO,
    "$account_member": (_is_true, "true"),
    "$exact": (lambda a: isinstance(a, dict), "an object"),
    "$matches": (_is_pattern, "a regular expression"),
    "$length": (lambda a: type(a) is int and a >= 0, "a whole number"),
    "$own": (_is_list, "a list of transactions"),
    "$own_ordered": (_is_list, "a list of transactions"),
    "$ago": (_is_duration, "a duration, as in 12h1m"),
    "$plus": (_may_add_fraction, _NUMBERS[1]),
    "$times": _NUMBERS,
    "$over": _NUMBERS,
    "$above": (_two_numbers, "two whole numbers, as in [4294967296, $config.max]"),
    "$merge": (_two, "two objects"),
    "$without": (_two, "an object and the name of a member"),
    "$account": (
        _is_change,
        f"{{of: $order.account, how: WAY}}, other: 1 if wanted; ways: {', '.join(sorted(WAYS))}",
    ),
}
