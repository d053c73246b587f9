"""A document against its model; what is wrong is told with its place and the nearest key."""

from __future__ import annotations

from typing import TypeVar, get_args

from pydantic import BaseModel, ValidationError

from simulator.conformance.arguments import did_you_mean
from simulator.conformance.yamlfile import Document, Path_, ScenarioError

M = TypeVar("M", bound=BaseModel)


def validate(document: Document, model: type[M]) -> M:
    """The document as a model. Raises ScenarioError that tells everything that is wrong."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise ScenarioError("\n".join(explain(document, model, error))) from error


def explain(document: Document, model: type[BaseModel], error: ValidationError) -> list[str]:
    """Each complaint once, in the order of the file's keys."""
    texts = [_text(document, model, e["loc"], e["type"], e["msg"]) for e in error.errors()]
    return list(dict.fromkeys(texts))


def _text(document: Document, model: type[BaseModel], loc: Path_, kind: str, message: str) -> str:
    path = tuple(part for part in loc if not str(part).startswith("function-"))
    if kind == "extra_forbidden":
        known = _keys_at(model, path[:-1])
        hint = did_you_mean(str(path[-1]), known) or f"; known here: {', '.join(sorted(known))}"
        return str(document.error(path, f'unknown key "{path[-1]}"{hint}'))
    if kind == "missing":
        return str(document.error(path, f'the key "{path[-1]}" is missing'))
    return str(document.error(path, message.removeprefix("Value error, ")))


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
