"""The JSON-RPC envelope: what a body must be before any method looks at it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from backend.errors import Code, Refusal, bad_request
from backend.spool import Spool

DEEPEST = 32
"""More levels than any request has, and few enough to be read and written back safely."""


Lengthy = tuple[int, Iterator[bytes]]
"""An answer's size in bytes, and its pieces."""

Answer = bytes | Lengthy


@dataclass(frozen=True, slots=True)
class Request:
    """A body that was JSON and an object. `id` is echoed as it came; None if there was none."""

    id: object
    method: object
    params: object


def parse(body: bytes) -> Request | Refusal:
    """The request in a body, or the refusal it deserves: -32700 not JSON, -32600 not an object.

    The refusal is returned and not raised because bad credentials are answered before it.
    """
    try:
        document = _document(body)
    except (ValueError, RecursionError):
        return Refusal(Code.NOT_JSON, "The body is not JSON in UTF-8.")
    if body.count(b"[") + body.count(b"{") > DEEPEST and _too_deep(document, DEEPEST):
        return bad_request(f"The body is nested more than {DEEPEST} levels deep.")
    if not isinstance(document, dict):
        return bad_request("The body must be one JSON object.")
    return Request(document.get("id"), document.get("method"), document.get("params"))


def called(request: Request) -> tuple[str, dict[str, Any]]:
    """The method's name and params. Raises Refusal -32600 if either has the wrong type."""
    if not isinstance(request.method, str):
        raise bad_request("method must be a string.")
    if not isinstance(request.params, dict):
        raise bad_request("params must be an object.")
    return request.method, request.params


def lengthy(id: object, outcome: dict[str, object]) -> Lengthy | None:
    """Size and pieces of an answer with a list on file; None if there is none in the result."""
    for name, value in outcome.items():
        if isinstance(value, Spool):
            before, _, after = encode(id, outcome | {name: []}).rpartition(b"[]")
            return value.within(before + b"[", b"]" + after)
    return None


def encode(id: object, outcome: dict[str, object] | Refusal) -> bytes:
    """The answer as bytes: `result` or `error`, never both, with the request's id."""
    answer: dict[str, object] = {"jsonrpc": "2.0", "id": id}
    if isinstance(outcome, Refusal):
        answer["error"] = outcome.body()
    else:
        answer["result"] = outcome
    # An id may hold half a surrogate pair, which UTF-8 cannot carry but a JSON escape can.
    try:
        return _quickly(answer)
    except ValueError:
        return _ENCODER.encode(answer).encode("utf-8", "backslashreplace")


def _document(body: bytes) -> object:
    # Decoded here because json.loads would guess UTF-16 and forgive a byte order mark.
    return _DECODER.decode(body.decode("utf-8"))


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text} is beyond a float")
    return number


def _too_deep(value: object, levels: int) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return False
    return levels == 0 or any(_too_deep(one, levels - 1) for one in value)


# Made once: json.loads and json.dumps make one for each call that has wishes.
_DECODER = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)
_ENCODER = json.JSONEncoder(ensure_ascii=False)
_quickly = msgspec.json.Encoder().encode
