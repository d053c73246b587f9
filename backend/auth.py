"""Basic authentication of Payme's calls: the kassa's login and key, whole and exact."""

from __future__ import annotations

import base64
import binascii
import hmac

from backend.errors import Code, Refusal
from backend.settings import Settings


def authorise(header: str | None, settings: Settings) -> None:
    """Raise Refusal -32504 unless the Authorization header carries the login and the key."""
    login, key = _credentials(header or "")
    # Both are compared whatever the first one gave, so that the time taken tells nothing.
    right_login = hmac.compare_digest(login, settings.login.encode())
    right_key = hmac.compare_digest(key, settings.key.encode())
    if not (right_login & right_key):
        raise Refusal(Code.NO_ACCESS, "Insufficient privileges to call the method.")


def _credentials(header: str) -> tuple[bytes, bytes]:
    scheme, _, encoded = header.strip().partition(" ")
    if scheme.lower() != "basic":
        return b"", b""
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b"", b""
    # A key may hold colons, a login may not: only the first one separates them.
    login, _, key = decoded.partition(b":")
    return login, key
