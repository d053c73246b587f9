"""What pydantic finds wrong with a value, in words of ours: what was seen, what is accepted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pydantic_core import ErrorDetails

from simulator.config.problems import nearest

TYPES = {
    "string_type": 'text in quotes, like "abc"',
    "int_type": "a whole number, like 1000",
    "int_from_float": "a whole number, like 1000",
    "bool_type": "true or false",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "dict_type": 'a table, like { name = "value" }',
    "tuple_type": 'a list, like ["a", "b"]',
    "list_type": 'a list, like ["a", "b"]',
    "date_type": "a date with neither quotes nor a time, like 2027-01-15",
    "date_from_datetime_inexact": "a date with neither quotes nor a time, like 2027-01-15",
}
"""What a key accepts, as TOML writes it, by the kind of the complaint."""

_IN_YAML = {
    "model_type": "an object, like {name: value}",
    "model_attributes_type": "an object, like {name: value}",
    "dict_type": "an object, like {name: value}",
    "tuple_type": "a list, like [a, b]",
    "list_type": "a list, like [a, b]",
}
_BOUNDS = {
    "greater_than": ("gt", "more than {}"),
    "greater_than_equal": ("ge", "{} or more"),
    "less_than": ("lt", "less than {}"),
    "less_than_equal": ("le", "{} at most"),
}
_SIZES = {"string_too_short", "string_too_long", "too_short", "too_long"}
_SHAPES = {
    r"^PM-[A-Z]{2}-[0-9]{2}$": 'PM-, two capital letters, a dash and two digits, like "PM-CR-04"',
    r"^[a-z][a-z0-9-]*$": 'small letters, digits and dashes after a letter, like "create-again"',
    r"^[a-z][a-z0-9-]*\.[a-z0-9][a-z0-9-]*$": 'a group, a dot and words, like "create.one-row"',
    r"^[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+$": 'a group, a dot and words, like "create.repeat"',
}


def must_be(detail: ErrorDetails, yaml: bool = False) -> str:
    """What the value must be, as the rest of a sentence that begins with "it must be"."""
    kind, context = detail["type"], detail.get("ctx", {})
    if yaml and kind in _IN_YAML:
        return _IN_YAML[kind]
    if kind in TYPES:
        return TYPES[kind]
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return words.format(context[name])
    if kind in _SIZES:
        return _size(kind, context)
    if kind == "literal_error":
        return str(context["expected"]).replace("True", "true").replace("False", "false")
    if kind == "string_pattern_mismatch":
        pattern = str(context["pattern"])
        return _SHAPES.get(pattern, f"a text of the form {pattern}")
    return detail["msg"].removeprefix("Input should be ").lower()


def _size(kind: str, context: Mapping[str, object]) -> str:
    least, most = context.get("min_length"), context.get("max_length")
    noun = "letter" if kind.startswith("string") else "item"
    if kind.endswith("short"):
        return "not empty" if least == 1 else f"at least {least} {noun}s long"
    return f"at most {most} {noun}s long"


def meant(value: object, options: Iterable[str]) -> str:
    """The nearest of pydantic's "'a', 'b' or 'c'", as a question; nothing if none is near."""
    names = [name for text in options for name in re.findall(r"'([^']*)'", text)]
    found = nearest(value, names) if isinstance(value, str) else ""
    return f'did you mean "{found}"?' if found else ""
