"""Payme's data types, at their edges; booleans are never numbers."""

from __future__ import annotations

import pytest

from simulator.protocol.kinds import (
    is_account,
    is_amount,
    is_int,
    is_payme_id,
    is_timestamp,
    is_timestamp_text,
    is_unset,
    kind_name,
    payme_would_send,
    same_number,
)
from simulator.protocol.vocabulary import Method

T = 1_763_881_200_000
PAYME_ID = "65f0c0ffee00000000000abc"


def test_integers() -> None:
    assert [v for v in (1, 0, -5, 10**30) if not is_int(v)] == []
    bad: tuple[object, ...] = (True, 1.0, "1", None, [1])
    assert [v for v in bad if is_int(v)] == []


def test_timestamps_have_thirteen_digits() -> None:
    assert [v for v in (10**12, 10**13 - 1) if not is_timestamp(v)] == []
    assert [v for v in (10**12 - 1, 10**13, -T, float(T), str(T), True) if is_timestamp(v)] == []


def test_timestamps_in_quotes() -> None:
    assert is_timestamp_text(str(T))
    odd = [T, str(T)[1:], str(T) + "0", str(float(T)), "-" + str(T)[1:], "١" * 13, "", None]
    assert [v for v in odd if is_timestamp_text(v)] == []


def test_unset() -> None:
    assert is_unset(0)
    assert is_unset(None)
    assert is_unset("0")
    bad: tuple[object, ...] = (False, 0.0, "", "00", [], 1)
    assert [v for v in bad if is_unset(v)] == []


def test_amounts() -> None:
    assert is_amount(1)
    assert [v for v in (0, -1, 1.0, "1", True, None) if is_amount(v)] == []


def test_payme_ids() -> None:
    assert is_payme_id(PAYME_ID)
    bad: tuple[object, ...] = (
        PAYME_ID[:-1],
        PAYME_ID + "0",
        PAYME_ID.upper(),
        PAYME_ID[:-1] + "g",
        5,
        None,
    )
    assert [v for v in bad if is_payme_id(v)] == []
    assert not is_payme_id(PAYME_ID + "\n")


def test_accounts() -> None:
    assert is_account({"order_id": "17", "phone": 998901234567, "name": "Оʻz"})
    assert is_account({})
    bad: tuple[object, ...] = (
        [],
        "17",
        None,
        {"a": None},
        {"a": True},
        {"a": ["17"]},
        {"a": 1.5},
        {"a": "17\n"},
    )
    assert [v for v in bad if is_account(v)] == []


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (5, 5, True),
        (5, "5", True),
        ("5", 5, True),
        (None, None, True),
        (5, 6, False),
        (1, True, False),
        (0, None, False),
        (5, 5.0, False),
    ],
)
def test_the_same_number_in_quotes(left: object, right: object, same: bool) -> None:
    assert same_number(left, right) is same


@pytest.mark.parametrize(
    ("method", "params"),
    [
        (Method.CHECK_PERFORM, {"amount": 5, "account": {"a": "1"}}),
        (Method.CREATE, {"id": PAYME_ID, "time": T, "amount": 5, "account": {"a": "1"}}),
        (Method.PERFORM, {"id": PAYME_ID}),
        (Method.CANCEL, {"id": PAYME_ID, "reason": 3}),
        (Method.CHECK, {"id": PAYME_ID}),
        (Method.STATEMENT, {"from": T, "to": T}),
        (Method.FISCAL, {"id": PAYME_ID, "type": "PERFORM"}),
    ],
)
def test_what_payme_sends(method: Method, params: dict[str, object]) -> None:
    assert payme_would_send(method, params)
    assert payme_would_send(method, {**params, "more": None})
    assert not payme_would_send(method, list(params.values()))
    for name in params if method is not Method.FISCAL else ["id"]:
        assert not payme_would_send(method, {k: v for k, v in params.items() if k != name})
        assert not payme_would_send(method, {**params, name: True})


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"),
        (True, "boolean"),
        (1, "integer"),
        (1.5, "number with a fraction"),
        ("", "string"),
        ({}, "object"),
        ([], "array"),
    ],
)
def test_kinds_in_words(value: object, name: str) -> None:
    assert kind_name(value) == name
