"""An answer's envelope: each thing that can be wrong with it, and what comes close to it."""

from __future__ import annotations

import json

import pytest

from simulator.protocol.answer import (
    DEEPEST,
    NO_ID,
    Answer,
    check_http,
    check_id,
    code_is_integer,
    parse_json,
    read_answer,
)
from simulator.protocol.finding import MISSING, Report

NOT_JSON, AROUND = "something that is not JSON", "text around the JSON"


def broken(report: Report) -> list[str]:
    return [finding.rule for finding in report.findings]


def read(body: bytes) -> tuple[str, list[str], str]:
    """What kind of answer it is, the rules it breaks, and what was seen instead."""
    report = Report()
    answer = read_answer(200, body, report)
    return answer.kind, broken(report), report.findings[0].actual if report.findings else ""


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        (b"", "an empty body"),
        (b" \r\n", "an empty body"),
        (b"<html>no</html>", "something that is not JSON"),
        (b"\xef\xbb\xbf" + b'{"result": {}}', "a byte order mark before the JSON"),
        (b'{"result": {}} bye', "text around the JSON"),
        (b'Notice: x\n{"result": {}}', "text around the JSON"),
        (b'{"result": {}}{"result": {}}', "something that is not JSON"),
        (b'{"result": {"state": NaN}}', "something that is not JSON"),
        (b'{"result": {"a": 1, "a": 2}}', 'the member "a" twice in one object'),
        (b'{"result": "\xff"}', "something that is not JSON"),
        (b'{"result": ' + b"9" * 5000 + b"}", "something that is not JSON"),
        (b"[]", "array"),
        (b'"text"', "string"),
        (b"null", "null"),
        (b"true", "boolean"),
    ],
)
def test_what_is_not_one_json_object(body: bytes, seen: str) -> None:
    assert read(body) == ("nothing", ["transport.json-object"], seen)


@pytest.mark.parametrize(
    "body",
    [
        b'{"result": {}}',
        b' \n{"result": {}}\r\n',
        b'{"result": {"a": 1, "b": {"a": 1}}}',
        '{"result": {"name": "Оʻzbekiston"}}'.encode(),
    ],
)
def test_one_json_object_with_blanks_around_it_is_fine(body: bytes) -> None:
    assert read(body) == ("result", [], "")


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_nesting_is_read_to_a_limit_that_no_stack_notices(opening: bytes) -> None:
    closing = b"]" if opening == b"[" else b"}"

    def nested(levels: int) -> bytes:
        return b'{"result": ' + opening * levels + b"1" + closing * levels + b"}"

    assert read(nested(DEEPEST - 2))[0] == "result"
    for levels in (DEEPEST - 1, 990, 100_000):
        assert read(nested(levels)) == (
            "nothing",
            ["transport.json-object"],
            f"JSON nested deeper than {DEEPEST} levels",
        )


def test_numbers_keep_their_type() -> None:
    assert parse_json(b"[1, 1.0, true]") == [1, 1.0, True]
    assert [type(value) for value in [*_list(parse_json(b"[1, 1.0, true]"))]] == [int, float, bool]


def _list(value: object) -> list[object]:
    assert isinstance(value, list)
    return value


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ({}, "neither"),
        ({"id": 1}, "neither"),
        ({"result": None, "error": None}, "neither"),
        ({"result": {"state": 1}, "error": {"code": -31008}}, "both"),
        ({"result": False, "error": {}}, "both"),
    ],
)
def test_result_and_error_exclude_each_other(body: object, seen: str) -> None:
    found = read(json.dumps(body).encode())
    assert found == ("nothing", ["envelope.result-xor-error"], seen)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"result": {"state": 1}, "error": None}, "result"),
        ({"result": None, "error": {"code": -31008}}, "error"),
        ({"result": 0}, "result"),
        ({"error": "no"}, "error"),
    ],
)
def test_a_null_beside_the_other_is_tolerated(body: object, kind: str) -> None:
    assert read(json.dumps(body).encode()) == (kind, [], "")


ABSENT = object()


@pytest.mark.parametrize(
    ("sent", "got", "rules"),
    [
        (7, ABSENT, ["envelope.id-present"]),
        (7, None, ["envelope.id-present"]),
        (7, 8, ["envelope.id-same"]),
        (7, "7 ", ["envelope.id-same"]),
        (7, 7.0, ["envelope.id-same"]),
        (1, True, ["envelope.id-same"]),
        (7, [7], ["envelope.id-same"]),
        (7, "7", ["envelope.id-type"]),
        ("7", 7, ["envelope.id-type"]),
        (7, 7, []),
        ("abc-17", "abc-17", []),
        (0, 0, []),
        (NO_ID, ABSENT, []),
        (NO_ID, 99, []),
        (None, None, []),
        (None, ABSENT, []),
    ],
)
def test_the_id_is_repeated(sent: object, got: object, rules: list[str]) -> None:
    body: dict[str, object] = {"result": {}} | ({} if got is ABSENT else {"id": got})
    report = Report()
    check_id(sent, read_answer(200, json.dumps(body).encode(), report), report)
    assert broken(report) == rules


def test_what_cannot_be_read_has_no_id_to_complain_about() -> None:
    report = Report()
    check_id(7, read_answer(200, b"[1]", report), report)
    assert broken(report) == ["transport.json-object"]


@pytest.mark.parametrize(
    ("status", "content_type", "rules"),
    [
        (200, "application/json", []),
        (200, "text/json; charset=UTF-8", []),
        (200, "", []),
        (200, "text/plain", []),
        (200, "text/HTML; charset=utf-8", ["transport.content-type"]),
        (201, "application/json", ["transport.http-200"]),
        (204, "", ["transport.http-200"]),
        (301, "text/html", ["transport.http-200", "transport.content-type"]),
        (500, "application/json", ["transport.http-200"]),
    ],
)
def test_http_status_and_type(status: int, content_type: str, rules: list[str]) -> None:
    report = Report()
    check_http(status, content_type, report)
    assert broken(report) == rules


@pytest.mark.parametrize(
    ("error", "fine"),
    [
        ({"code": -31008}, True),
        ({"code": "-31008"}, False),
        ({"code": -31008.0}, False),
        ({"code": True}, False),
        ({"code": None}, False),
        ({}, False),
        ("no", False),
        ([-31008], False),
        (True, False),
    ],
)
def test_an_error_has_an_integer_code(error: object, fine: bool) -> None:
    report = Report()
    answer = read_answer(200, json.dumps({"error": error}).encode(), report)
    assert code_is_integer(answer, report) is fine
    assert broken(report) == ([] if fine else ["error.code-integer"])


def test_members_of_what_is_no_object_are_missing() -> None:
    answer = read_answer(200, b'{"result": [1]}', Report())
    assert answer.member("state") is answer.code


def told(report: Report) -> list[tuple[str, str, str, str]]:
    return [(f.rule, f.path, f.expected, f.actual) for f in report.findings]


@pytest.mark.parametrize(
    ("body", "answer", "finding"),
    [
        (b"[1]", Answer("nothing", 201, body=[1]), ("json-object", "one JSON object", "array")),
        (
            b'{"id": 1}',
            Answer("nothing", 201, body={"id": 1}),
            ("result-xor-error", "exactly one of result and error", "neither"),
        ),
        (b'{"result": 5}', Answer("result", 201, result=5, body={"result": 5}), None),
        (b'{"error": 5}', Answer("error", 201, error=5, body={"error": 5}), None),
        (b"}{", Answer("nothing", 201), ("json-object", "one JSON object", NOT_JSON)),
        (b'{"a": 1}}', Answer("nothing", 201), ("json-object", "one JSON object", NOT_JSON)),
        (b'{"a": 1}]', Answer("nothing", 201), ("json-object", "one JSON object", AROUND)),
    ],
)
def test_an_answer_is_read_whole(
    body: bytes, answer: Answer, finding: tuple[str, str, str] | None
) -> None:
    report = Report()
    assert read_answer(201, body, report) == answer
    found = [(rule.partition(".")[2], wanted, seen) for rule, _, wanted, seen in told(report)]
    assert found == ([] if finding is None else [finding])
    assert {path for _, path, _, _ in told(report)} <= {"body"}


def test_members_of_a_result() -> None:
    answer = Answer("result", result={"state": 1, "reason": None})
    assert [answer.member(name) for name in ("state", "reason", "more")] == [1, None, MISSING]
    assert Answer("result", result=[1]).member("state") is MISSING


@pytest.mark.parametrize(
    ("sent", "body", "findings"),
    [
        (7, {}, [("envelope.id-present", "id", "7", "nothing")]),
        (7, {"id": None}, [("envelope.id-present", "id", "7", "null")]),
        (7, {"id": 8}, [("envelope.id-same", "id", "7", "8")]),
        (7, {"id": "7"}, [("envelope.id-type", "id", "7 (integer)", '"7" (string)')]),
    ],
)
def test_what_is_told_of_an_id(
    sent: object, body: dict[str, object], findings: list[tuple[str, str, str, str]]
) -> None:
    report = Report()
    check_id(sent, Answer("result", body=body), report)
    assert told(report) == findings


def test_what_is_told_of_http_and_of_codes() -> None:
    report = Report()
    check_http(500, "text/html", report)
    check_http(200, "", report)
    code_is_integer(Answer("error", error={"code": "5"}), report)
    code_is_integer(Answer("error", error="no"), report)
    assert told(report) == [
        ("transport.http-200", "HTTP status", "200", "500"),
        ("transport.content-type", "Content-Type", "application/json or text/json", "text/html"),
        ("error.code-integer", "error.code", "an integer", '"5"'),
        ("error.code-integer", "error.code", "an integer", '"no"'),
    ]
