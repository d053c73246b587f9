"""Reading params at the very edges: the last that is taken and the first that is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backend import params
from backend.errors import Refusal

EDGES: list[tuple[Callable[[Any], object], list[object], list[object], int]] = [
    (
        lambda value: params.transaction_id({"id": value}),
        ["a", "a" * 64, "ж", "\ud7ff", "\ue000", "\U0001f600"],
        ["", "a" * 65, "\ud800", "\udfff", "a\x00", 5, None, ["a"]],
        -32600,
    ),
    (
        lambda value: params.timestamp({"time": value}, "time"),
        [1, 9_999_999_999_999],
        [0, -1, 10**13, True, 1.0, "1", None],
        -32600,
    ),
    (
        lambda value: params.reason({"reason": value}),
        [1, 2, 3, 4, 5, 10],
        [0, 6, 9, 11, True, 3.0, "3", None],
        -32600,
    ),
    (
        lambda value: params.account({"account": value}),
        [{}, {"order_id": None}],
        [None, [], "order_id", 5],
        -32600,
    ),
    (
        lambda value: params.order_number({"order_id": value}),
        ["17", "ж", "None", ""],
        [None, True, False, 1.5, ["17"], {"a": 1}, "\udfff", "1\x00"],
        -31050,
    ),
]


@pytest.mark.parametrize(("read", "good", "bad", "code"), EDGES)
def test_what_is_taken_and_what_is_not(
    read: Callable[[Any], object], good: list[object], bad: list[object], code: int
) -> None:
    assert [value for value in good if read(value) != value] == []
    for value in bad:
        with pytest.raises(Refusal) as refused:
            read(value)
        assert (refused.value.code, value) == (code, value)


def test_a_number_names_the_order_of_its_digits() -> None:
    assert params.order_number({"order_id": 17}) == "17"
    with pytest.raises(Refusal):
        params.order_number({})


def test_a_refusal_names_every_reason_that_there_is() -> None:
    with pytest.raises(Refusal) as refused:
        params.reason({"reason": 6})
    assert refused.value.text == "params.reason must be one of 1, 2, 3, 4, 5, 10."
