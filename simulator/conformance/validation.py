"""A document against its model; what is wrong is told with its place and the nearest key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from simulator.config.problems import seen
from simulator.config.wording import meant, must_be
from simulator.conformance.arguments import did_you_mean
from simulator.conformance.yamlfile import Document, Path_, ScenarioError, all_told

M = TypeVar("M", bound=BaseModel)


def validate(document: Document, model: type[M]) -> M:
    """The document as a model. Raises ScenarioError that tells everything that is wrong."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise explained(document, model, error) from error


def explained(document: Document, model: type[BaseModel], error: ValidationError) -> ScenarioError:
    """pydantic's complaints in our words, with their places; one for all that a key accepts."""
    found: list[tuple[Document, Path_, str]] = []
    accepted: dict[Path_, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        path, kind = detail["loc"], detail["type"]
        if kind in _WHOLE:
            found.append((document, path, _text(model, path, detail)))
        else:
            accepted.setdefault(_there(document.data, path), []).append(detail)
    found += [(document, path, _wrong(path, details)) for path, details in accepted.items()]
    return all_told(found)


_WHOLE = ("extra_forbidden", "missing", "value_error")


def _there(data: Any, path: Path_) -> Path_:
    """The part of a path that is in the file: pydantic ends it with the types it has tried."""
    for place, part in enumerate(path):
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return path[:place]
    return path


def _wrong(path: Path_, details: Sequence[ErrorDetails]) -> str:
    value = details[0]["input"]
    options = list(dict.fromkeys(must_be(detail, yaml=True) for detail in details))
    name = next((str(part) for part in reversed(path) if isinstance(part, str)), "the file")
    item = f"an item of {name}" if path and isinstance(path[-1], int) else name
    hint = meant(value, options)
    text = f"{item} is {_seen(value)}; it must be {', or '.join(options)}"
    return f"{text}; {hint}" if hint else text


def _seen(value: object) -> str:
    if value is None:
        return "null"
    return "an object" if isinstance(value, dict) else seen(value)


def _text(model: type[BaseModel], path: Path_, detail: ErrorDetails) -> str:
    if detail["type"] == "extra_forbidden":
        known = _keys_at(model, path[:-1])
        hint = did_you_mean(str(path[-1]), known) or f"; known here: {', '.join(sorted(known))}"
        return f'unknown key "{path[-1]}"{hint}'
    if detail["type"] == "missing":
        return f'the key "{path[-1]}" is missing'
    return detail["msg"].removeprefix("Value error, ")


def _keys_at(model: type[BaseModel], path: Path_) -> list[str]:
    """The keys that the schema knows at a path."""
    for part in path:
        field = next((f for n, f in model.model_fields.items() if part in (n, f.alias)), None)
        if field is not None and (inner := _model_in(field.annotation)) is not None:
            model = inner
    return [f.alias or n for n, f in model.model_fields.items()]


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(argument) for argument in get_args(annotation))
    return next((model for model in found if model is not None), None)
