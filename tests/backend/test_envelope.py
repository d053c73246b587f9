"""What is not a well-formed call is refused with the right code, HTTP 200 and the call's own id."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backend.envelope import DEEPEST, parse
from backend.errors import Refusal
from tests.backend.merchant import Merchant, envelope

STATEMENT = {"from": 0, "to": 1}

NOT_JSON = {
    "empty": b"",
    "text": b"hello",
    "unfinished": b'{"method": "GetStatement"',
    "byte order mark": b"\xef\xbb\xbf" + json.dumps(envelope("GetStatement", STATEMENT)).encode(),
    "text after": json.dumps(envelope("GetStatement", STATEMENT)).encode() + b" ok",
    "UTF-16": json.dumps(envelope("GetStatement", STATEMENT)).encode("utf-16"),
    "not UTF-8": b'{"method": "\xff"}',
    "NaN": b'{"id": NaN}',
    "Infinity": b'{"id": Infinity}',
    "beyond a float": b'{"id": 1e999}',
    "5000 digits": b'{"id": ' + b"9" * 5000 + b"}",
    "endless nesting": b"[" * 100_000,
    "too long": b'{"id": "' + b"x" * 2_000_000 + b'"}',
}

BAD_REQUESTS: dict[str, Any] = {
    "array": [],
    "batch": [envelope("GetStatement", STATEMENT)],
    "number": 1,
    "null": None,
    "nothing": {},
    "no method": {"id": 1, "params": {}},
    "method a number": envelope(1, {}),
    "method null": envelope(None, {}),
    "no params": {"id": 1, "method": "CheckTransaction"},
    "params null": envelope("CheckTransaction", None),
    "params an array": envelope("CheckTransaction", ["a"]),
    "params a text": envelope("CheckTransaction", "a"),
    "deep": envelope("GetStatement", STATEMENT | {"a": json.loads("[" * 100 + "]" * 100)}),
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
def test_not_json(merchant: Merchant, body: bytes) -> None:
    answer = merchant.raw(body)
    assert (answer["id"], answer["error"]["code"]) == (None, -32700)


@pytest.mark.parametrize("document", BAD_REQUESTS.values(), ids=BAD_REQUESTS)
def test_not_a_call(merchant: Merchant, document: object) -> None:
    answer = merchant.post(document)
    assert answer["error"]["code"] == -32600
    assert "result" not in answer


@pytest.mark.parametrize("id", [0, 40311, -1, 2**70, "abc-17", "", "\ud800", 1.5, True, None, {}])
def test_the_id_comes_back_as_it_was(merchant: Merchant, id: object) -> None:
    body = json.dumps(envelope("GetStatement", STATEMENT, id=id)).encode()
    for answer in (merchant.raw(body), merchant.raw(body, Authorization="")):
        assert json.dumps(answer["id"]) == json.dumps(id)


def test_a_call_without_id_gets_null(merchant: Merchant) -> None:
    answer = merchant.post({"method": "GetStatement", "params": STATEMENT})
    assert answer["id"] is None
    assert answer["result"] == {"transactions": []}


@pytest.mark.parametrize("version", [None, "1.0", 2])
def test_jsonrpc_may_be_anything_or_absent(merchant: Merchant, version: object) -> None:
    call = {"id": 1, "method": "GetStatement", "params": STATEMENT}
    assert "result" in merchant.post(call if version is None else call | {"jsonrpc": version})


@pytest.mark.parametrize("name", ["ChangePassword", "checktransaction", "", "__class__", "a\nb"])
def test_an_unknown_method_is_named(merchant: Merchant, name: str) -> None:
    error = merchant.post(envelope(name, {}))["error"]
    assert (error["code"], error["data"]) == (-32601, name)


@pytest.mark.parametrize("kind", ["text/json; charset=UTF-8", "application/json", "text/plain"])
def test_any_content_type_is_read(merchant: Merchant, kind: str) -> None:
    body = json.dumps(envelope("GetStatement", STATEMENT)).encode()
    assert "result" in merchant.raw(body, **{"Content-Type": kind})


@pytest.mark.parametrize("verb", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
@pytest.mark.parametrize("path", ["/payme", "/payme/"])
def test_other_verbs_are_refused_in_json(merchant: Merchant, verb: str, path: str) -> None:
    answer = merchant.client.open(path, method=verb)
    assert answer.status_code == 200
    assert answer.get_json()["error"]["code"] == -32300


def test_a_slash_at_the_end_is_no_redirect(merchant: Merchant) -> None:
    answer = merchant.client.post("/payme/", json=envelope("GetStatement", STATEMENT))
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (200, -32504)


def test_answers_are_json_with_one_of_result_and_error(merchant: Merchant) -> None:
    answer = merchant.client.post("/payme", json=envelope("GetStatement", STATEMENT))
    assert answer.content_type == "application/json; charset=utf-8"
    assert set(answer.get_json()) == {"jsonrpc", "id", "error"}
    assert set(merchant.post(envelope("GetStatement", STATEMENT))) == {"jsonrpc", "id", "result"}


@pytest.mark.parametrize(("begin", "end"), [("[", "]"), ('{"a":', "}")])
def test_nesting_has_one_limit_whatever_is_nested(begin: str, end: str) -> None:
    def nested(levels: int) -> bytes:
        inner = begin * (levels - 1) + "1" + end * (levels - 1)
        return f'{{"params": {inner}, "wide": [[], [], [[]]]}}'.encode()

    assert not isinstance(parse(nested(DEEPEST)), Refusal)
    assert isinstance(parse(nested(DEEPEST + 1)), Refusal)


def test_a_wide_body_is_not_a_deep_one() -> None:
    assert not isinstance(parse(json.dumps({"params": [[1], {}] * DEEPEST}).encode()), Refusal)
