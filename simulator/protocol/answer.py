"""An HTTP answer read as JSON-RPC: what it says, and what is wrong with its envelope.

Source: developer.help.paycom.uz, "Формат ответа" and "Общие ошибки".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from simulator.protocol.finding import MISSING, Finding, Report, show
from simulator.protocol.kinds import is_int, kind_name

NO_ID = object()
"""The request had no id that an answer could repeat."""

DEEPEST = 100
"""Levels of nesting. No answer of Payme's protocol has more than six."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the merchant said. `kind` is `nothing` if it cannot be read as result or error."""

    kind: Literal["result", "error", "nothing"]
    http: int = 0
    result: object = MISSING
    error: object = MISSING
    body: object = MISSING

    @property
    def code(self) -> object:
        """The error's code, or MISSING."""
        return self.error.get("code", MISSING) if isinstance(self.error, Mapping) else MISSING

    def member(self, name: str) -> object:
        """A member of the result, or MISSING."""
        return self.result.get(name, MISSING) if isinstance(self.result, Mapping) else MISSING


class DuplicateMember(ValueError):
    """The same member twice in one JSON object."""


class TooDeep(ValueError):
    """Nested deeper than anything that could be meant."""


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    seen: dict[str, object] = {}
    for name, value in pairs:
        if name in seen:
            raise DuplicateMember(name)
        seen[name] = value
    return seen


def _reject_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def parse_json(body: bytes) -> object:
    """Strict JSON: UTF-8 with no byte order mark, no NaN, no member twice. Raises ValueError."""
    try:
        parsed = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_no_duplicates,
            parse_constant=_reject_constant,
        )
    except RecursionError as error:
        raise TooDeep from error
    _check_depth(parsed)
    return parsed


def _check_depth(parsed: object) -> None:
    """Level by level, so that a hostile answer cannot exhaust our own stack later on."""
    level = [parsed]
    for _ in range(DEEPEST):
        level = [
            inner
            for value in level
            if isinstance(value, dict | list)
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return
    raise TooDeep


def _why_not_json(body: bytes) -> str:
    if not body.strip():
        return "an empty body"
    if body.startswith(b"\xef\xbb\xbf"):
        return "a byte order mark before the JSON"
    start, end = body.find(b"{"), body.rfind(b"}")
    if 0 <= start < end:
        try:
            parse_json(body[start : end + 1])
        except DuplicateMember as error:
            return f'the member "{error}" twice in one object'
        except TooDeep:
            return f"JSON nested deeper than {DEEPEST} levels"
        except ValueError:
            return "something that is not JSON"
        return "text around the JSON"
    return "something that is not JSON"


def read_answer(status: int, body: bytes, report: Report) -> Answer:
    """Read the body as one JSON-RPC answer; what is wrong with it goes into the report."""
    try:
        parsed = parse_json(body)
    except ValueError:
        parsed = MISSING
    is_object = report.expect(
        isinstance(parsed, Mapping),
        Finding(
            "transport.json-object",
            "The body must be one JSON object and nothing else.",
            "body",
            "one JSON object",
            _why_not_json(body) if parsed is MISSING else kind_name(parsed),
        ),
    )
    if not is_object or not isinstance(parsed, Mapping):
        return Answer("nothing", status, body=parsed)
    return _split(status, parsed, report)


def _split(status: int, parsed: Mapping[str, object], report: Report) -> Answer:
    result, error = parsed.get("result"), parsed.get("error")
    one = (result is None) != (error is None)
    report.expect(
        one,
        Finding(
            "envelope.result-xor-error",
            "An answer holds either a result or an error.",
            "body",
            "exactly one of result and error",
            "both" if result is not None else "neither",
        ),
    )
    if not one:
        return Answer("nothing", status, body=parsed)
    if error is not None:
        return Answer("error", status, error=error, body=parsed)
    return Answer("result", status, result=result, body=parsed)


def check_id(sent: object, answer: Answer, report: Report) -> None:
    """The answer repeats the request's id, value and type. Sources: D-RESP; practice is laxer."""
    if sent is NO_ID or sent is None or not isinstance(answer.body, Mapping):
        return
    got = answer.body.get("id", MISSING)
    present = report.expect(
        got is not MISSING and got is not None,
        Finding(
            "envelope.id-present",
            "An answer repeats the request's id.",
            "id",
            show(sent),
            show(got),
        ),
    )
    if not present:
        return
    report.expect(
        str(got) == str(sent) and not isinstance(got, bool),
        Finding("envelope.id-same", "The id is another one.", "id", show(sent), show(got)),
    )
    report.expect(
        type(got) is type(sent) or str(got) != str(sent),
        Finding(
            "envelope.id-type",
            "The id keeps its JSON type.",
            "id",
            f"{show(sent)} ({kind_name(sent)})",
            f"{show(got)} ({kind_name(got)})",
        ),
    )


def check_http(status: int, content_type: str, report: Report) -> None:
    """HTTP 200 always: Payme takes any other status for a system error."""
    report.expect(
        status == 200,
        Finding(
            "transport.http-200",
            "Every answer, errors included, has HTTP status 200.",
            "HTTP status",
            "200",
            str(status),
        ),
    )
    report.expect(
        "html" not in content_type.lower(),
        Finding(
            "transport.content-type",
            "The answer calls itself JSON.",
            "Content-Type",
            "application/json or text/json",
            content_type,
        ),
    )


def code_is_integer(answer: Answer, report: Report) -> bool:
    """An error is an object with an integer code."""
    return report.expect(
        isinstance(answer.error, Mapping) and is_int(answer.code),
        Finding(
            "error.code-integer",
            "An error is an object with an integer code.",
            "error.code",
            "an integer",
            show(answer.code if isinstance(answer.error, Mapping) else answer.error),
        ),
    )
