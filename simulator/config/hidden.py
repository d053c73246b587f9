"""Which texts of a configuration no report may show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from simulator.config.problems import MASK

_SECRET_NAME = re.compile(
    r"(^|_|-)(key|secret|password|passwd|pass|pwd|token|authorization|cookie)($|_|-)", re.IGNORECASE
)
_URL_PASSWORD = re.compile(r"://[^\s:/@]*:([^\s@/]+)@")


def is_secret_name(name: str) -> bool:
    """Whether a key or a variable of that name usually holds a secret."""
    return bool(_SECRET_NAME.search(name))


def secrets_of(values: Mapping[str, Any], further: Iterable[str] = ()) -> tuple[str, ...]:
    """The key, passwords inside addresses, what secret-looking names hold, and `further`.

    Longest first; a text shorter than four characters hides nothing and spoils much.

    A `${NAME}` that could not be filled in is no secret but what the message is about.
    """
    found = {text for text in (*_walk(values, ()), *further) if len(text) >= 4 and text[:2] != "${"}
    return tuple(sorted(found, key=lambda text: (-len(text), text)))


def hide_passwords(text: str) -> str:
    """The text without the passwords inside its addresses."""
    return _URL_PASSWORD.sub(lambda m: m[0].replace(f":{m[1]}@", f":{MASK}@"), text)


def _walk(value: Any, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _walk(inner, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _walk(inner, path)
    elif isinstance(value, str):
        for password in _URL_PASSWORD.findall(value):
            yield from (password, unquote(password))
        if _holds_secret(path):
            yield value
    elif path == ("merchant", "key"):
        yield str(value)


def _holds_secret(path: tuple[str, ...]) -> bool:
    if path == ("merchant", "key"):
        return True
    named = "env" in path[:-1] or "headers" in path[:-1]
    return named and is_secret_name(path[-1])
