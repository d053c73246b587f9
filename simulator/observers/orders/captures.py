"""Taking values out of what a merchant answered when it made an order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from simulator.observers.orders.order import OrdersError

_SHOWN = 500


def truncated(text: str, limit: int = _SHOWN) -> str:
    """Text for a message, cut if it is long."""
    text = text.strip()
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"


def capture(answer: Any, paths: Mapping[str, str], shown: str) -> dict[str, Any]:
    """name -> value for each name -> dotted path; list indexes count from 0.

    OrdersError names the first part of a path that is not there. `shown` is the answer as text.
    """
    return {name: _follow(answer, name, path, shown) for name, path in paths.items()}


def _follow(answer: Any, name: str, path: str, shown: str) -> Any:
    here = answer
    for place, part in enumerate(path.split(".")):
        if isinstance(here, dict) and part in here:
            here = here[part]
        elif isinstance(here, list) and part.isdigit() and int(part) < len(here):
            here = here[int(part)]
        else:
            before = ".".join(path.split(".")[:place]) or "the answer"
            raise OrdersError(
                f'capture {name} = "{path}": {before} has no {part}; {_members(here)}\n'
                f"the answer was: {truncated(shown)}"
            )
    if isinstance(here, dict | list) or here is None:
        kind = "null" if here is None else "not a plain value"
        raise OrdersError(
            f'capture {name} = "{path}" is {kind}\nthe answer was: {truncated(shown)}'
        )
    return here


def _members(value: Any) -> str:
    if isinstance(value, dict):
        return "it has " + (", ".join(map(str, value)) or "no members")
    if isinstance(value, list):
        return f"it is a list of {len(value)}"
    return f"it is {json.dumps(value, ensure_ascii=False, default=str)[:80]}"
