"""The blueprint: every operation at its path, and the document that describes them."""

from __future__ import annotations

import json
from collections.abc import Callable

from flask import Blueprint, Flask, Response, request
from flask.typing import ResponseReturnValue

from simulator.web.control import cabinet, faults, house, journal, links, payments, runs
from simulator.web.control.openapi import document
from simulator.web.control.operation import JSON, OPERATIONS, Operation
from simulator.web.server import Server

MODULES = (house, payments, links, cabinet, faults, journal, runs)
"""Where the operations are."""


def register(app: Flask, server: Server) -> None:
    """Add the control API."""
    blueprint = Blueprint("control", __name__, url_prefix="/control")
    for one in OPERATIONS:
        blueprint.add_url_rule(
            one.rule,
            one.name,
            _view(one, server),
            methods=[one.verb],
            provide_automatic_options=False,
        )

    @blueprint.get("/openapi.json")
    def openapi() -> Response:
        told = document(OPERATIONS, server.public_url)
        return Response(json.dumps(told, ensure_ascii=False), content_type=JSON)

    app.register_blueprint(blueprint)


def _view(one: Operation, server: Server) -> Callable[..., ResponseReturnValue]:
    def view(**parts: str) -> ResponseReturnValue:
        return one.run(server, request, parts)

    return view
