"""Texts of others, fit to be stored and sent on."""

from __future__ import annotations

from typing import Any


def clean(value: Any) -> Any:
    """The same JSON value with ? for what no encoding can write: half a character (\\ud800).

    Python reads it from JSON; neither SQLite nor UTF-8 takes it.
    """
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {clean(name): clean(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [clean(inner) for inner in value]
    return value
