"""Which language a page speaks: ?lang, the cookie it left, what the browser asks for, Russian."""

from __future__ import annotations

from flask import Request, Response, g, request

from simulator.web.pages.formats import Formats
from simulator.web.pages.words import LANGUAGES, Words

COOKIE = "payme_sandbox_lang"
_YEAR_S = 365 * 86_400


def language_of(asked: Request) -> str:
    """One of LANGUAGES."""
    for named in (asked.args.get("lang"), asked.cookies.get(COOKIE)):
        if named in LANGUAGES:
            return str(named)
    return asked.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def the_language() -> str:
    """The language of the request that is being answered."""
    if "language" not in g:
        g.language = language_of(request)
    return str(g.language)


def words() -> Words:
    """Its texts."""
    return Words(the_language())


def formats() -> Formats:
    """Its ways to write numbers."""
    return Formats(the_language())


def remember(response: Response) -> Response:
    """A language that was chosen by ?lang stays."""
    chosen = request.args.get("lang")
    if chosen in LANGUAGES:
        response.set_cookie(COOKIE, str(chosen), max_age=_YEAR_S, samesite="Lax", httponly=True)
    return response
