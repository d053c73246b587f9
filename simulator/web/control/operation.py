"""An operation of the control API: a function whose types are its contract.

    @operation("POST", "/payments/{payment_id}/pay", refuses=(404, 409))
    def pay(server: Server, payment_id: PaymentId, body: PayBody) -> PaymentShown:
        '''Pay it.'''

`server` is given; `query` and `body` are pydantic models; every other parameter is part of the
path. The result's model is what is answered; None is 204. Both the checks of a request and the
OpenAPI document come from these types.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from flask import Request, Response
from pydantic import BaseModel, TypeAdapter, ValidationError

from simulator.web.problems import Problem
from simulator.web.server import Server

JSON = "application/json"
_EXACT = 2**53
_RESERVED = frozenset({"server", "query", "body"})


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path. `refuses` are the HTTP statuses of its problems."""

    verb: str
    path: str
    function: Callable[..., Any]
    status: int
    refuses: tuple[int, ...]
    media: str
    parts: Mapping[str, TypeAdapter[Any]]
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    answer: type[BaseModel] | None

    @property
    def name(self) -> str:
        return self.function.__name__

    @property
    def text(self) -> str:
        return inspect.getdoc(self.function) or ""

    @property
    def rule(self) -> str:
        """As Flask writes the path."""
        return self.path.replace("{", "<").replace("}", ">")

    def run(self, server: Server, request: Request, parts: Mapping[str, str]) -> Response:
        """Read the request, do it, write the answer. Raises Problem."""
        given: dict[str, Any] = {n: _part(n, a, parts[n]) for n, a in self.parts.items()}
        if self.query is not None:
            given["query"] = _query(self.query, request)
        elif request.args:
            raise _unwanted(next(iter(request.args)))
        if self.body is not None:
            given["body"] = _body(self.body, request)
        answer = self.function(server, **given)
        if isinstance(answer, Response):
            return answer
        if answer is None:
            return Response(status=204)
        return Response(answer.model_dump_json(), self.status, content_type=JSON)


OPERATIONS: list[Operation] = []
"""All of them, in the order of the document."""

Function = Callable[..., Any]


def operation(
    verb: str, path: str, status: int = 200, refuses: tuple[int, ...] = (), media: str = JSON
) -> Callable[[Function], Function]:
    """Make the function an operation. `media` is what it answers if it makes a Response itself."""

    def add(function: Function) -> Function:
        hints = get_type_hints(function, include_extras=True)
        answer = hints.pop("return")
        parts = {n: TypeAdapter(hint) for n, hint in hints.items() if n not in _RESERVED}
        is_model = isinstance(answer, type) and issubclass(answer, BaseModel)
        OPERATIONS.append(
            Operation(
                verb,
                path,
                function,
                204 if answer is type(None) else status,
                refuses,
                media,
                parts,
                hints.get("query"),
                hints.get("body"),
                answer if is_model else None,
            )
        )
        return function

    return add


def _part(name: str, adapter: TypeAdapter[Any], text: str) -> Any:
    try:
        return adapter.validate_python(text)
    except ValidationError:
        what = name.removesuffix("_id").removesuffix("_number")
        raise Problem(404, f"no such {what}", repr(text[:100]), member=name) from None


def _query(model: type[BaseModel], request: Request) -> BaseModel:
    found: dict[str, Any] = {}
    for name, values in request.args.lists():
        field = next((f for n, f in model.model_fields.items() if (f.alias or n) == name), None)
        many = field is not None and "list" in str(field.annotation)
        if not many and len(values) > 1:
            raise Problem(422, "not as described", f"{name} is given twice", member=name)
        found[name] = values if many else values[0]
    try:
        return model.model_validate(found)
    except ValidationError as error:
        raise _invalid(error) from None


def _body(model: type[BaseModel], request: Request) -> BaseModel:
    sent = request.get_data()
    if request.mimetype != JSON:
        raise Problem(
            415,
            "not JSON",
            f"Content-Type: {request.content_type or 'none'}",
            f"Content-Type: {JSON} is accepted",
        )
    try:
        return model.model_validate_json(_with_whole_numbers(sent), strict=True)
    except ValidationError as error:
        raise _invalid(error) from None


def _with_whole_numbers(sent: bytes) -> bytes:
    """The body with 93 for 93.0, which is the same number to JSON. What is no JSON stays so."""
    try:
        return json.dumps(json.loads(sent, parse_float=_number)).encode()
    except (ValueError, RecursionError):
        return sent


def _number(text: str) -> int | float:
    found = float(text)
    return int(found) if found.is_integer() and abs(found) < _EXACT else found


def _invalid(error: ValidationError) -> Problem:
    found = error.errors(include_url=False, include_context=False)
    first = found[0]
    member = ".".join(map(str, first["loc"]))
    told = "; ".join(
        f"{'.'.join(map(str, one['loc'])) or 'the body'}: {one['msg']}" for one in found[:10]
    )
    seen = "it is missing" if first["type"] == "missing" else repr(first["input"])[:200]
    return Problem(
        422,
        "not as described",
        seen,
        told,
        "GET /control/openapi.json describes every request",
        member=member,
    )


def _unwanted(name: str) -> Problem:
    return Problem(
        422, "not as described", f"a query {name!r}", "this operation takes none", member=name
    )
