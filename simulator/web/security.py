"""Who may ask, and what an answer may do in a browser.

* The Host header must be ours, so that a page on the internet whose name was made to point at
  127.0.0.1 reads nothing (DNS rebinding).
* A request that changes something must come from our own pages: its Origin, where a browser sends
  one, must be ours, and a form holds the session's token (`csrf_token()` in templates, field
  `csrf_token`). The control API takes JSON only, which no form of another site can send.
* On an address that others can reach, everything needs the password (HTTP Basic, any user name).
* The policy of pages allows our own files and nothing inline. A view may set its own policy (the
  HTML report does). `form-action` also governs redirects after a form: to leave for a shop, answer
  a page that goes there by a link or script, not a redirect to a POST.
* A view that takes forms of other sites, as checkout's POST does, is marked with `@from_anywhere`.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, request, session

from simulator.web.problems import Problem
from simulator.web.server import Server

TOKEN = "csrf_token"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cache-Control": "no-store",
}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_ANYWHERE = "_takes_forms_from_anywhere"
_LARGEST_BODY = 1024 * 1024
View = TypeVar("View", bound=Callable[..., object])


def from_anywhere(view: View) -> View:
    """A view that other sites' forms may post to; it must change nothing that matters."""
    setattr(view, _ANYWHERE, True)
    return view


def token() -> str:
    """The session's token for forms."""
    if TOKEN not in session:
        session[TOKEN] = secrets.token_urlsafe(24)
    return str(session[TOKEN])


def protect(app: Flask, server: Server) -> None:
    """Guard every view, and dress every answer."""
    app.config.update(
        SECRET_KEY=server.secret,
        SESSION_COOKIE_NAME="payme_sandbox",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        MAX_CONTENT_LENGTH=_LARGEST_BODY,
    )
    app.jinja_env.globals[TOKEN] = token
    names = _NAMES | {server.options.host, urlsplit(server.public_url).hostname or ""}

    @app.before_request
    def guard() -> Response | None:
        if not server.options.password:
            _check_host(names)
        elif not _knows(server.options.password):
            return _ask()
        if request.method not in _SAFE:
            _check_origin()
        return None

    @app.after_request
    def dress(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response


def _check_host(names: frozenset[str]) -> None:
    host = urlsplit(f"//{request.host}").hostname or ""
    if host not in names:
        raise Problem(
            421,
            "another host's name",
            f"Host: {request.host[:100]!r}",
            f"accepted: {', '.join(sorted(name for name in names if name))}",
            "open the address that payme-sandbox serve has printed",
        )


def _knows(password: str) -> bool:
    given = request.authorization
    said = given.password if given is not None and given.type == "basic" else None
    return hmac.compare_digest((said or "").encode(), password.encode())


_ASKED = {
    "ru": "Нужен пароль этого сервера (имя пользователя — любое).",
    "uz": "Bu serverning paroli kerak (foydalanuvchi nomi istalgan).",
    "en": "The password of this server is needed (any user name).",
}


def _ask() -> Response:
    """In all three languages: nobody has chosen one yet."""
    response = Response("\n".join(_ASKED.values()) + "\n", 401)
    response.headers["Content-Language"] = ", ".join(_ASKED)
    response.headers["WWW-Authenticate"] = 'Basic realm="payme-sandbox", charset="UTF-8"'
    response.content_type = "text/plain; charset=utf-8"
    return response


def _check_origin() -> None:
    if request.routing_exception is not None:
        return  # there is no such view
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, _ANYWHERE, False):
        return
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.host
    if foreign or site not in ("same-origin", "none"):
        raise Problem(
            403,
            "another site's page",
            f"Origin: {origin}",
            "requests of this server's own pages, and of programs",
        )
    if request.blueprint != "control" and request.mimetype != "application/json":
        sent = request.form.get(TOKEN, "") or request.headers.get("X-CSRF-Token", "")
        if not hmac.compare_digest(sent.encode(), str(session.get(TOKEN, "")).encode() or b"-"):
            abort(400, "This form is too old: load its page again, and send it once more.")
