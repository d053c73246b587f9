"""Bugs that show when the wire breaks: a body that comes in pieces, or only half of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Request

from backend import app
from backend.bugs.row import bug
from backend.bugs.seams import around, both
from backend.bugs.wire import reading

_PATIENCE_S = 0.03
_ENDINGS = ("", "}", "}}", '"}}')


def _as_it_comes(inner: Callable[[Request], bytes], request: Request) -> bytes:
    """The body without the framework's look at its length."""
    body: Any = request.environ["wsgi.input"]
    return bytes(body.read(request.content_length or 0))


def _impatient(inner: Callable[[Request], bytes], request: Request) -> bytes:
    began = time.monotonic()
    body = inner(request)
    return body if time.monotonic() - began < _PATIENCE_S else b""


def _mended(body: bytes) -> bytes:
    """JSON that breaks off is closed where it ends."""
    for ending in _ENDINGS:
        try:
            json.loads(body + ending.encode())
        except ValueError:
            continue
        return body + ending.encode()
    return body


BUGS = (
    bug(
        "fault.mended-json",
        "a body that breaks off is read as it came, and its JSON is closed where it ends",
        "fault.half-body",
        both(around(app._body, _as_it_comes), reading(_mended)),
    ),
    bug(
        "fault.impatient",
        "a body that is not there at once counts as empty",
        "fault.slow-request",
        around(app._body, _impatient),
    ),
)
