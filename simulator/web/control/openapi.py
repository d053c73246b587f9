"""The OpenAPI 3.1 document, made of the operations' own types."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from simulator import __version__
from simulator.web.control.operation import JSON, Operation
from simulator.web.control.problem import MEDIA_TYPE
from simulator.web.control.schemas import ProblemShown

_REF = "#/components/schemas/{model}"
_MEANS = {
    400: "the request cannot be read",
    401: "the password is needed",
    403: "another site's page",
    404: "there is no such thing",
    405: "another HTTP method",
    409: "it cannot be done here and now: the problem says why",
    413: "the body is too long",
    415: "the body is not JSON",
    421: "another host's name",
    422: "a member is not as described",
}


def document(operations: Iterable[Operation], public_url: str) -> dict[str, Any]:
    """The document as JSON holds it."""
    every = list(operations)
    schemas, definitions = _schemas(every)
    paths: dict[str, Any] = {}
    for one in every:
        told = _described(one, schemas)
        if one.status == 201 and (links := _links(one, every)):
            told["responses"]["201"]["links"] = links
        paths.setdefault(f"/control{one.path}", {})[one.verb.lower()] = told
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "payme-sandbox control API",
            "version": __version__,
            "description": "Drives the fake Payme server: amounts are tiyin, times ms since 1970.",
        },
        "servers": [{"url": public_url}],
        "paths": paths,
        "components": {"schemas": definitions},
    }


Mode = Literal["validation", "serialization"]


def _schemas(
    operations: list[Operation],
) -> tuple[dict[tuple[type[BaseModel], Mode], Any], dict[str, Any]]:
    wanted: list[tuple[type[BaseModel], Mode]] = [(ProblemShown, "serialization")]
    for one in operations:
        if one.body is not None:
            wanted.append((one.body, "validation"))
        if one.answer is not None:
            wanted.append((one.answer, "serialization"))
    found, top = models_json_schema(wanted, ref_template=_REF)
    schemas = {(one, mode): found[one, mode] for one, mode in wanted}
    return schemas, top.get("$defs", {})


def _described(one: Operation, schemas: dict[tuple[type[BaseModel], Mode], Any]) -> dict[str, Any]:
    summary, _, rest = one.text.partition("\n")
    told: dict[str, Any] = {
        "operationId": one.name,
        "summary": summary,
        "responses": _responses(one, schemas),
    }
    if rest.strip():
        told["description"] = rest.strip()
    if parameters := [*_parts(one), *_queries(one)]:
        told["parameters"] = parameters
    if one.body is not None:
        schema = schemas[one.body, "validation"]
        told["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
    return told


def _responses(one: Operation, schemas: dict[tuple[type[BaseModel], Mode], Any]) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "done"}
    if one.answer is not None:
        good["content"] = {JSON: {"schema": schemas[one.answer, "serialization"]}}
    elif one.status != 204:
        good["content"] = {one.media: {}}
    refuses = {*one.refuses, 400, 401, 403, 405, 421, 422}
    if one.body is not None:
        refuses |= {413, 415}
    if one.parts:
        refuses.add(404)
    problem = {MEDIA_TYPE: {"schema": schemas[ProblemShown, "serialization"]}}
    bad = {str(s): {"description": _MEANS[s], "content": problem} for s in sorted(refuses)}
    bad["401"] = {"description": _MEANS[401], "content": {"text/plain": {}}}
    return {str(one.status): good, **bad}


def _links(made: Operation, every: list[Operation]) -> dict[str, Any]:
    """What can be done with the thing that was made."""
    found = {}
    key = "id" if made.answer is not None and "id" in made.answer.model_fields else "name"
    for one in every:
        if one.path.startswith(f"{made.path}/{{"):
            part = next(iter(one.parts))
            found[one.name] = {
                "operationId": one.name,
                "parameters": {part: f"$response.body#/{key}"},
            }
    return found


def _parts(one: Operation) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": adapter.json_schema()}
        for name, adapter in one.parts.items()
    ]


def _queries(one: Operation) -> list[dict[str, Any]]:
    if one.query is None:
        return []
    found = []
    for name, field in one.query.model_fields.items():
        schema = TypeAdapter(field.rebuild_annotation()).json_schema()
        found.append(
            {
                "name": field.alias or name,
                "in": "query",
                "required": field.is_required(),
                "schema": _without_null(schema),
            }
        )
    return found


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query cannot be null, it is left out."""
    choices = schema.get("anyOf")
    if not choices:
        return schema
    left = [choice for choice in choices if choice.get("type") != "null"]
    return left[0] if len(left) == 1 else {"anyOf": left}
