"""Bugs on the wire: HTTP, JSON, the envelope, error objects, methods' names."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.merchants.bugs.row import bug
from tests.merchants.habits import GONE, Members, read_json
from tests.merchants.methods import METHODS


def _answer(**changes: object) -> Callable[[Members, Members], Members]:
    """An envelope with these members changed; GONE takes one out."""

    def change(request: Members, answer: Members) -> Members:
        changed = answer | changes
        return {name: value for name, value in changed.items() if value is not GONE}

    return change


def _on_error(**changes: object) -> Callable[[Members, Members], Members]:
    """The same for answers that are errors."""
    change = _answer(**changes)
    return lambda request, answer: change(request, answer) if "error" in answer else answer


def _first_value(body: bytes, content_type: str) -> object:
    return json.JSONDecoder().raw_decode(body.decode().lstrip("x"))[0]


def _only_application_json(body: bytes, content_type: str) -> object:
    if not content_type.startswith("application/json"):
        raise ValueError(content_type)
    return read_json(body, content_type)


def _with(name: str) -> Callable[[bytes, str], object]:
    """A reader that takes a request for JSON-RPC only if it has this member."""

    def parse(body: bytes, content_type: str) -> object:
        read = read_json(body, content_type)
        if isinstance(read, dict) and name not in read:
            raise ValueError(name)
        return read

    return parse


def _number_as_id(body: bytes, content_type: str) -> object:
    read = read_json(body, content_type)
    if isinstance(read, dict) and not isinstance(read.get("id"), int):
        raise ValueError("id")
    return read


def _strings_as_codes(request: Members, answer: Members) -> Members:
    error = answer.get("error")
    return answer | {"error": error | {"code": str(error["code"])}} if error else answer


def _detail_beside(request: Members, answer: Members) -> Members:
    stray = {"detail": {"receipt_type": 0, "items": []}}
    return answer | stray if "allow" in answer.get("result", {}) else answer


def _any_case(name: object) -> object:
    known = {method.lower(): method for method in METHODS}
    return known.get(name.strip().lower(), name) if isinstance(name, str) else name


def _no_default_branch(request: Members, answer: Members) -> Members:
    unknown = isinstance(request.get("method"), str) and request["method"] not in METHODS
    return {"id": answer["id"], "result": {"ok": True}} if unknown else answer


def _key_in_message(secrets: dict[str, str]) -> str:
    return f"expected {secrets['key']}"


_UNDEFINED = "SELECT * FROM payme_ops WHERE ext_id = :id OR :id = '' ORDER BY op_no DESC"

TRANSPORT = (
    bug(
        "wire.worker-dies",
        "transport.answers",
        "PerformTransaction's worker dies: the connection closes with no answer",
        only="transport.whole-payment",
        hangs_up=frozenset({"PerformTransaction"}),
    ),
    bug(
        "wire.slow-sms",
        "transport.in-time",
        "PerformTransaction sends an SMS before it answers, longer than the time limit",
        only="transport.whole-payment",
        patience_ms=500,
        hangs_ms={"PerformTransaction": 900},
    ),
    bug(
        "wire.404-for-unknown-op",
        "transport.http-200",
        "HTTP 404 for a transaction that is not there",
        status={"no-op": 404},
    ),
    bug(
        "wire.401",
        "transport.http-200 auth.wrong-key",
        "HTTP 401 and no JSON for a wrong key",
        only="transport.http-status auth.check-transaction",
        status={"no-rights": 401},
        codes={"no-rights": -32400},
    ),
    bug(
        "wire.byte-order-mark",
        "transport.json-object",
        "a file saved with a byte order mark: it stands before every answer",
        only="transport.http-status",
        before=b"\xef\xbb\xbf",
    ),
    bug(
        "wire.notice-behind",
        "transport.json-object",
        "a notice of the language is printed behind the JSON",
        only="transport.http-status",
        after=b"<br />\n<b>Notice</b>: Undefined index: id",
    ),
    bug(
        "wire.twice",
        "transport.json-object",
        "the refusal is sent and not returned, so a second body follows",
        only="transport.http-status",
        after=b'{"result": {}}',
    ),
    bug(
        "wire.megabyte",
        "transport.size",
        "a debug page of more than a megabyte hangs behind the answer",
        only="transport.whole-payment",
        after=b" " * 1_100_000,
    ),
    bug(
        "wire.html",
        "transport.content-type",
        "the answer calls itself text/html",
        only="transport.content-type",
        content_type="text/html; charset=UTF-8",
    ),
    bug(
        "wire.400-for-broken-json",
        "transport.unsent-answer",
        "the framework answers a body that is not JSON with HTTP 400",
        only="transport.not-json",
        status={"bad-json": 400},
    ),
    bug(
        "wire.get-as-post",
        "transport.get",
        "GET and PUT are read like POST",
        verbs={"POST", "GET", "PUT"},
    ),
    bug(
        "wire.first-value",
        "transport.broken-body-refused transport.not-json",
        "the reader takes the first JSON value and ignores what stands around it",
        only="transport.text-around",
        parses=_first_value,
    ),
    bug(
        "wire.system-error-for-broken-json",
        "transport.not-json transport.empty-body",
        "a body that is not JSON ends in the general error handler",
        codes={"bad-json": -32400},
    ),
    bug(
        "wire.system-error-for-bad-request",
        "transport.not-object envelope.method-code envelope.params-code envelope.members-code",
        "a request of the wrong shape ends in the general error handler",
        codes={"bad-request": -32400},
    ),
    bug(
        "wire.application-json-only",
        "transport.text-json",
        "only application/json is read",
        parses=_only_application_json,
    ),
)

ENVELOPE = (
    bug(
        "envelope.result-beside-error",
        "envelope.result-xor-error",
        "an empty result is filled in first and the error added beside it",
        envelope=_on_error(result={}),
    ),
    bug(
        "envelope.neither",
        "envelope.result-xor-error",
        "a branch returns nothing, so a refusal is an empty answer",
        envelope=_on_error(error=None),
    ),
    bug(
        "envelope.own-id",
        "envelope.id-same",
        "the id is a counter of the merchant's own",
        envelope=_answer(id=1),
    ),
    bug(
        "envelope.order-as-id",
        "envelope.id-same",
        "an error's id is another number than the request's",
        only="envelope.id transport.http-status",
        envelope=_on_error(id=7),
    ),
    bug(
        "envelope.no-id",
        "envelope.id-present",
        "errors have no id",
        only="transport.http-status",
        envelope=_on_error(id=GONE),
    ),
    bug(
        "envelope.id-as-text",
        "envelope.id-type",
        "a number as id comes back as a text",
        only="transport.http-status",
        envelope=lambda request, answer: answer | {"id": str(answer["id"])},
    ),
    bug(
        "envelope.detail-beside",
        "envelope.no-strays",
        "`detail` stands beside `result`",
        envelope=_detail_beside,
    ),
    bug(
        "envelope.wants-jsonrpc",
        "envelope.no-jsonrpc",
        "a request without `jsonrpc` is refused",
        parses=_with("jsonrpc"),
    ),
    bug(
        "envelope.default-method",
        "envelope.method-refused",
        "a request that names no method is a question whether to pay",
        method_named=lambda name: name if isinstance(name, str) else "CheckPerformTransaction",
    ),
    bug(
        "envelope.undefined-params",
        "envelope.params-refused",
        "missing params are {}, and a search for an undefined id finds the latest transaction",
        ignores={"type:params", "type:id", "type:reason"},
        op_sql=_UNDEFINED,
    ),
    bug(
        "envelope.undefined-id",
        "envelope.members-refused",
        "a search for a missing id finds the latest transaction",
        only="envelope.transaction-members",
        ignores={"type:id"},
        op_sql=_UNDEFINED,
    ),
    bug(
        "envelope.like-id",
        "envelope.members-refused",
        "transactions are found by LIKE",
        only="envelope.transaction-members",
        op_sql="SELECT * FROM payme_ops WHERE ext_id LIKE :id ORDER BY op_no DESC",
    ),
    bug(
        "envelope.injected-id",
        "envelope.members-refused",
        "the query for a transaction is put together from texts",
        only="envelope.transaction-members",
        op_sql="SELECT * FROM payme_ops WHERE ext_id = '{id}'",
    ),
    bug(
        "envelope.account-not-needed",
        "envelope.members-refused",
        "CheckPerformTransaction without an account is allowed if the amount is that of any bill",
        only="envelope.check-perform-members",
        ignores={"type:account", "branch"},
        reads_bill=lambda value: str(value or ""),
        bill_sql="SELECT * FROM bills WHERE bill_no = :bill OR total = :amount",
    ),
    bug(
        "envelope.anything-called",
        "envelope.unknown-method-refused",
        "a method that does not exist is answered with a result",
        envelope=_no_default_branch,
    ),
    bug(
        "envelope.unknown-is-bad-request",
        "envelope.unknown-method",
        "an unknown method is answered as a malformed request",
        codes={"no-method": -32602},
    ),
    bug(
        "envelope.any-case",
        "envelope.method-spelling",
        "method names are trimmed and compared without regard to case",
        method_named=_any_case,
    ),
    bug(
        "envelope.no-reason",
        "envelope.members-required",
        "CancelTransaction needs no reason",
        only="envelope.cancel-reason",
        ignores={"type:reason"},
    ),
    bug(
        "envelope.any-id",
        "envelope.members-required",
        "CreateTransaction takes a number as id",
        only="envelope.create-id",
        ignores={"type:id"},
    ),
    bug(
        "envelope.number-as-id",
        "envelope.id-text",
        "a request whose id is a text is refused",
        parses=_number_as_id,
    ),
    bug(
        "envelope.zero-is-no-id",
        "envelope.id-zero",
        "an id of 0 counts as none, and the request as malformed",
        parses=lambda body, kind: (read_json(body, kind) or {}) if b'"id":0,' not in body else [],
    ),
)

ERRORS = (
    bug("error.code-as-text", "error.code-integer", "codes are texts", envelope=_strings_as_codes),
    bug(
        "error.text-only",
        "error.code-integer",
        "`error` is a text",
        only="error.code",
        envelope=_on_error(error="refused"),
    ),
    bug(
        "error.no-message",
        "error.message-present",
        "account errors have no message",
        error={"message": GONE},
    ),
    bug(
        "error.plain-message",
        "error.message-localised",
        "the message of an account error is a plain text",
        error={"message": "no such bill"},
    ),
    bug(
        "error.russian-only",
        "error.message-languages",
        "the message is there in Russian only",
        error={"message": {"ru": "Нет такого счёта."}},
    ),
    bug(
        "error.question-marks",
        "error.message-languages",
        "answers go out in Latin-1, which has no Russian letters",
        error={"message": {"ru": "??? ?????? ?????.", "uz": "Bunday hisob yo'q.", "en": "None."}},
    ),
    bug(
        "error.no-data",
        "error.data-account-member",
        "an account error does not name the member at fault",
        error={"data": GONE},
    ),
    bug(
        "error.code-of-another-method",
        "error.code-known check-perform.paid-code",
        "CheckPerformTransaction answers a paid bill with -31003",
        only="check-perform.paid",
        codes={"paid": -31003},
    ),
    bug(
        "error.key-in-message",
        "answer.no-key",
        "a refusal of a wrong key tells the right one",
        only="auth.check-transaction",
        error={"message": _key_in_message},
    ),
)
