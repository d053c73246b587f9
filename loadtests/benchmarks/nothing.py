"""A WSGI application that answers every call at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

BODY = b'{"jsonrpc":"2.0","id":1,"result":{"allow":true}}'
HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(BODY)))]


def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """The same result whatever was asked."""
    start_response("200 OK", HEADERS)
    return [BODY]
