"""Where each value of a configuration came from, by dotted key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from simulator.config.models import Config
from simulator.config.outside import Gathered
from simulator.config.positions import Path
from simulator.config.schema import toml_name

DEFAULT = "default"


def leaves(config: Config) -> Iterator[tuple[Path, Any]]:
    """Every key of the configuration with its value, tables opened, in the models' order."""
    yield from _leaves(config, ())


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            yield from _leaves(getattr(value, name), (*path, toml_name(name, info)))
    elif isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*path, index))
    else:
        yield path, value


def origins_of(config: Config, gathered: Gathered) -> dict[str, str]:
    """Dotted key -> "flag --url", "environment NAME", "payme-sandbox.toml:4" or "default"."""
    return {".".join(map(str, path)): origin(path, gathered) for path, _ in leaves(config)}


def origin(path: Path, gathered: Gathered) -> str:
    """One value's origin, with the variables that a value of the file reads."""
    for end in range(len(path), 0, -1):
        if path[:end] in gathered.outside:
            return gathered.outside[path[:end]]
    for written in (path, *_synonyms(path)):
        spot = gathered.positions.values.get(written)
        if spot is not None:
            names = gathered.expanded.get(written, ())
            reads = f", reads {', '.join(names)}" if names else ""
            return f"{gathered.file}:{spot.line}{reads}"
    return DEFAULT


def _synonyms(path: Path) -> list[Path]:
    return [("merchant", "timeout_ms")] if path == ("merchant", "timeout") else []
