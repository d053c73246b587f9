"""What the models allow at a place of the file: known keys, and what may be set from outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import AliasChoices, BaseModel
from pydantic.fields import FieldInfo

from simulator.config.models import Config

PREFIX = "PAYME_SANDBOX_"


@dataclass(frozen=True, slots=True)
class Setting:
    """One key that a flag or the environment can set. `raw`: its text is taken as it is."""

    path: tuple[str, ...]
    raw: bool

    @property
    def variable(self) -> str:
        """The environment's name for it."""
        return PREFIX + "_".join(self.path).upper()


def toml_name(name: str, info: FieldInfo) -> str:
    """The key that the file uses for a field."""
    alias = info.validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return str(alias or info.alias or name)


def flat_types(annotation: Any) -> Iterator[Any]:
    """The plain types inside Annotated, unions and optional ones."""
    if get_origin(annotation) is Annotated:
        yield from flat_types(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for part in get_args(annotation):
            yield from flat_types(part)
    elif annotation is not NoneType:
        yield annotation


def model_of(annotation: Any) -> type[BaseModel] | None:
    """The table's model if the annotation may be a table, or a list of tables."""
    for kind in flat_types(annotation):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
        if get_origin(kind) is tuple:
            return model_of(get_args(kind)[0])
    return None


def fields_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Fields by the file's names for them."""
    return {toml_name(name, info): info for name, info in model.model_fields.items()}


def known_keys(path: tuple[str | int, ...]) -> list[str]:
    """Keys that the table at `path` may hold; empty where anything may stand."""
    model: type[BaseModel] | None = Config
    for part in path:
        if model is None:
            return []
        if isinstance(part, str):
            info = fields_of(model).get(part)
            model = model_of(info.annotation) if info else None
    return list(fields_of(model)) if model else []


def homes_of(key: str) -> list[str]:
    """Tables, as written in the file, in which a key of that name is known."""
    return [
        f"[{'.'.join(s.path[:-1])}]" for s in settings() if s.path[-1] == key and len(s.path) > 1
    ]


def settings(model: type[BaseModel] = Config, path: tuple[str, ...] = ()) -> Iterator[Setting]:
    """Every key that one text can set. Tables that may also be `false` are listed themselves."""
    for name, info in fields_of(model).items():
        here = (*path, name)
        inner = model_of(info.annotation)
        kinds = list(flat_types(info.annotation))
        if inner is None or len(kinds) > 1 or get_origin(kinds[0]) is tuple:
            yield Setting(here, raw=str in kinds or Path in kinds)
        if inner is not None and get_origin(kinds[0]) is not tuple:
            yield from settings(inner, here)
