"""`config show`: every value with its origin, secrets masked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from simulator.config.hidden import hide_passwords
from simulator.config.loading import Loaded
from simulator.config.origins import leaves
from simulator.config.problems import MASK


class Row(NamedTuple):
    """One line of `config show`."""

    key: str
    value: str
    origin: str


def show(loaded: Loaded) -> list[Row]:
    """Rows in the file's own order. What was not said shows as "not said"."""
    rows = []
    for path, value in leaves(loaded.config):
        key = ".".join(map(str, path))
        rows.append(Row(key, _value(key, value, loaded), loaded.origins[key]))
    return rows


def _value(key: str, value: Any, loaded: Loaded) -> str:
    if key == "merchant.key":
        return MASK if value else "not said"
    text = hide_passwords(_text(value))
    for secret in loaded.secrets:
        text = text.replace(secret, MASK)
    return text


def _text(value: Any) -> str:
    if value is None or value == "":
        return "not said"
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple | list):
        return "[" + ", ".join(json.dumps(v, ensure_ascii=False) for v in value) + "]"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
