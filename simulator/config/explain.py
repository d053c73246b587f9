"""pydantic's complaints in the reader's words: what was seen, what is accepted, what was meant."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from simulator.config.hidden import hide_passwords, is_secret_name
from simulator.config.outside import Gathered
from simulator.config.positions import Path
from simulator.config.problems import MASK, nearest, seen
from simulator.config.schema import homes_of, known_keys
from simulator.config.wording import TYPES, meant, must_be

_MAY_BE_FALSE: tuple[Path, ...] = (
    ("database",),
    ("log",),
    ("database", "orders"),
    ("database", "transactions"),
)


def explain(error: ValidationError, gathered: Gathered) -> None:
    """Add every complaint of `error` to the gathered problems, each once."""
    wrong_types: dict[Path, list[str]] = {}
    details = []
    for detail in error.errors(include_url=False):
        path = tuple(p for p in detail["loc"] if not (isinstance(p, str) and p.startswith("@")))
        path = _drop_union_parts(path, detail, gathered.values)
        details.append((path, detail))
        if detail["type"] in TYPES:
            wrong_types.setdefault(path, []).append(TYPES[detail["type"]])
    for path, detail in details:
        if detail["type"] not in TYPES:
            message, hint = _words(path, detail)
            wants_key = detail["type"] in ("extra_forbidden", "missing")
            gathered.complain(path, message, hint, key=wants_key)
        elif wanted := wrong_types.pop(path, []):
            gathered.complain(path, _wrong_type(path, detail["input"], wanted))


def _wrong_type(path: Path, value: Any, wanted: list[str]) -> str:
    """One sentence for all the types that a key accepts."""
    options = dict.fromkeys([*wanted, "false"] if path in _MAY_BE_FALSE else wanted)
    return f"{dotted(path)} is {_seen(path, value)}; it must be {', or '.join(options)}"


def _drop_union_parts(path: Path, detail: ErrorDetails, values: dict[str, Any]) -> Path:
    """pydantic ends a path with the failed member of a union ("str"), which is no key."""
    if detail["type"] in ("extra_forbidden", "missing"):
        return path
    inner: Any = values
    for place, part in enumerate(path):
        try:
            inner = inner[part]
        except (KeyError, IndexError, TypeError):
            return path[:place]
    return path


def _words(path: Path, detail: ErrorDetails) -> tuple[str, str]:
    """What is wrong, and what may have been meant."""
    key, kind, value = dotted(path), detail["type"], detail["input"]
    context = detail.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown(path)
    if kind == "missing":
        return f"{key} is missing", ""
    if kind == "literal_error":
        wanted = must_be(detail)
        return f"{key} is {_seen(path, value)}; it must be {wanted}", meant(value, [wanted])
    if kind == "value_error":
        is_scalar = isinstance(value, str | int | float)
        subject = f"{key} is {_seen(path, value)}" if is_scalar else key
        return f"{subject}: {context['error']}", ""
    return f"{key} is {_seen(path, value)}; it must be {must_be(detail)}", ""


def _seen(path: Path, value: Any) -> str:
    """The value as it was written, unless it is a secret."""
    if path == ("merchant", "key") or (path and is_secret_name(str(path[-1]))):
        return MASK
    return seen(hide_passwords(value) if isinstance(value, str) else value)


def _unknown(path: Path) -> tuple[str, str]:
    known = known_keys(path[:-1])
    name = str(path[-1])
    meant = nearest(name, known)
    homes = homes_of(name)
    table = f"[{dotted(path[:-1])}]" if len(path) > 1 else "the top of the file"
    if meant:
        hint = f"did you mean `{meant}`?"
    elif homes:
        hint = f"`{name}` belongs to {' or '.join(homes)}"
    else:
        hint = f"known keys of {table}: {', '.join(known)}"
    return f"{dotted(path)} is not a known key", hint


def dotted(path: Path) -> str:
    """`database.invariants[0].sql`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")
