"""Bugs in the JSON-RPC envelope and in the error object."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from backend import params, transactions, webhook
from backend.bugs.row import bug
from backend.bugs.seams import around, both
from backend.bugs.ways import GONE
from backend.bugs.wire import (
    Members,
    enveloped,
    error,
    reading,
    taking,
)
from backend.envelope import Request
from backend.errors import Refusal, bad_request
from backend.methods import METHODS
from backend.methods.base import Method
from backend.models import Transaction


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int) else value


def _by_default(request: Request) -> Request:
    named = isinstance(request.method, str)
    return request if named else replace(request, method="CheckPerformTransaction")


def _no_params(request: Request) -> Request:
    return request if isinstance(request.params, dict) else replace(request, params={})


def _latest(inner: Callable[..., Any], session: Any, payme_id: str) -> Transaction | None:
    if payme_id:
        found: Transaction | None = inner(session, payme_id)
        return found
    latest: Transaction | None = session.scalar(
        select(Transaction).order_by(Transaction.id.desc()).limit(1)
    )
    return latest


def _any_id(inner: Callable[[Members], str], given: Members) -> str:
    value = given.get("id")
    return str(value) if value else ""


def _any_result(inner: Callable[[str], Method[Any]], name: str) -> Method[Any]:
    if name in METHODS:
        return inner(name)
    return Method(lambda given: given, lambda given: name, lambda call, given: {}, writes=False)


def _bad_method(inner: Callable[[str], Method[Any]], name: str) -> Method[Any]:
    try:
        return inner(name)
    except Refusal:
        raise bad_request("There is no such method.") from None


def _loose_method(inner: Callable[[str], Method[Any]], name: str) -> Method[Any]:
    known = {method.lower(): method for method in METHODS}
    return inner(known.get(name.strip().lower(), name))


def _without_jsonrpc(body: bytes) -> bytes:
    return body if b'"jsonrpc"' in body or not body.startswith(b"{") else b"[]"


def _number_as_id(read: Request) -> Request | Refusal:
    return read if isinstance(read.id, int) else bad_request("id must be a number.")


def _id_by_truth(read: Request) -> Request | Refusal:
    return read if read.id else bad_request("id is missing.")


def _both_members(answer: Members) -> Members:
    return answer | {"result": {}} if "error" in answer else answer


def _neither(answer: Members) -> Members:
    return {"jsonrpc": "2.0", "id": answer["id"]} if "error" in answer else answer


def _detail_beside(answer: Members) -> Members:
    stray = {"detail": {"receipt_type": 0, "items": []}}
    return answer | stray if "allow" in answer.get("result", {}) else answer


def _code_as_text(answer: Members) -> Members:
    told = answer.get("error")
    return answer | {"error": told | {"code": str(told["code"])}} if told else answer


def _result_as_text(answer: Members) -> Members:
    result = answer.get("result")
    return answer | {"result": json.dumps(result)} if result is not None else answer


def _no_error_id(answer: Members) -> Members:
    return answer | {"id": GONE} if "error" in answer else answer


BUGS = (
    bug(
        "envelope.result-beside-error",
        "an empty result is filled in first, and the error added beside it",
        "envelope.result-xor-error",
        enveloped(_both_members),
    ),
    bug(
        "envelope.neither",
        "a branch returns nothing, so a refusal is an empty answer",
        "envelope.result-xor-error",
        enveloped(_neither),
    ),
    bug(
        "envelope.own-id",
        "the id is a counter of the merchant's own",
        "envelope.id-same",
        enveloped(lambda answer: answer | {"id": 1}),
    ),
    bug(
        "envelope.no-id-in-errors",
        "errors have no id",
        "envelope.id-present",
        enveloped(_no_error_id),
        level="should",
    ),
    bug(
        "envelope.id-as-text",
        "a number as id comes back as a text",
        "envelope.id-type",
        enveloped(lambda answer: answer | {"id": _as_text(answer["id"])}),
        level="should",
    ),
    bug(
        "envelope.detail-beside-result",
        "detail stands beside result instead of inside",
        "envelope.no-strays",
        enveloped(_detail_beside),
        level="should",
    ),
    bug(
        "envelope.wants-jsonrpc",
        "a request without the member jsonrpc is malformed",
        "envelope.no-jsonrpc",
        reading(_without_jsonrpc),
        level="should",
    ),
    bug(
        "envelope.number-as-id",
        "a request whose id is a text is malformed",
        "envelope.id-text",
        taking(_number_as_id),
        level="should",
    ),
    bug(
        "envelope.zero-is-no-id",
        "an id of 0 counts as missing: if (!id)",
        "envelope.id-zero",
        taking(_id_by_truth),
        level="should",
    ),
    bug(
        "envelope.default-method",
        "a request that names no method is taken for a question whether to pay",
        "envelope.method-refused",
        taking(_by_default),
    ),
    bug(
        "envelope.params-not-needed",
        "missing params are {}, and a search for an undefined id finds the latest transaction",
        "envelope.params-refused envelope.members-refused",
        both(
            taking(_no_params),
            around(params.transaction_id, _any_id),
            around(transactions.seek, _latest),
        ),
    ),
    bug(
        "envelope.id-by-truth",
        "a search for an empty or null id finds the latest transaction",
        "envelope.members-refused",
        both(around(params.transaction_id, _any_id), around(transactions.seek, _latest)),
    ),
    bug(
        "envelope.any-id",
        "CreateTransaction takes a number as id",
        "envelope.members-required",
        around(params.transaction_id, _any_id),
        level="should",
    ),
    bug(
        "envelope.anything-called",
        "a method that does not exist is answered with an empty result",
        "envelope.unknown-method-refused",
        around(webhook._method, _any_result),
    ),
    bug(
        "envelope.unknown-is-bad-request",
        "an unknown method is answered as a malformed request (-32600)",
        "envelope.unknown-method",
        around(webhook._method, _bad_method),
        level="should",
    ),
    bug(
        "envelope.any-case",
        "method names are trimmed and compared without regard to case",
        "envelope.method-spelling",
        around(webhook._method, _loose_method),
        level="should",
    ),
    bug(
        "envelope.code-as-text",
        "codes are texts",
        "error.code-integer",
        enveloped(_code_as_text),
    ),
    bug(
        "envelope.encoded-twice",
        "the result is encoded twice and arrives as a text",
        "types.result-object",
        enveloped(_result_as_text),
    ),
    bug(
        "envelope.no-message",
        "account errors have no message",
        "error.message-present",
        error(message=GONE),
    ),
    bug(
        "envelope.plain-message",
        "the message of an account error is a plain text",
        "error.message-localised",
        error(message="There is no such order."),
        level="should",
    ),
    bug(
        "envelope.russian-only",
        "the message is there in Russian only",
        "error.message-languages",
        error(message=lambda told: {"ru": told["ru"]}),
        level="should",
    ),
    bug(
        "envelope.no-data",
        "an account error does not name the member at fault",
        "error.data-account-member",
        error(data=GONE),
        level="should",
    ),
)
