"""How the families of the wire change what is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Response

from backend import app, envelope
from backend.bugs.seams import Switch, around
from backend.bugs.ways import GONE
from backend.envelope import Request
from backend.errors import Refusal

Members = dict[str, Any]
_OURS = b'{"jsonrpc"'


def reply(change: Callable[[Response, Members], Response]) -> Switch:
    """Change the HTTP answer of the webhook; the function gets its JSON as well."""

    def behave(inner: Callable[..., Response], body: bytes, status: int = 200) -> Response:
        made = inner(body, status)
        return change(made, json.loads(body)) if body.startswith(_OURS) else made

    return around(app._json, behave)


def status(of: Callable[[Members], int]) -> Switch:
    """The HTTP status that an answer gets."""

    def change(made: Response, answer: Members) -> Response:
        made.status_code = of(answer)
        return made

    return reply(change)


def code_of(answer: Members) -> int:
    """The error's code, or 0 for a result."""
    return int(answer["error"]["code"]) if "error" in answer else 0


def framed(before: bytes, after: bytes) -> Switch:
    """Something stands around the JSON."""

    def change(made: Response, answer: Members) -> Response:
        made.set_data(before + made.get_data() + after)
        return made

    return reply(change)


def enveloped(change: Callable[[Members], Members]) -> Switch:
    """Change the envelope; members that are GONE are left out."""

    def behave(
        inner: Callable[[object, Any], bytes], id: object, outcome: dict[str, object] | Refusal
    ) -> bytes:
        answer = change(json.loads(inner(id, outcome)))
        kept = {name: value for name, value in answer.items() if value is not GONE}
        return json.dumps(kept, ensure_ascii=False).encode("utf-8", "backslashreplace")

    return around(envelope.encode, behave)


def error(**members: object) -> Switch:
    """Change members of every account error; a function gets the present value."""

    def change(answer: Members) -> Members:
        if not -31099 <= code_of(answer) <= -31050:
            return answer
        told = dict(answer["error"])
        for name, value in members.items():
            told[name] = value(told.get(name)) if callable(value) else value
        kept = {name: value for name, value in told.items() if value is not GONE}
        return answer | {"error": kept}

    return enveloped(change)


def reading(change: Callable[[bytes], bytes]) -> Switch:
    """Change a body before it is read."""
    return around(envelope.parse, lambda inner, body: inner(change(body)))


def taking(change: Callable[[Request], Request | Refusal]) -> Switch:
    """Change what was read."""

    def behave(inner: Callable[[bytes], Request | Refusal], body: bytes) -> Request | Refusal:
        read = inner(body)
        return read if isinstance(read, Refusal) else change(read)

    return around(envelope.parse, behave)
