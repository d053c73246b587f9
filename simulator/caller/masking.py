"""Hides the kassa's key in every form it travels in, before anybody can write it down."""

from __future__ import annotations

import base64
import html
import json
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any, AnyStr
from urllib.parse import quote, quote_plus

from simulator.caller.auth import VARIANTS, Credentials
from simulator.caller.wire import Exchange, Header, WireAnswer, WireFailure, WireRequest

MASK = "••••"
_SHORTEST = 4  # a shorter key would mask half of the world
_NEAR = 12  # so long must a wrong password made from the key be to be masked for itself
_PIECE = 8


class Masker:
    """Replaces secrets by dots in text, bytes, headers and whole exchanges.

    Nearly all that is written is clean, which a few pieces tell at once.
    """

    def __init__(self, credentials: Credentials, others: tuple[str, ...] = ()) -> None:
        key = _key_forms(credentials)
        self._texts = _longest_first(key | _near_forms(credentials) | set(others))
        self._pieces = telling_pieces(self._texts)
        self._bytes = [text.encode() for text in self._texts]
        self._bytes_pieces = [piece.encode() for piece in self._pieces]
        self._key = [text.encode() for text in _longest_first(key)]

    def text(self, value: str) -> str:
        if not _holds_any(value, self._pieces):
            return value
        for secret in self._texts:
            value = value.replace(secret, MASK)
        return value

    def data(self, value: bytes) -> bytes:
        if not _holds_any(value, self._bytes_pieces):
            return value
        for secret in self._bytes:
            value = value.replace(secret, MASK.encode())
        return value

    def value(self, value: Any) -> Any:
        """The same JSON value; a key that was escaped in it, too, is a text by now."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(name): self.value(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.value(inner) for inner in value]
        return value

    def holds_key(self, value: bytes) -> bool:
        """True if the kassa's key can be read in it."""
        return _holds_any(value, self._bytes_pieces) and _holds_any(value, self._key)

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


def _holds_any(value: AnyStr, parts: Iterable[AnyStr]) -> bool:
    for part in parts:  # noqa: SIM110 - a generator would take twice as long, for every call
        if part in value:
            return True
    return False


def _scheme(value: str) -> str:
    scheme, space, rest = value.partition(" ")
    return f"{scheme} {MASK}" if space and rest else (MASK if value else "")


def telling_pieces(forms: Collection[str]) -> list[str]:
    """A few short texts, of which each form holds one: where none of them stands, no form does."""
    left, pieces = set(forms), list[str]()
    while left:
        held = Counter(piece for form in left for piece in _pieces_of(form))
        pieces.append(max(held, key=lambda piece: (held[piece], piece)))
        left = {form for form in left if pieces[-1] not in form}
    return pieces


def _pieces_of(form: str) -> set[str]:
    return {form[at : at + _PIECE] for at in range(max(1, len(form) - _PIECE + 1))}


def _longest_first(forms: Iterable[str]) -> list[str]:
    return sorted((form for form in forms if len(form) >= _SHORTEST), key=len, reverse=True)


def _written(secret: str) -> set[str]:
    """A text as it stands in JSON (Python's, PHP's and Go's habits), in HTML and in a URL."""
    quoted = json.dumps(secret)[1:-1]
    go = quoted.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")
    escaped = {quoted, json.dumps(secret, ensure_ascii=False)[1:-1], quoted.replace("/", r"\/"), go}
    return {secret, html.escape(secret), quote(secret, safe=""), quote_plus(secret), *escaped}


def _key_forms(credentials: Credentials) -> set[str]:
    """Every text in which the key itself can be read."""
    forms = {base64.b64encode(credentials.key.encode()).decode("ascii")}
    for make in VARIANTS.values():
        token = _token(make(credentials))
        if credentials.key and credentials.key in _decoded(token):
            forms.add(token)
    return {form for plain in {credentials.key, *forms} for form in _written(plain)}


def _near_forms(credentials: Credentials) -> set[str]:
    """The wrong passwords that are made from the key, too near to it to be shown."""
    wrong = {_token(make(credentials)) for make in VARIANTS.values()}
    passwords = {token: _password(token) for token in wrong}
    tokens = {token for token in passwords if passwords[token] or _password(token.swapcase())}
    near = {password for password in passwords.values() if len(password) >= _NEAR}
    return {form for plain in tokens | near for form in _written(plain)}


def _token(header: str | None) -> str:
    """What stands behind the scheme."""
    return (header or "").partition(" ")[2].strip()


def _password(token: str) -> str:
    return _decoded(token).partition(":")[2]


def _decoded(token: str) -> str:
    try:  # what a lenient decoder skips hides nothing
        return base64.b64decode(token.replace("*", ""), validate=True).decode()
    except ValueError:
        return ""
