"""One answer held against what a step expects of it."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.conformance.expectations import compare_results, describe, judge_answer
from simulator.conformance.format import Expect
from simulator.conformance.matchers import Matching, Mismatch
from simulator.protocol.answer import Answer
from tests.simulator.conformance.world import scope

CREATED = Answer("result", 200, result={"state": 1, "transaction": "771"})
REFUSED = Answer("error", 200, error={"code": -31008, "message": {"ru": "а"}, "data": None})
ACCOUNT = Answer("error", 200, error={"code": -31055, "message": "x", "data": "order_id"})
PAGE = Answer("nothing", 500)
SILENCE = Answer("nothing")
SILENT_CREATE = Answer("result", 200, result={})
SHORT = Answer("error", 200, error={"code": -31008})
ALL = {"created": CREATED, "refused": REFUSED, "account": ACCOUNT, "page": PAGE, "none": SILENCE}


def judged(expect: dict[str, Any], answer: Answer) -> tuple[list[str], bool]:
    """Paths of what differs, and whether it is of the wrong kind altogether."""
    known = scope(arguments={"code": -31008})
    verdict = judge_answer(Expect.model_validate(expect), answer, known, Matching(), ())
    return [miss.path for miss in verdict.mismatches], verdict.wrong_kind


@pytest.mark.parametrize(
    ("expect", "fits"),
    [
        ({"result": "any"}, {"created"}),
        ({"result": {"state": 1}}, {"created"}),
        ({"result": {"state": "$create.result.state"}}, {"created"}),
        ({"result": {"$absent": True}}, {"refused", "account", "page", "none"}),
        ({"error": "any"}, {"refused", "account", "page", "none"}),
        ({"error": -31008}, {"refused"}),
        ({"error": "account"}, {"account"}),
        ({"error": [-31008, "account"]}, {"refused", "account"}),
        ({"error": {"code": -31008}}, {"refused"}),
        ({"error": {"code": "account", "data": "order_id"}}, {"account"}),
        ({"error": {"code": [-31008, "account"]}}, {"refused", "account"}),
        ({"error": {"code": "any", "message": {"$type": "object"}}}, {"refused"}),
        ({"error": {"message": "x"}}, {"account"}),
        ({"error": {"code": {"$not": -31008}}}, {"account"}),
        ({"error": {"code": {"$between": [-31099, -31050]}}}, {"account"}),
        ({"error": {"$any_of": [{"code": -31008}, {"data": "order_id"}]}}, {"refused", "account"}),
        ({"error": {"$not": {"data": "order_id"}}}, {"refused"}),
        ({"error": "$with.code"}, {"refused"}),
        ({"error": {"code": "$with.code"}}, {"refused"}),
        ({"error": ["$with.code", "account"]}, {"refused", "account"}),
        ({"answered": True}, {"created", "refused", "account"}),
        ({"http": 200}, {"created", "refused", "account"}),
        ({"http": 500}, {"page"}),
        ({"any_of": [{"result": {"state": 1}}, {"error": -31008}]}, {"created", "refused"}),
        ({"any_of": [{"result": {"state": 2}}, {"error": "account"}]}, {"account"}),
        ({"same_as": "create"}, set()),
        ({"result": {"state": 2}}, set()),
        ({"result": None}, set()),
    ],
)
def test_which_answers_fit(expect: dict[str, Any], fits: set[str]) -> None:
    assert {name for name, answer in ALL.items() if not judged(expect, answer)[0]} == fits


@pytest.mark.parametrize(
    ("expect", "answer", "paths", "wrong_kind"),
    [
        ({"result": {"state": 2}}, CREATED, ["result.state"], False),
        ({"result": {"state": 2}}, REFUSED, ["answer"], True),
        ({"result": {"$absent": True}}, CREATED, ["answer"], True),
        ({"error": "any"}, CREATED, ["answer"], True),
        ({"error": -31003}, CREATED, ["answer"], True),
        ({"error": -31003}, REFUSED, ["error.code"], False),
        ({"error": -31003}, PAGE, ["answer"], True),
        ({"error": {"code": -31003, "data": 5}}, REFUSED, ["error.code", "error.data"], False),
        ({"http": 500}, CREATED, ["HTTP status"], False),
        ({"answered": True}, PAGE, ["answer"], False),
        (
            {"any_of": [{"result": {"state": 2}}, {"error": "any"}]},
            CREATED,
            ["result.state"],
            False,
        ),
        ({"any_of": [{"error": -31003}, {"error": -31008}]}, CREATED, ["answer"], True),
        ({"same_as": "create"}, REFUSED, ["answer"], True),
    ],
)
def test_what_differs_and_whether_the_scenario_can_go_on(
    expect: dict[str, Any], answer: Answer, paths: list[str], wrong_kind: bool
) -> None:
    assert judged(expect, answer) == (paths, wrong_kind)


E = ("expect",)


@pytest.mark.parametrize(
    ("expect", "answer", "differences"),
    [
        (
            {"result": {"$absent": True}},
            SILENT_CREATE,
            [Mismatch("answer", "a refusal", "result {}", (*E, "result"))],
        ),
        ({"result": "any"}, SILENCE, [Mismatch("answer", "a result", "no answer", (*E, "result"))]),
        (
            {"result": {"state": 1}},
            SILENT_CREATE,
            [Mismatch("result.state", "1", "nothing", (*E, "result", "state"))],
        ),
        (
            {"error": "any"},
            SILENT_CREATE,
            [Mismatch("answer", "an error", "result {}", (*E, "error"))],
        ),
        (
            {"error": {"data": "x"}},
            SILENCE,
            [Mismatch("answer", "error any code", "no answer", (*E, "error"))],
        ),
        (
            {"error": "account"},
            SILENCE,
            [Mismatch("answer", "error -31050 … -31099", "no answer", (*E, "error"))],
        ),
        ({"error": 1}, SHORT, [Mismatch("error.code", "1", "-31008", (*E, "error"))]),
        (
            {"error": {"code": 1, "data": 5}},
            SHORT,
            [
                Mismatch("error.code", "1", "-31008", (*E, "error")),
                Mismatch("error.data", "5", "nothing", (*E, "error", "data")),
            ],
        ),
        (
            {"error": {"data": 5, "code": {"$not": -31008}}},
            SHORT,
            [
                Mismatch("error.data", "5", "nothing", (*E, "error", "data")),
                Mismatch(
                    "error.code", "anything but -31008", "-31008", (*E, "error", "code", "$not")
                ),
            ],
        ),
        ({"http": 500}, CREATED, [Mismatch("HTTP status", "500", "200", (*E, "http"))]),
        ({"http": 500}, SILENCE, [Mismatch("HTTP status", "500", "no answer", (*E, "http"))]),
        (
            {"answered": True},
            SILENCE,
            [Mismatch("answer", "an answer", "no answer", (*E, "answered"))],
        ),
        (
            {"same_as": "create"},
            SILENCE,
            [Mismatch("answer", "the result of create again", "no answer", (*E, "same_as"))],
        ),
        (
            {"same_as": "create"},
            SILENT_CREATE,
            [Mismatch("result.state", "first 1", "second nothing", (*E, "same_as"))],
        ),
        (
            {"result": {"state": 1}, "http": 201, "same_as": "create"},
            SILENT_CREATE,
            [
                Mismatch("result.state", "1", "nothing", (*E, "result", "state")),
                Mismatch("HTTP status", "201", "200", (*E, "http")),
                Mismatch("result.state", "first 1", "second nothing", (*E, "same_as")),
            ],
        ),
        (
            {"any_of": [{"result": {"a": 1}}, {"http": 200}], "error": "any"},
            Answer("result", 201, result={}),
            [
                Mismatch("answer", "an error", "result {}", (*E, "error")),
                Mismatch("result.a", "1", "nothing", (*E, "any_of", 0, "result", "a")),
            ],
        ),
        (
            {"any_of": [{"result": {"a": 1}}, {"same_as": "create"}]},
            SILENCE,
            [
                Mismatch(
                    "answer", 'a result like {"a": 1} or an answer', "no answer", (*E, "any_of")
                )
            ],
        ),
    ],
)
def test_a_difference_is_told_whole(
    expect: dict[str, Any], answer: Answer, differences: list[Mismatch]
) -> None:
    found = judge_answer(Expect.model_validate(expect), answer, scope(), Matching(), E)
    assert found.mismatches == differences


def test_the_same_as_a_step_that_had_no_result() -> None:
    assert judged({"same_as": "gone"}, Answer("result", 200)) == ([], False)
    assert judged({"same_as": "gone"}, Answer("result", 200, result=None)) == (["result"], False)


def test_codes_keep_their_type() -> None:
    quoted = Answer("error", 200, error={"code": "-31008"})
    assert judged({"error": -31008}, quoted) == (["error.code"], False)
    assert judged({"error": "account"}, Answer("error", 200, error={"code": -31050.0}))[0]
    assert judged({"error": "any"}, Answer("error", 200, error="no")) == ([], False)


def test_the_same_as_an_earlier_step() -> None:
    again = Answer("result", 200, result={"state": 1})
    assert judged({"same_as": "create"}, again) == ([], False)
    more = Answer("result", 200, result={"state": 1, "more": 1})
    assert judged({"same_as": "create"}, more) == (["result.more"], False)


def test_words_for_what_was_expected() -> None:
    expect = Expect.model_validate(
        {"any_of": [{"error": [-31008, "account"]}, {"error": {"code": -31001}}, {"result": "any"}]}
    )
    verdict = judge_answer(expect, PAGE, scope(), Matching(), ("expect",))
    (miss,) = verdict.mismatches
    assert miss.expected == "error -31008 or -31050 … -31099 or error -31001 or a result"
    assert miss.actual == "no JSON-RPC answer (HTTP 500)"
    assert miss.where == ("expect", "any_of")


def test_an_answer_in_one_line() -> None:
    assert describe(CREATED) == 'result {"state": 1, "transaction": "771"}'
    assert describe(Answer("error", 200, error={"code": 1})) == 'error {"code": 1}'
    assert describe(SILENCE) == "no answer"


@pytest.mark.parametrize(
    ("first", "second", "differences"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": True}, [("result.a", "first 1", "second true")]),
        ({"a": 5}, {"a": 7}, [("result.a", "first 5", "second 7 (+2)")]),
        ({"a": 5}, {"a": 4}, [("result.a", "first 5", "second 4 (-1)")]),
        ({"a": 1}, {}, [("result.a", "first 1", "second nothing")]),
        ({}, {"a": None}, [("result.a", "first nothing", "second null")]),
        ({"a": "nothing"}, {}, [("result.a", 'first "nothing"', "second nothing")]),
        ({"a": {"b": [1]}}, {"a": {"b": [1]}}, []),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, [("result.a", 'first {"b": 1}', 'second {"b": 2}')]),
        ([1], [1], []),
        ([1], [2], [("result", "first [1]", "second [2]")]),
    ],
)
def test_two_answers_to_the_same_call(
    first: object, second: object, differences: list[tuple[str, str, str]]
) -> None:
    found = compare_results(first, second, ("expect",))
    assert found == [Mismatch(*difference, ("expect",)) for difference in differences]
