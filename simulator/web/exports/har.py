"""HTTP Archive 1.2, which browsers and proxies read. Keys are masked, as in the journal."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from werkzeug.http import HTTP_STATUS_CODES

from simulator import __version__
from simulator.web.store import Exchange

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def har(exchanges: Sequence[Exchange]) -> dict[str, Any]:
    """The document, with an entry an exchange, in the order given."""
    creator = {"name": "payme-sandbox", "version": __version__}
    return {
        "log": {"version": "1.2", "creator": creator, "entries": [_entry(e) for e in exchanges]}
    }


def _entry(one: Exchange) -> dict[str, Any]:
    comment = "; ".join([*one.notes, *([one.failure_text] if one.failure_text else [])])
    return {
        "startedDateTime": (_EPOCH + timedelta(milliseconds=one.sent_at)).isoformat(
            timespec="milliseconds"
        ),
        "time": one.took_ms,
        "request": _request(one),
        "response": _response(one),
        "cache": {},
        "timings": {"send": 0, "wait": one.took_ms, "receive": 0},
        "comment": comment,
        "_method": one.method,
        "_payment": one.payment_id,
        "_fault": one.fault,
    }


def _request(one: Exchange) -> dict[str, Any]:
    body = one.request_body
    kind = next((v for n, v in one.request_headers if n.lower() == "content-type"), "")
    made: dict[str, Any] = {
        "method": one.http_method,
        "url": one.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(one.request_headers),
        "queryString": _headers(parse_qsl(urlsplit(one.url).query, keep_blank_values=True)),
        "headersSize": -1,
        "bodySize": len(body),
    }
    if body:
        made["postData"] = {"mimeType": kind, "text": body.decode("utf-8", "replace")}
    return made


def _response(one: Exchange) -> dict[str, Any]:
    kind = next((v for n, v in one.answer_headers if n.lower() == "content-type"), "")
    content: dict[str, Any] = {"size": len(one.answer_body), "mimeType": kind}
    try:
        content["text"] = one.answer_body.decode()
    except UnicodeDecodeError:
        content |= {"text": base64.b64encode(one.answer_body).decode(), "encoding": "base64"}
    return {
        "status": one.status or 0,
        "statusText": HTTP_STATUS_CODES.get(one.status or 0, ""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(one.answer_headers),
        "content": content,
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1 if one.status is None else len(one.answer_body),
    }


def _headers(pairs: Sequence[Any]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]
