"""The WSGI application: `backend.app:create_app()`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from backend import clock_hook, logs, pages, processors, schema
from backend.clock import Clock, now_ms
from backend.clock_hook import ShiftedClock
from backend.db import Database, Sessions
from backend.environment import settings_from
from backend.logs import log
from backend.settings import Settings, Variant
from backend.shop import BadInput, Shop
from backend.webhook import Webhook

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LONGEST_BODY = 1024 * 1024
WEBHOOK = "/payme"
JSON = "application/json; charset=utf-8"
VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def create_app(settings: Settings | None = None, clock: Clock = now_ms) -> Flask:
    """The merchant, with its schema made and its log open. Settings default to the environment.

    Raises SettingsError for a bad setting, SQLAlchemyError if the database cannot be reached.
    """
    settings = settings or settings_from()
    if settings.pinned:
        processors.stay()
    let_bugs_in(settings)
    logs.set_up(settings)
    make = _reference if settings.variant == Variant.REFERENCE else _variant
    if not settings.clock_hook:
        return make(settings, clock)
    shifted = ShiftedClock(clock)
    app = make(settings, shifted)
    _add_clock_hook(app, shifted)
    return app


def _reference(settings: Settings, clock: Clock) -> Flask:
    database = Database(settings)
    schema.prepare(database)
    webhook = Webhook(settings, database, clock)
    app = _app(settings, database, webhook, Shop(settings, database, clock))
    app.register_error_handler(Exception, _unforeseen)
    if not settings.bugs:  # they are put into the usual way
        app.wsgi_app = _straight_to(webhook, app.wsgi_app)  # type: ignore[method-assign,assignment]
    return app


def _straight_to(webhook: Webhook, usual: WSGIApplication) -> WSGIApplication:
    """Payme's calls go by Flask's routing, contexts and signals, which take as long as deciding.

    Whatever is not as plain as a call of Payme's goes as usual.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        size = _plain_size(environ)
        if size is None:
            return usual(environ, start_response)
        body = environ["wsgi.input"].read(size)
        try:
            said = webhook.answer(environ.get("HTTP_AUTHORIZATION"), body)
        except Exception as error:
            return _unforeseen(error)(environ, start_response)
        if isinstance(said, bytes):
            start_response("200 OK", _headers(len(said)))
            # As a list, which the server sends in one piece.
            return [said]
        length, pieces = said
        start_response("200 OK", _headers(length))
        return pieces

    return answer


def _plain_size(environ: WSGIEnvironment) -> int | None:
    """The length of a call's body; None for what Flask shall look at."""
    if environ["PATH_INFO"] != WEBHOOK or environ["REQUEST_METHOD"] != "POST":
        return None
    length = environ.get("CONTENT_LENGTH", "")
    if not (length.isascii() and length.isdecimal()) or int(length) > LONGEST_BODY:
        return None
    return int(length)


def _headers(length: int) -> list[tuple[str, str]]:
    return [("Content-Type", JSON), ("Content-Length", str(length))]


def _answered(webhook: Webhook, request: Request) -> Response:
    answer = webhook.answer(request.environ.get("HTTP_AUTHORIZATION"), _body(request))
    if isinstance(answer, bytes):
        return _json(answer)
    size, pieces = answer
    return Response(pieces, headers={"Content-Length": str(size)}, content_type=JSON)


def _variant(settings: Settings, clock: Clock) -> Flask:
    """The same shop with somebody else's webhook; what that does not catch is Flask's to answer."""
    from backend import variants

    database = variants.open_database(settings)
    variants.prepare(database)
    shop = Shop(settings, database, clock, variants.Payment)
    return _app(settings, database, variants.Webhook(settings, database, clock), shop)


def _add_clock_hook(app: Flask, clock: ShiftedClock) -> None:
    @app.post(clock_hook.PATH)
    def shift_clock() -> Response:
        try:
            moved = clock.shift(_sent(request))
        except ValueError as error:
            raise BadInput(400, "shift_ms", str(error)) from None
        log.warning("Clock shifted by %d ms", moved["shift_ms"])
        return _json(_dumped(moved))


def _app(settings: Settings, database: Sessions, webhook: Webhook, shop: Shop) -> Flask:
    app = Flask(log.name, static_folder=None)  # so that Flask's own lines are in the shop's log
    app.extensions["backend.database"] = database
    _add_webhook(app, webhook)
    _add_shop(app, shop)
    pages.register(app, shop, settings)
    app.register_error_handler(BadInput, _bad_input)
    return app


def let_bugs_in(settings: Settings) -> None:
    """Switch the configured bugs on, if there are any, in this process."""
    if settings.bugs:
        from backend import bugs

        bugs.switch_on(settings.bugs)


def _add_webhook(app: Flask, webhook: Webhook) -> None:
    def payme() -> Response:
        if request.method != "POST":
            return _json(webhook.refuse_verb())
        return _answered(webhook, request)

    def other_verb(error: HTTPException) -> Response:
        if request.path.rstrip("/") == WEBHOOK:
            return _json(webhook.refuse_verb())
        return _json(_dumped({"error": error.description}), 405)

    app.add_url_rule(
        WEBHOOK,
        view_func=payme,
        methods=VERBS,
        strict_slashes=False,
        provide_automatic_options=False,
    )
    app.register_error_handler(405, other_verb)


def _add_shop(app: Flask, shop: Shop) -> None:
    @app.post("/api/generate-qr")
    def generate_qr() -> Response:
        return _json(_dumped(shop.generate_qr(_sent(request))))

    @app.get("/api/payment-status/<order_id>")
    def payment_status(order_id: str) -> Response:
        return _json(_dumped(shop.payment_status(order_id)))

    @app.get("/healthz")
    def healthz() -> Response:
        try:
            shop.healthy()
        except SQLAlchemyError:
            log.exception("The database does not answer")
            return _json(_dumped({"status": "database does not answer"}), 503)
        return _json(_dumped({"status": "ok"}))


def _body(request: Request) -> bytes:
    """The whole body, or nothing of one that is too long."""
    body = request.stream.read(LONGEST_BODY + 1)
    if len(body) <= LONGEST_BODY:
        return body
    # A caller that is still sending would not see the answer.
    while request.stream.read(LONGEST_BODY):
        pass
    return b""


def _sent(request: Request) -> object:
    try:
        return json.loads(_body(request))
    except (ValueError, RecursionError):
        raise BadInput(400, None, "the body must be JSON") from None


def _bad_input(error: BadInput) -> Response:
    return _json(_dumped({"error": error.text, "member": error.member}), error.status)


def _unforeseen(error: Exception) -> Response:
    if isinstance(error, HTTPException):
        return _json(_dumped({"error": error.description}), error.code or 500)
    log.error("Unforeseen", exc_info=error)
    return _json(_dumped({"error": "internal error"}), 500)


def _dumped(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _json(body: bytes, status: int = 200) -> Response:
    return Response(body, status, content_type=JSON)
