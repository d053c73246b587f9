"""The WSGI application around a server. Its parts bring their own pages.

A part may set `app.extensions[ERROR_PAGE]` to a function that makes a page of a Problem; without
one, and for the control API, errors are problem JSON.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import cast

from flask import Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from simulator.web import events, security
from simulator.web.control.problem import as_response, of_status
from simulator.web.current import PLACE
from simulator.web.problems import Problem
from simulator.web.server import Server

PARTS = (
    "simulator.web.control",
    "simulator.web.pages",
    "simulator.web.cabinet",
    "simulator.web.checkout",
)
"""Packages with `register(app, server)`. A later one may take what the earlier ones leave;
the checkout, which takes any address that is base64, comes last."""

ERROR_PAGE = "payme-sandbox.error-page"
_LONGEST_EVENT_ID = 15
_FILES_KEPT_S = 60
"""A payer's browser asks for the pages' own files once, not on every page; who installs another
version has its files a minute later. Names with versions would load a module twice that others
import."""


def create_app(server: Server) -> Flask:
    """The application. It serves as long as `server` is open; it does not close it."""
    app = Flask("simulator.web", static_folder="static", template_folder="templates")
    app.extensions[PLACE] = server
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = _FILES_KEPT_S
    security.protect(app, server)
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(HTTPException, _http)
    _add_events(app, server)
    _add_health(app)
    for name in PARTS:
        if find_spec(name) is not None:
            import_module(name).register(app, server)
    return app


def _add_events(app: Flask, server: Server) -> None:
    @app.get("/events")
    def event_stream() -> Response:
        """Server-sent events; `?kassa=ID`, `?payment=ID`, `?kind=payment,exchange` choose."""
        wanted = {name: request.args[name] for name in ("kassa", "payment") if name in request.args}
        kinds = set(filter(None, request.args.get("kind", "").split(",")))

        def is_wanted(event: events.Happening) -> bool:
            if event.kind in ("clock", "reset"):
                return True
            if kinds and event.kind not in kinds:
                return False
            of = event.data | ({"payment": event.data["id"]} if event.kind == "payment" else {})
            return all(of.get(name) == value for name, value in wanted.items())

        seen = request.headers.get("Last-Event-ID", "")
        known = seen.isascii() and seen.isdigit() and len(seen) <= _LONGEST_EVENT_ID
        body = events.stream(server.events, int(seen) if known else None, is_wanted)
        return Response(body, mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _add_health(app: Flask) -> None:
    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}


def _problem(problem: Problem) -> ResponseReturnValue:
    page = current_app.extensions.get(ERROR_PAGE)
    if page is None or request.path.startswith("/control"):
        return as_response(problem)
    return cast("ResponseReturnValue", page(problem))


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    answer = _problem(of_status(error.code, error.description or ""))
    if isinstance(answer, Response):
        for name, value in error.get_headers():
            if name.lower() in ("allow", "retry-after", "www-authenticate"):
                answer.headers[name] = value
    return answer
