"""A document against its model; what is wrong is told with its place and the nearest key."""

from __future__ import annotations

from typing import TypeVar, get_args

from pydantic import BaseModel, ValidationError

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
    """pydantic's complaints in our words, with their places."""
    return all_told(
        (document, e["loc"], _text(model, e["loc"], e["type"], e["msg"])) for e in error.errors()
    )


def _text(model: type[BaseModel], path: Path_, kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        known = _keys_at(model, path[:-1])
        hint = did_you_mean(str(path[-1]), known) or f"; known here: {', '.join(sorted(known))}"
        return f'unknown key "{path[-1]}"{hint}'
    if kind == "missing":
        return f'the key "{path[-1]}" is missing'
    return message.removeprefix("Value error, ")


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
