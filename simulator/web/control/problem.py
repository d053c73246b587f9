"""What went wrong, as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import json

from flask import Response
from werkzeug.http import HTTP_STATUS_CODES

from simulator.web.problems import Problem

MEDIA_TYPE = "application/problem+json"


def as_response(problem: Problem) -> Response:
    """seen, accepted and do say what was found, what is right, and what to do next."""
    told = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": str(problem),
        "seen": problem.seen,
        "accepted": problem.accepted or None,
        "do": problem.do or None,
        "code": problem.code,
        "member": problem.member or None,
    }
    body = {name: value for name, value in told.items() if value is not None}
    return Response(json.dumps(body, ensure_ascii=False), problem.status, content_type=MEDIA_TYPE)


def of_status(status: int, text: str) -> Problem:
    """An HTTP error of the framework's own."""
    return Problem(status, HTTP_STATUS_CODES.get(status, "error").lower(), text)
