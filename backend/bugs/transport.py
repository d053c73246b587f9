"""Bugs on the wire: HTTP, content types, bodies."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from itertools import count

from flask import request
from werkzeug.wrappers import Request as HttpRequest
from werkzeug.wrappers import Response

from backend import app, envelope
from backend.bugs.row import bug
from backend.bugs.seams import around, both
from backend.bugs.ways import Decide
from backend.bugs.wire import (
    Members,
    code_of,
    enveloped,
    framed,
    reading,
    reply,
    status,
)
from backend.envelope import Request
from backend.errors import Code, Refusal
from backend.methods import perform
from backend.methods.base import Call, Result
from backend.webhook import Webhook

SLOW_S = 12.0
"""Longer than the ten seconds that a run gives a call by default."""
SLOW_EACH = 100
"""One payment in so many is slow: were all of them, a whole run would take a quarter of an hour."""

_performed = count()

_NOTICE = b"<br />\n<b>Notice</b>:  Undefined index: amount in <b>payme.php</b> on line 31<br />\n"


def _halved(made: Response, answer: Members) -> Response:
    """PerformTransaction's worker dies while it is sending."""
    if "perform_time" not in answer.get("result", {}) or "reason" in answer["result"]:
        return made
    whole = made.get_data()

    def body() -> Iterator[bytes]:
        yield whole[: len(whole) // 2]
        raise ConnectionAbortedError("the worker died")

    return Response(body(), 200, {"Content-Length": str(len(whole))}, "application/json")


def _slow(inner: Decide, call: Call, payme_id: str) -> Result:
    answered = inner(call, payme_id)
    if next(_performed) % SLOW_EACH == 0:
        time.sleep(SLOW_S)
    return answered


def _afresh() -> None:
    global _performed
    _performed = count()


def _html(made: Response, answer: Members) -> Response:
    made.headers["Content-Type"] = "text/html; charset=UTF-8"
    return made


def _page_of_error(made: Response, answer: Members) -> Response:
    if code_of(answer) != Code.NO_ACCESS:
        return made
    return Response("<h1>401 Unauthorized</h1>", 401, content_type="text/html")


def _first_value(body: bytes) -> bytes:
    text = body.decode("utf-8", "replace")
    begin = text.find("{")
    try:
        value, _ = json.JSONDecoder().raw_decode(text, begin)
    except ValueError:
        return body
    return json.dumps(value).encode() if begin >= 0 else body


def _first_read(inner: Callable[..., bytes], request: HttpRequest) -> bytes:
    if request.path != app.WEBHOOK:
        return inner(request)
    whole: bytes = request.environ["wsgi.input"].read1(app.LONGEST_BODY)
    return whole


def _what_came(inner: Callable[..., bytes], request: HttpRequest) -> bytes:
    """As much of the body as there is, also if the caller hung up meanwhile."""
    came: bytes = request.environ["wsgi.input"].read(request.content_length or 0)
    return came


def _mended(body: bytes) -> bytes:
    """JSON that breaks off is closed where it ends."""
    for closed in (body + b"}" * braces for braces in range(4)):
        try:
            json.loads(closed)
        except ValueError:
            continue
        return closed
    return body


def _only_application_json(inner: Callable[..., bytes], request: HttpRequest) -> bytes:
    return inner(request) if request.mimetype == "application/json" else b"{}"


def _any_verb(inner: Callable[[Webhook], bytes], self: Webhook) -> bytes:
    answered = self.answer(request.headers.get("Authorization"), request.get_data())
    return answered if isinstance(answered, bytes) else b"".join(answered[1])


def _bad_json_raises(inner: Callable[[bytes], Request | Refusal], body: bytes) -> Request | Refusal:
    read = inner(body)
    if isinstance(read, Refusal) and read.code == Code.NOT_JSON:
        return Refusal(Code.SYSTEM, "System error.")
    return read


def _bad_request_raises(answer: Members) -> Members:
    return answer | {"error": {"code": -32400}} if code_of(answer) == -32600 else answer


BUGS = (
    bug(
        "transport.cut-off",
        "the worker dies while it sends PerformTransaction's answer",
        "transport.answers",
        reply(_halved),
    ),
    bug(
        "transport.slow",
        "PerformTransaction sends an SMS first, and now and then that takes twelve seconds",
        "transport.in-time",
        both(_afresh, around(perform._decide, _slow)),
        needs="time",
    ),
    bug(
        "transport.status-of-error",
        "errors have HTTP status 400",
        "transport.http-200",
        status(lambda answer: 400 if "error" in answer else 200),
    ),
    bug(
        "transport.401",
        "a wrong key gets HTTP 401 and a page",
        "transport.http-200 auth.wrong-key transport.json-object",
        reply(_page_of_error),
    ),
    bug(
        "transport.404",
        "an unknown transaction or order gets HTTP 404",
        "transport.http-200",
        status(lambda answer: 404 if code_of(answer) in (-31003, -31050) else 200),
    ),
    bug(
        "transport.byte-order-mark",
        "a file saved with a byte order mark: it stands before every answer",
        "transport.json-object",
        framed(b"\xef\xbb\xbf", b""),
    ),
    bug(
        "transport.notice",
        "a notice of PHP is printed before the JSON",
        "transport.json-object",
        framed(_NOTICE, b""),
    ),
    bug(
        "transport.two-bodies",
        "a refusal is sent and not returned, so a second body follows",
        "transport.json-object",
        framed(b"", b'{"result": {}}'),
    ),
    bug(
        "transport.megabyte",
        "a debug page of more than a megabyte hangs behind the answer",
        "transport.size",
        framed(b"", b" " * 1_100_000),
    ),
    bug(
        "transport.html",
        "the answer calls itself text/html",
        "transport.content-type",
        reply(_html),
        level="should",
    ),
    bug(
        "transport.get-as-post",
        "GET and PUT are read like POST",
        "transport.get",
        around(Webhook.refuse_verb, _any_verb),
        level="should",
    ),
    bug(
        "transport.first-value",
        "the first JSON value of a body counts, whatever stands around it",
        "transport.broken-body-refused",
        reading(_first_value),
    ),
    bug(
        "transport.first-read",
        "the body is what the first read of the connection gives",
        "fault.slow-request",
        around(app._body, _first_read),
    ),
    bug(
        "transport.mended-json",
        "JSON that breaks off is closed where it ends, and carried out",
        "fault.half-body",
        both(around(app._body, _what_came), reading(_mended)),
    ),
    bug(
        "transport.bad-json-raises",
        "a body that is not JSON ends in the general error handler",
        "transport.not-json transport.empty-body",
        around(envelope.parse, _bad_json_raises),
        level="should",
    ),
    bug(
        "transport.bad-request-raises",
        "a request of the wrong shape ends in the general error handler",
        "transport.not-object envelope.method-code envelope.params-code envelope.members-code",
        enveloped(_bad_request_raises),
        level="should",
    ),
    bug(
        "transport.application-json-only",
        "a body is only read if it calls itself application/json",
        "transport.text-json",
        around(app._body, _only_application_json),
        level="should",
    ),
)
