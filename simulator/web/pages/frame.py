"""What every page has around it: navigation, kassa, languages; and what a page of trouble says."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Flask, render_template, request, url_for
from markupsafe import Markup

from simulator.web import security
from simulator.web.pages import language, sentences
from simulator.web.pages.site import the_kassa, the_site
from simulator.web.pages.words import NAMES
from simulator.web.problems import Problem

SECTIONS = {
    "sandbox": "sandbox.overview",
    "payments": "payments.listed",
    "journal": "journal.listed",
    "faults": "faults.listed",
    "runs": "runs.listed",
    "settings": "settings.shown",
}
"""Name in the navigation -> endpoint. Those that nobody has registered are left out."""


def dress(app: Flask) -> None:
    """Give templates what the frame needs, and remember a language that was chosen."""
    app.context_processor(lambda: around(app))
    app.after_request(language.remember)
    app.jinja_env.filters["said"] = sentences.said
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def around(app: Flask) -> dict[str, object]:
    """The frame's own values."""
    endpoint = request.endpoint or ""
    return {
        "t": language.words(),
        "fmt": language.formats(),
        "language": language.the_language(),
        "languages": list(NAMES.items()),
        "in_language": _in_language,
        "asset": lambda name: url_for("static", filename=name),
        "csrf": _csrf,
        "navigation": [
            (name, url_for(target))
            for name, target in SECTIONS.items()
            if target in app.view_functions
        ],
        "section": next((n for n, e in SECTIONS.items() if _same_part(e, endpoint)), ""),
        "kassas": the_site().server.kassas.all(),
        "kassa": the_kassa(),
    }


def _same_part(one: str, other: str) -> bool:
    return one.partition(".")[0] == other.partition(".")[0]


def _in_language(code: str) -> str:
    """This page in another language."""
    asked = {**request.args.to_dict(), "lang": code}
    return f"{request.path}?{urlencode(asked)}"


def _csrf() -> Markup:
    """The hidden field that every form of ours has."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(
        security.TOKEN, security.token()
    )


def trouble_page(problem: Problem) -> tuple[str, int]:
    """A problem as a page."""
    known = {400: "error.too_old", 404: "error.not_found", 409: "error.not_now"}
    words = language.words()
    title = words(known.get(problem.status, "error.refused"))
    told = [problem.seen, problem.accepted, problem.do] if problem.status != 404 else []
    lines = [line for line in told if line]
    hint = words("error.check_address" if problem.status == 404 else "error.go_back")
    page = render_template("error.html", status=problem.status, title=title, hint=hint, lines=lines)
    return page, problem.status
