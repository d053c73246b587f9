"""References, makers and matchers as text: which there are, and how a file writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from simulator.conformance import format as fmt
from simulator.conformance.yamlfile import Path_

REFERENCE = re.compile(r"\$([a-z][a-z0-9_-]*)((?:\.[A-Za-z0-9_$-]+)*)")
MATCHERS = frozenset(
    {
        "$type",
        "$between",
        "$any_of",
        "$not",
        "$absent",
        "$present",
        "$exact",
        "$matches",
        "$length",
        "$unset",
        "$own",
        "$own_ordered",
        "$lacks",
        "$contains",
        "$loosely",
        "$localised",
        "$account_member",
    }
)
MAKERS = frozenset(
    {
        "$ago",
        "$plus",
        "$times",
        "$over",
        "$above",
        "$text",
        "$as_float",
        "$merge",
        "$without",
        "$account",
    }
)


def is_reference(value: object) -> bool:
    """A text that starts with one `$` stands for a value; `$$` is a text that starts with `$`."""
    return isinstance(value, str) and value.startswith("$") and not value.startswith("$$")


def operator(value: object) -> str | None:
    """The `$`-key of a maker or matcher, or None for an ordinary object."""
    if isinstance(value, dict) and len(value) == 1:
        key = next(iter(value))
        return key if isinstance(key, str) and key.startswith("$") else None
    return None


def walk(value: object, path: Path_ = ()) -> Iterator[tuple[Path_, object]]:
    """Every value inside a value, with its path."""
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from walk(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from walk(inner, (*path, index))


def prefixed(step: fmt.Step, prefix: str, inner: Sequence[str]) -> fmt.Step:
    """A fragment's step under another name; its references to its sisters follow."""
    if not prefix:
        return step

    def rename(value: object) -> object:
        if isinstance(value, dict):
            return {key: rename(v) for key, v in value.items()}
        if isinstance(value, list):
            return [rename(v) for v in value]
        if isinstance(value, str) and is_reference(value):
            match = REFERENCE.fullmatch(value)
            if match and match[1] in inner:
                return f"${prefix}{match[1]}{match[2]}"
        return value

    data = step.model_dump(by_alias=True, exclude_unset=True)
    for _, value in walk(data):
        if isinstance(value, dict) and value.get("same_as") in inner:
            value["same_as"] = prefix + value["same_as"]
    renamed = rename(data)
    assert isinstance(renamed, dict)
    renamed["id"] = prefix + (step.id or "")
    if step.when is not None and step.when.step in inner:
        renamed["when"] = {**renamed["when"], "step": prefix + step.when.step}
    return fmt.Step.model_validate(renamed)
