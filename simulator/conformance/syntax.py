"""References, makers and matchers as text: which there are, and that a file names only those."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence

from simulator.conformance import format as fmt
from simulator.conformance.yamlfile import Document, Path_

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
        "$text",
        "$as_float",
        "$merge",
        "$without",
        "$account",
    }
)
BUILT_IN = frozenset({"new", "unknown", "now", "matrix", "with", "config", "loop"})

StepInPlace = tuple[fmt.Step, Document, Path_, bool]


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
    renamed = rename(data)
    assert isinstance(renamed, dict)
    renamed["id"] = prefix + (step.id or "")
    if step.when is not None and step.when.step in inner:
        renamed["when"] = {**renamed["when"], "step": prefix + step.when.step}
    return fmt.Step.model_validate(renamed)


def check_references(
    scenario: fmt.Scenario, steps: Sequence[StepInPlace], document: Document
) -> None:
    """Every reference, maker and matcher of a scenario is one that exists by then."""
    known = set(scenario.given) | BUILT_IN
    seen: set[str] = set()
    for step, home, path, own in steps:
        if step.id in seen:
            raise home.error((*path, "id"), f'two steps are called "{step.id}"')
        here = known | seen | {step.id or ""}
        data = step.model_dump(by_alias=True, exclude_unset=True)
        for inner, value in walk(data):
            _check_value(value, inner, here, home, (*path, *inner) if own else path)
        if step.when is not None and step.when.step not in seen:
            raise home.error((*path, "when"), f'no earlier step is called "{step.when.step}"')
        seen.add(step.id or "")
    if scenario.matrix:
        for index, row in enumerate(scenario.matrix):
            if "label" not in row:
                raise document.error(("matrix", index), "a row of a matrix needs a `label`")


def _check_value(value: object, inner: Path_, known: set[str], home: Document, path: Path_) -> None:
    if "raw" in inner or "title" in inner:
        return
    if is_reference(value):
        match = REFERENCE.fullmatch(str(value))
        if match is None:
            raise home.error(path, f'"{value}" is not a reference; write $$ for a text with a $')
        if match[1] not in known:
            near = difflib.get_close_matches(match[1], sorted(known), 1)
            hint = f'; did you mean "${near[0]}"?' if near else ""
            raise home.error(path, f'"${match[1]}" is neither an order nor an earlier step{hint}')
    elif (name := operator(value)) is not None and name not in MATCHERS | MAKERS:
        near = difflib.get_close_matches(name, sorted(MATCHERS | MAKERS), 1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        raise home.error(path, f'there is no "{name}"{hint}')
