"""The error object: each rule broken once, and the nearest thing that is right."""

from __future__ import annotations

import json

import pytest

from simulator.protocol.answer import read_answer
from simulator.protocol.errors import check_error, is_localised
from simulator.protocol.finding import Report
from simulator.protocol.vocabulary import Method

MEMBERS = {"order_id", "phone"}
GOOD = {"code": -31050, "message": {"ru": "Нет", "uz": "Yoʻq", "en": "No"}, "data": "order_id"}


def broken(error: object, method: Method | None = Method.CREATE) -> list[str]:
    report = Report()
    answer = read_answer(200, json.dumps({"error": error}).encode(), report)
    check_error(method, answer, MEMBERS, report)
    return [finding.rule for finding in report.findings]


def test_a_documented_account_error_is_fine() -> None:
    assert broken(GOOD) == []
    assert broken({**GOOD, "data": "phone", "more": 1}) == []


@pytest.mark.parametrize("message", [None, "", {}])
def test_an_account_error_without_a_message(message: object) -> None:
    assert broken({**GOOD, "message": message}) == ["error.message-present"]
    assert broken({"code": -31099, "data": "phone"}) == ["error.message-present"]


@pytest.mark.parametrize("message", ["Нет такого заказа", 5, ["ru"], True])
def test_a_message_in_one_language_only(message: object) -> None:
    assert broken({**GOOD, "message": message}) == ["error.message-localised"]


@pytest.mark.parametrize(
    "message",
    [
        {"ru": "Нет", "uz": "Yoʻq"},
        {"ru": "Нет", "uz": "Yoʻq", "en": ""},
        {"ru": "Нет", "uz": " ", "en": "No"},
        {"ru": "Нет", "uz": None, "en": "No"},
        {"ru": "??? ?????? ?????.", "uz": "Yoʻq", "en": "No"},
        {"RU": "Нет", "UZ": "Yoʻq", "EN": "No"},
    ],
)
def test_a_language_that_is_not_there(message: object) -> None:
    assert broken({**GOOD, "message": message}) == ["error.message-languages"]
    assert not is_localised(message)


@pytest.mark.parametrize("data", [None, "", "amount", "Order_id", 5, ["order_id"], {"a": 1}])
def test_data_that_names_no_member_of_the_account(data: object) -> None:
    assert broken({**GOOD, "data": data}) == ["error.data-account-member"]


def test_an_account_error_with_no_data_at_all() -> None:
    report = Report()
    error = {name: value for name, value in GOOD.items() if name != "data"}
    answer = read_answer(200, json.dumps({"error": error}).encode(), report)
    check_error(Method.CREATE, answer, MEMBERS, report)
    (finding,) = report.findings
    assert (finding.expected, finding.actual) == ('"order_id" or "phone"', "nothing")


def test_outside_the_account_range_neither_message_nor_data_are_asked_for() -> None:
    assert broken({"code": -31008}) == []
    assert broken({"code": -31049}) == ["error.code-known"]
    assert broken({"code": -31100}) == ["error.code-known"]


@pytest.mark.parametrize(
    ("method", "code", "known"),
    [
        (Method.CHECK_PERFORM, -31001, True),
        (Method.CHECK_PERFORM, -31003, False),
        (Method.CREATE, -31008, True),
        (Method.CREATE, -31003, False),
        (Method.CREATE, -31007, False),
        (Method.PERFORM, -31003, True),
        (Method.PERFORM, -31001, False),
        (Method.CANCEL, -31007, True),
        (Method.CANCEL, -31050, False),
        (Method.CHECK, -31003, True),
        (Method.CHECK, -31008, False),
        (Method.STATEMENT, -31003, False),
        (Method.STATEMENT, -32600, True),
        (Method.FISCAL, -32001, True),
        (Method.FISCAL, -31001, False),
        (Method.CREATE, -32400, True),
        (Method.CREATE, -32504, True),
        (Method.CREATE, -32001, False),
        (Method.CREATE, 0, False),
        (None, 0, True),
    ],
)
def test_codes_that_a_method_may_answer(method: Method | None, code: int, known: bool) -> None:
    rules = broken({**GOOD, "code": code}, method)
    assert ("error.code-known" not in rules) is known


def test_an_error_whose_code_is_no_integer_is_judged_no_further() -> None:
    assert broken({"code": "-31050"}) == ["error.code-integer"]
    assert broken("no") == ["error.code-integer"]


@pytest.mark.parametrize(
    ("error", "findings"),
    [
        ({"code": -31003}, [("error.code", "a code that is documented for this method", "-31003")]),
        (
            {"code": -31050, "data": 5},
            [
                ("error.message", "a message", "nothing"),
                ("error.data", '"order_id" or "phone"', "5"),
            ],
        ),
        ({**GOOD, "message": "no"}, [("error.message", "an object with ru, uz and en", '"no"')]),
        (
            {**GOOD, "message": {"ru": "x"}},
            [("error.message", "a text for each of ru, uz and en", '{"ru": "x"}')],
        ),
    ],
)
def test_what_is_told_of_an_error(
    error: dict[str, object], findings: list[tuple[str, str, str]]
) -> None:
    report = Report()
    answer = read_answer(200, json.dumps({"error": error}).encode(), report)
    check_error(Method.CREATE, answer, MEMBERS, report)
    assert [(f.path, f.expected, f.actual) for f in report.findings] == findings
