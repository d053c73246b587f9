"""Reading the settings from the environment: one variable a setting, checked at the start."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

from backend.settings import AccountType, Profile, Settings, SettingsError, Variant

PREFIX = "PAYME_BACKEND_"


def _text(value: str) -> str:
    if not value:
        raise ValueError("is empty; leave the variable out to get the default")
    return value


def _number(value: str) -> int:
    if not (value.isascii() and value.isdigit() and int(value) > 0):
        raise ValueError(f"is {value!r}; a whole number above 0 is needed")
    return int(value)


def _one_of(*accepted: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in accepted:
            raise ValueError(f"is {value!r}; accepted are {', '.join(accepted)}")
        return value

    return read


def _flag(value: str) -> bool:
    return _one_of("1", "0", "true", "false")(value.lower()) in ("1", "true")


def _json_object(value: str) -> dict[str, object]:
    try:
        item = json.loads(value)
    except ValueError as error:
        raise ValueError(f"is not JSON ({error})") from None
    if not isinstance(item, dict):
        raise ValueError('is not a JSON object such as {"title": "Photo"}')
    return item


def _bugs(value: str) -> tuple[str, ...]:
    # Loaded only when asked for: a right merchant has nothing to do with them.
    from backend.bugs import UnknownBug, check

    try:
        return tuple(check(name) for name in value.replace(",", " ").split())
    except UnknownBug as error:
        raise ValueError(f"names what is not there: {error}") from None


READERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "KEY": ("key", str),
    "LOGIN": ("login", _text),
    "KASSA": ("kassa", _text),
    "DATABASE": ("database", _text),
    "ACCOUNT_TYPE": (
        "account_type",
        lambda value: AccountType(_one_of(*AccountType)(value)),
    ),
    "MIN": ("min_amount", _number),
    "MAX": ("max_amount", _number),
    "REFUNDS": ("refunds", _flag),
    "PROFILE": ("profile", lambda value: Profile(_one_of(*Profile)(value))),
    "CHECKOUT_HOST": ("checkout_host", _text),
    "FISCAL_ITEM": ("fiscal_item", _json_object),
    "LOG": ("log_file", _text),
    "LOG_LEVEL": (
        "log_level",
        lambda value: _one_of("DEBUG", "INFO", "WARNING", "ERROR")(value.upper()),
    ),
    "THREADS": ("threads", _number),
    "BUSY_MS": ("busy_ms", _number),
    "PIN": ("pinned", _flag),
    "BUG": ("bugs", _bugs),
    "CLOCK_HOOK": ("clock_hook", _flag),
    "VARIANT": ("variant", lambda value: Variant(_one_of(*Variant)(value))),
}
"""Variable without its prefix -> member of `Settings` and how its text is read."""


def settings_from(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings that `PAYME_BACKEND_*` describe; what is not set keeps its default.

    Raises SettingsError for an unknown variable of that prefix and for a value that cannot be used.
    """
    values: dict[str, Any] = {"key": ""}
    for name, text in (os.environ if environ is None else environ).items():
        if name.startswith(PREFIX):
            member, value = _read(name, text)
            values[member] = value
    return Settings(**values)


def _read(name: str, text: str) -> tuple[str, Any]:
    known = READERS.get(name.removeprefix(PREFIX))
    if known is None:
        names = ", ".join(PREFIX + short for short in READERS)
        raise SettingsError(f"{name} is not a setting; known are {names}")
    member, read = known
    try:
        return member, read(text)
    except ValueError as error:
        raise SettingsError(f"{name} {error}") from None
