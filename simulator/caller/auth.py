"""The Authorization header, right and in each of the ways that must be refused.

Source: developer.help.paycom.uz, "Протокол Merchant API" (Basic, login and the kassa's key) and
the sandbox's test of invalid authorization.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Credentials:
    """The kassa's login and key. Never shown: see `simulator.caller.masking`."""

    login: str
    key: str

    def __repr__(self) -> str:
        return f"Credentials({self.login!r}, …)"


def basic(login: str, key: str) -> str:
    """`Basic base64(login:key)`."""
    return "Basic " + base64.b64encode(f"{login}:{key}".encode()).decode("ascii")


def _other_case(key: str) -> str:
    return key.swapcase() if key.swapcase() != key else key + "x"


def _wrong(key: str) -> str:
    """Another key of the same length and alphabet."""
    return key[::-1] if key[::-1] != key else ("x" if key[:1] != "x" else "y") * max(len(key), 1)


def _strange(login: str, key: str) -> str:
    """The right header with a character in it that base64 does not have; many decoders skip it."""
    encoded = basic(login, key)
    return encoded[:10] + "*" + encoded[10:]


Variant = Callable[[Credentials], str | None]
VARIANTS: dict[str, Variant] = {
    "right": lambda c: basic(c.login, c.key),
    "none": lambda c: None,
    "empty": lambda c: "",
    "wrong-login": lambda c: basic("Merchant", c.key),
    "login-other-case": lambda c: basic(_other_case(c.login), c.key),
    "wrong-key": lambda c: basic(c.login, _wrong(c.key)),
    "wrong-key-cyrillic": lambda c: basic(c.login, "ключ"),
    "empty-password": lambda c: basic(c.login, ""),
    "key-prefix": lambda c: basic(c.login, "x" + c.key),
    "key-suffix": lambda c: basic(c.login, c.key + "x"),
    "key-blank": lambda c: basic(c.login, c.key + " "),
    "key-newline": lambda c: basic(c.login, c.key + "\n"),
    "key-truncated": lambda c: basic(c.login, c.key[:-1]),
    "key-other-case": lambda c: basic(c.login, _other_case(c.key)),
    "base64-other-case": lambda c: "Basic " + basic(c.login, c.key)[6:].swapcase(),
    "base64-strange": lambda c: _strange(c.login, c.key),
    "key-within": lambda c: basic(c.login, f"before {c.key} after"),
    "key-no-login": lambda c: "Basic " + base64.b64encode(c.key.encode()).decode("ascii"),
    "key-to-colon": lambda c: basic(c.login, c.key.partition(":")[0]),
    "key-after-colon": lambda c: basic(c.login, "x:" + c.key),
    "bearer-basic": lambda c: "Bearer" + basic(c.login, c.key)[5:],
    "no-scheme": lambda c: basic(c.login, c.key)[6:],
    "bearer": lambda c: f"Bearer {c.key}",
    "digest": lambda c: f'Digest username="{c.login}", response="{c.key}"',
    "not-base64": lambda c: "Basic %%%not-base64%%%",
    "base64-no-colon": lambda c: "Basic " + base64.b64encode(c.login.encode()).decode("ascii"),
    "lower-scheme": lambda c: "basic" + basic(c.login, c.key)[5:],
    "padded-scheme": lambda c: "Basic   " + basic(c.login, c.key)[6:],
}
"""Name in a scenario file -> the header's value, or None for no header at all."""


def header(variant: str, credentials: Credentials) -> str | None:
    """The Authorization header of that variant, or None if it is to be left out."""
    return VARIANTS[variant](credentials)
