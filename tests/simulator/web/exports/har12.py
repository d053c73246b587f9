"""HTTP Archive 1.2 as its specification describes it, member by member, as a JSON Schema.

Source: w3c.github.io/web-performance/specs/HAR/Overview.html. A program's own members begin with
an underscore; any other that the specification does not know is a mistake.
"""

from __future__ import annotations

from typing import Any

_TEXT = {"type": "string"}
_WHOLE = {"type": "integer", "minimum": 0}
_SIZE = {"type": "integer", "minimum": -1}  # -1: not known
_MS = {"type": "number", "minimum": -1}


def _record(optional: dict[str, Any] | None = None, **needed: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**needed, **(optional or {}), "comment": _TEXT},
        "patternProperties": {"^_": {}},
        "required": list(needed),
        "additionalProperties": False,
    }


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


_PAIR = _record(name=_TEXT, value=_TEXT)
_COOKIE = _record(
    {"path": _TEXT, "domain": _TEXT, "expires": _TEXT, "httpOnly": {}, "secure": {}},
    name=_TEXT,
    value=_TEXT,
)
_MESSAGE = {
    "httpVersion": {"type": "string", "pattern": "^HTTP/"},
    "cookies": _list(_COOKIE),
    "headers": _list(_PAIR),
    "headersSize": _SIZE,
    "bodySize": _SIZE,
}
_REQUEST = _record(
    {"postData": _record({"params": _list(_PAIR)}, mimeType=_TEXT, text=_TEXT)},
    method={"type": "string", "pattern": "^[A-Z]+$"},
    url={"type": "string", "pattern": "^https?://"},
    queryString=_list(_PAIR),
    **_MESSAGE,
)
_RESPONSE = _record(
    status=_WHOLE,
    statusText=_TEXT,
    content=_record(
        {"text": _TEXT, "encoding": {"const": "base64"}, "compression": {"type": "integer"}},
        size=_WHOLE,
        mimeType=_TEXT,
    ),
    redirectURL=_TEXT,
    **_MESSAGE,
)
_TIMINGS = _record(
    dict.fromkeys(("blocked", "dns", "connect", "ssl"), _MS),
    send=_MS,
    wait=_MS,
    receive=_MS,
)
_ENTRY = _record(
    {"pageref": _TEXT, "serverIPAddress": _TEXT, "connection": _TEXT},
    startedDateTime={
        "type": "string",
        "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$",
    },
    time=_WHOLE,
    request=_REQUEST,
    response=_RESPONSE,
    cache=_record({"beforeRequest": {}, "afterRequest": {}}),
    timings=_TIMINGS,
)
HAR = _record(
    log=_record(
        {"browser": _record(name=_TEXT, version=_TEXT), "pages": _list({"type": "object"})},
        version={"const": "1.2"},
        creator=_record(name=_TEXT, version=_TEXT),
        entries=_list(_ENTRY),
    )
)
