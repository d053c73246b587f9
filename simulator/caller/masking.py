"""Hides the kassa's key in every form it travels in, before anybody can write it down."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from urllib.parse import quote

from simulator.caller.auth import VARIANTS, Credentials
from simulator.caller.wire import Exchange, Header, WireAnswer, WireFailure, WireRequest

MASK = "••••"
_SHORTEST = 4  # a shorter key would mask half of the world


class Masker:
    """Replaces secrets by dots in text, bytes, headers and whole exchanges."""

    def __init__(self, credentials: Credentials, others: tuple[str, ...] = ()) -> None:
        self._texts = _forms(credentials, others)
        self._bytes = [text.encode() for text in self._texts]
        self._key = [t.encode() for t in _forms(credentials, ()) if len(t) >= _SHORTEST]

    def text(self, value: str) -> str:
        for secret in self._texts:
            value = value.replace(secret, MASK)
        return value

    def data(self, value: bytes) -> bytes:
        for secret in self._bytes:
            value = value.replace(secret, MASK.encode())
        return value

    def holds_key(self, value: bytes) -> bool:
        """True if the kassa's key can be read in it."""
        return any(secret in value for secret in self._key)

    def headers(self, headers: tuple[Header, ...]) -> tuple[Header, ...]:
        return tuple(
            (name, _scheme(value) if name.lower() == "authorization" else self.text(value))
            for name, value in headers
        )

    def exchange(self, exchange: Exchange) -> Exchange:
        request, answer = exchange.request, exchange.answer
        masked: WireAnswer | WireFailure
        if isinstance(answer, WireAnswer):
            masked = WireAnswer(answer.status, self.headers(answer.headers), self.data(answer.body))
        else:
            masked = WireFailure(answer.kind, self.text(answer.text))
        return replace(
            exchange,
            request=WireRequest(
                self.text(request.url),
                request.method,
                self.headers(request.headers),
                self.data(request.body),
            ),
            answer=masked,
            notes=tuple(self.text(note) for note in exchange.notes),
        )


def _scheme(value: str) -> str:
    scheme, space, rest = value.partition(" ")
    return f"{scheme} {MASK}" if space and rest else (MASK if value else "")


def _forms(credentials: Credentials, others: tuple[str, ...]) -> list[str]:
    key = credentials.key
    forms = {key, json.dumps(key)[1:-1], quote(key, safe=""), *others}
    for make in VARIANTS.values():
        value = make(credentials) or ""
        token = value.partition(" ")[2].strip()
        if key and _decodes_to(token, key):
            forms.add(token)
    forms.add(base64.b64encode(key.encode()).decode("ascii"))
    return sorted((f for f in forms if len(f) >= _SHORTEST), key=len, reverse=True)


def _decodes_to(token: str, key: str) -> bool:
    try:
        return key.encode() in base64.b64decode(token, validate=True)
    except ValueError:
        return False
