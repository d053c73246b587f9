"""The members of results: each rule broken once, and the nearest thing that is right."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from simulator.protocol.finding import Report
from simulator.protocol.members import check_result
from simulator.protocol.vocabulary import Method

T1, T2, T3 = 1_763_881_200_000, 1_763_881_201_000, 1_763_881_202_000
PAYME_ID = "65f0c0ffee00000000000abc"
CREATED: dict[str, object] = {"create_time": T1, "transaction": "771", "state": 1}
PERFORMED: dict[str, object] = {"perform_time": T2, "transaction": "771", "state": 2}
CANCELLED: dict[str, object] = {"cancel_time": T3, "transaction": "771", "state": -1}
RECORD: dict[str, object] = {
    "create_time": T1,
    "perform_time": 0,
    "cancel_time": 0,
    "transaction": "771",
    "state": 1,
    "reason": None,
}
PAID = {**RECORD, "perform_time": T2, "state": 2}
GONE = {**RECORD, "cancel_time": T3, "state": -1, "reason": 3}
BACK = {**PAID, "cancel_time": T3, "state": -2, "reason": 5}
ITEM = {**PAID, "id": PAYME_ID, "time": T1, "amount": 100_000, "account": {"order_id": "1"}}
STATEMENT: dict[str, object] = {"transactions": [ITEM]}


def found(method: Method, result: object) -> list[tuple[str, str]]:
    """Rule and path of every finding; the result goes through JSON, as on the wire."""
    report = Report()
    check_result(method, json.loads(json.dumps(result)), report)
    for finding in report.findings:
        assert finding.rule in report.looked_at
    return [(finding.rule, finding.path) for finding in report.findings]


def without(record: Mapping[str, object], name: str) -> dict[str, object]:
    return {key: value for key, value in record.items() if key != name}


@pytest.mark.parametrize(
    ("method", "result"),
    [
        (Method.CHECK_PERFORM, {"allow": True}),
        (Method.CHECK_PERFORM, {"allow": True, "additional": {"name": "Alisher"}, "detail": None}),
        (Method.CHECK_PERFORM, {"allow": True, "additional": None}),
        (Method.CREATE, CREATED),
        (Method.CREATE, {**CREATED, "receivers": None}),
        (Method.CREATE, {**CREATED, "receivers": [{"id": PAYME_ID, "amount": 5}]}),
        (Method.PERFORM, PERFORMED),
        (Method.CANCEL, CANCELLED),
        (Method.CANCEL, {**CANCELLED, "state": -2}),
        (Method.CHECK, RECORD),
        (Method.CHECK, PAID),
        (Method.CHECK, GONE),
        (Method.CHECK, BACK),
        (Method.STATEMENT, STATEMENT),
        (Method.STATEMENT, {"transactions": []}),
        (Method.FISCAL, {"success": True}),
        (Method.FISCAL, {}),
    ],
)
def test_what_the_documents_show_is_fine(method: Method, result: object) -> None:
    assert found(method, result) == []


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize("result", [[], [CREATED], "ok", 1, True])
def test_a_result_that_is_no_object(method: Method, result: object) -> None:
    assert found(method, result) == [("types.result-object", "result")]


@pytest.mark.parametrize("allow", [False, 1, "true", None, {}])
def test_allow_is_true(allow: object) -> None:
    assert found(Method.CHECK_PERFORM, {"allow": allow}) == [
        ("types.allow-boolean", "result.allow")
    ]
    assert found(Method.CHECK_PERFORM, {}) == [("types.allow-boolean", "result.allow")]


@pytest.mark.parametrize("additional", ["name", [1], 5])
def test_additional_is_an_object(additional: object) -> None:
    assert found(Method.CHECK_PERFORM, {"allow": True, "additional": additional}) == [
        ("types.detail", "result.additional")
    ]


@pytest.mark.parametrize("number", [None, ""])
def test_transaction_is_there(number: object) -> None:
    rule = ("types.transaction-present", "result.transaction")
    assert found(Method.CREATE, {**CREATED, "transaction": number}) == [rule]
    assert found(Method.CREATE, without(CREATED, "transaction")) == [rule]
    assert found(Method.CHECK, without(RECORD, "transaction")) == [rule]


@pytest.mark.parametrize("number", [0, "0"])
def test_no_transaction_has_the_number_0(number: object) -> None:
    zero = ("types.transaction-not-zero", "result.transaction")
    assert zero in found(Method.CREATE, {**CREATED, "transaction": number})


@pytest.mark.parametrize("number", [771, False, ["771"]])
def test_transaction_is_a_text(number: object) -> None:
    assert found(Method.PERFORM, {**PERFORMED, "transaction": number}) == [
        ("types.transaction-string", "result.transaction")
    ]


@pytest.mark.parametrize("state", [0, 3, -3, "1", 1.0, True, None, [1], {}])
def test_state_is_one_of_four_integers(state: object) -> None:
    assert found(Method.CREATE, {**CREATED, "state": state}) == [("types.state", "result.state")]
    assert found(Method.CREATE, without(CREATED, "state")) == [("types.state", "result.state")]


@pytest.mark.parametrize(
    "time",
    [
        None,
        0,
        1_763_881_200,
        T1 * 10,
        float(T1),
        "2025-11-23T07:00:00Z",
        "176388120000",
        True,
        [T1],
    ],
)
def test_a_set_time_has_thirteen_digits(time: object) -> None:
    for method, result, name in (
        (Method.CREATE, CREATED, "create_time"),
        (Method.PERFORM, PERFORMED, "perform_time"),
        (Method.CANCEL, CANCELLED, "cancel_time"),
        (Method.CHECK, PAID, "perform_time"),
        (Method.CHECK, GONE, "cancel_time"),
    ):
        assert found(method, {**result, name: time}) == [("types.times", f"result.{name}")]
        assert found(method, without(result, name)) == [("types.times", f"result.{name}")]


def test_a_time_in_quotes_is_told_apart_from_no_time() -> None:
    rule = ("types.times-numeric-string", "result.create_time")
    assert found(Method.CREATE, {**CREATED, "create_time": str(T1)}) == [rule]
    other = ("types.times", "result.create_time")
    assert found(Method.CREATE, {**CREATED, "create_time": "١٧٦٣٨٨١٢٠٠٠٠٠"}) == [other]
    unset = ("types.times-numeric-string", "result.perform_time")
    assert found(Method.CHECK, {**RECORD, "perform_time": "0"}) == [unset]


@pytest.mark.parametrize("time", [T2, str(T2), "", False, 0.0, -1, []])
def test_a_time_that_has_not_come_shows_none(time: object) -> None:
    assert found(Method.CHECK, {**RECORD, "perform_time": time}) == [
        ("types.unset-times", "result.perform_time")
    ]
    assert found(Method.CHECK, {**PAID, "cancel_time": time}) == [
        ("types.unset-times", "result.cancel_time")
    ]
    assert found(Method.CHECK, {**GONE, "perform_time": time}) == [
        ("types.unset-times", "result.perform_time")
    ]


def test_null_or_no_time_is_tolerated_but_zero_is_documented() -> None:
    rule = ("types.unset-times-zero", "result.perform_time")
    assert found(Method.CHECK, {**RECORD, "perform_time": None}) == [rule]
    assert found(Method.CHECK, without(RECORD, "perform_time")) == [rule]


@pytest.mark.parametrize("reason", [None, 0, 6, 7, 9, 11, "3", 3.0, True, [3]])
def test_a_cancelled_transaction_has_a_known_reason(reason: object) -> None:
    assert found(Method.CHECK, {**GONE, "reason": reason}) == [("types.reason", "result.reason")]
    assert found(Method.CHECK, without(BACK, "reason")) == [("types.reason", "result.reason")]


@pytest.mark.parametrize("reason", [3, "", "null", False, 0.0, []])
def test_a_live_transaction_has_no_reason(reason: object) -> None:
    assert found(Method.CHECK, {**PAID, "reason": reason}) == [("types.reason", "result.reason")]


def test_zero_or_no_reason_is_tolerated_but_null_is_documented() -> None:
    rule = ("types.reason-null", "result.reason")
    assert found(Method.CHECK, {**RECORD, "reason": 0}) == [rule]
    assert found(Method.CHECK, without(RECORD, "reason")) == [rule]


@pytest.mark.parametrize(
    "receivers",
    [{}, "x", [1], [{"id": PAYME_ID}], [{"id": 5, "amount": 5}], [{"id": "x", "amount": 0}]],
)
def test_receivers_are_ids_and_amounts(receivers: object) -> None:
    assert found(Method.CREATE, {**CREATED, "receivers": receivers}) == [
        ("types.receivers", "result.receivers")
    ]
    assert found(Method.STATEMENT, {"transactions": [ITEM | {"receivers": receivers}]}) == [
        ("types.receivers", "result.transactions[0].receivers")
    ]


@pytest.mark.parametrize("items", [None, {}, {PAYME_ID: ITEM}, [ITEM, None], ["x"]])
def test_a_statement_is_an_array_of_objects(items: object) -> None:
    rule = ("statement.transactions-array", "result.transactions")
    assert found(Method.STATEMENT, {"transactions": items}) == [rule]
    assert found(Method.STATEMENT, {"transaction": [ITEM]}) == [rule]


@pytest.mark.parametrize("amount", [0, -5, 1000.0, "100000", None, True])
def test_an_amount_is_whole_tiyin(amount: object) -> None:
    for item in ({**ITEM, "amount": amount}, without(ITEM, "amount")):
        assert found(Method.STATEMENT, {"transactions": [ITEM, item]}) == [
            ("types.amount", "result.transactions[1].amount")
        ]


@pytest.mark.parametrize("time", [0, 1_763_881_200, None, "yesterday", float(T1)])
def test_an_item_carries_paymes_time(time: object) -> None:
    assert found(Method.STATEMENT, {"transactions": [{**ITEM, "time": time}]}) == [
        ("types.times", "result.transactions[0].time")
    ]
    assert found(Method.STATEMENT, {"transactions": [{**ITEM, "time": str(T1)}]}) == []


def test_an_item_is_a_whole_record() -> None:
    broken = {"transactions": [{**ITEM, "state": "2", "perform_time": 0}]}
    rules = {rule for rule, _ in found(Method.STATEMENT, broken)}
    assert "types.state" in rules
    assert found(Method.STATEMENT, {"transactions": [{**ITEM, "perform_time": None}]}) == [
        ("types.times", "result.transactions[0].perform_time")
    ]
