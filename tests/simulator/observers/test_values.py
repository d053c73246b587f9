"""Amounts, codes, ids and statuses out of columns of any type."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

import pytest

from simulator.observers.database.values import (
    Unreadable,
    choice,
    identifier,
    reason_code,
    tiyin,
    whole,
)


@pytest.mark.parametrize(
    ("raw", "unit", "amount"),
    [
        (1000, "sum", 100_000),
        (100_000, "tiyin", 100_000),
        ("1000", "sum", 100_000),
        ("1000.50", "sum", 100_050),
        (Decimal("1000.50"), "sum", 100_050),
        (Decimal("1E+3"), "sum", 100_000),
        (1000.1, "sum", 100_010),  # 1000.1 * 100 is 100010.00000000001 in floats
        (1000.29, "sum", 100_029),
        (1e16, "tiyin", 10_000_000_000_000_000),
        (b"1000", "sum", 100_000),
        (" 1000 ", "sum", 100_000),
        (None, "sum", None),
        ("", "sum", None),
        (True, "tiyin", 1),
    ],
)
def test_amounts_are_exact(raw: Any, unit: Literal["sum", "tiyin"], amount: int | None) -> None:
    assert tiyin(raw, unit) == amount


@pytest.mark.parametrize(
    ("raw", "unit", "said"),
    [
        ("abc", "sum", '"abc" (not an amount)'),
        ("1,000", "sum", '"1,000" (not an amount)'),
        ("1000.005", "sum", '"1000.005" sum (not a whole number of tiyin)'),
        (0.5, "tiyin", "0.5 tiyin (not a whole number of tiyin)"),
        (Decimal("NaN"), "sum", "NaN (not an amount)"),
        (float("inf"), "sum", "inf (not an amount)"),
        ([1], "sum", "[1] (not an amount)"),
    ],
)
def test_what_is_no_amount_says_so(raw: Any, unit: Literal["sum", "tiyin"], said: str) -> None:
    value = tiyin(raw, unit)
    assert isinstance(value, Unreadable)
    assert str(value) == said


@pytest.mark.parametrize(
    ("raw", "number"),
    [(2, 2), ("-2", -2), (Decimal("1.0"), 1), (1.0, 1), (None, None), ("", None), (b"1", 1)],
)
def test_whole_numbers(raw: Any, number: int | None) -> None:
    assert whole(raw) == number


def test_a_word_is_no_state() -> None:
    assert str(whole("paid", "a state")) == '"paid" (not a state)'


def test_payme_knows_no_reason_zero() -> None:
    assert reason_code(0) is None
    assert reason_code(None) is None
    assert reason_code("5") == 5


@pytest.mark.parametrize(("raw", "text"), [("a  ", "a"), (b"ab", "ab"), (5, "5"), (None, "")])
def test_ids_are_text(raw: Any, text: str) -> None:
    assert identifier(raw) == text


@pytest.mark.parametrize(
    ("stored", "names", "meant"),
    [
        ("pending", ("pending", "paid"), "pending"),
        ("pending   ", ("pending",), "pending"),  # CHAR(10)
        (1, (True, False), True),  # MySQL's and SQLite's booleans
        (True, (1, 0), 1),
        ("1", (1, 2), 1),
        (2, ("1", "2"), "2"),
        (None, ("", "paid"), ""),
        ("", ("", "paid"), ""),
        ("Paid", ("paid",), "Paid"),  # no other spelling
        (7, (1, 2), 7),
    ],
)
def test_a_status_is_one_of_the_configured_values(
    stored: Any, names: tuple[Any, ...], meant: Any
) -> None:
    found = choice(stored, names)
    assert found == meant
    assert type(found) is type(meant)
