"""A step's expectation in the page's language: what the answer has to be."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from simulator.conformance import format as fmt
from simulator.conformance.syntax import is_reference, operator
from simulator.web.pages.formats import Formats
from simulator.web.pages.progress import Step
from simulator.web.pages.words import Words

_ACCOUNT_CODES = "\u221231050 \u2026 \u221231099"


def expected(step: Step, profile: str, words: Words) -> list[str]:
    """What the answer has to be, a line for each demand. Empty if the step was not planned."""
    if step.placed is None:
        return []
    inner = step.placed.step
    wanted = [inner.expect] if inner.expect is not None else []
    wanted += [
        also.expect
        for also in inner.also
        if also.expect is not None and (also.profiles is None or profile in also.profiles)
    ]
    lines = [line for expect in wanted for line in _lines(expect, step.row, words)]
    return list(dict.fromkeys(lines))


def _lines(expect: fmt.Expect, row: Mapping[str, object], words: Words) -> Iterator[str]:
    given = expect.model_fields_set
    if "error" in given:
        yield words("expect.error", code=_codes(expect.error, words))
    if "result" in given:
        yield from _result(expect.result, row, words)
    if expect.any_of is not None:
        choices = ["; ".join(_lines(choice, row, words)) for choice in expect.any_of]
        yield words("expect.or").join(choices)
    if expect.same_as is not None:
        yield words("expect.same_as", step=words.label("step", expect.same_as))
    if expect.answered:
        yield words("expect.answered")


def _codes(wanted: object, words: Words) -> str:
    if isinstance(wanted, list):
        return words("expect.or").join(_codes(one, words) for one in wanted)
    if isinstance(wanted, int):
        return Formats(words.language).code(wanted)
    return _ACCOUNT_CODES if wanted == "account" else words("expect.any_code")


def _result(wanted: object, row: Mapping[str, object], words: Words) -> Iterator[str]:
    if not isinstance(wanted, Mapping):
        yield words("expect.result")
    elif operator(wanted) == "$absent":
        yield words("expect.refusal")
    else:
        for name, value in wanted.items():
            yield _member(str(name), value, row, words)


def _member(name: str, value: object, row: Mapping[str, object], words: Words) -> str:
    how = operator(value)
    if how == "$unset" and isinstance(value, Mapping):
        return words("expect.unset", name=name)
    if how == "$not":
        return words("expect.is_set", name=name)
    if how is not None:
        return words("expect.present", name=name)
    if isinstance(value, str) and is_reference(value):
        root, *parts = value[1:].split(".")
        if root == "matrix":
            return f"{name} = {_shown(row.get(parts[0]), words)}"
        return words("expect.as_in", name=name, step=words.label("step", root))
    return f"{name} = {_shown(value, words)}"


def _shown(value: object, words: Words) -> str:
    if type(value) is int:
        return Formats(words.language).code(value)
    return json.dumps(value, ensure_ascii=False)
