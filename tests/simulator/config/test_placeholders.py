"""Filling in names."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.config.placeholders import names_in, render, render_text

VALUES = {"number": "Psb-1", "amount_sum": 1000, "flag": True, "none": None}


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{amount_sum}", 1000),
        ("x{amount_sum}", "x1000"),
        ("{number}/{flag}/{none}", "Psb-1/true/null"),
        ("{flag}", True),
        ("{{number}}", "{number}"),
        ('{"a": {}, "b": {number}}', '{"a": {}, "b": Psb-1}'),
        ({"a": ["{amount_sum}", 5, {"b": "{number}"}]}, {"a": [1000, 5, {"b": "Psb-1"}]}),
        (7, 7),
    ],
)
def test_a_lone_name_keeps_its_type(template: Any, filled: Any) -> None:
    result = render(template, VALUES)
    assert result == filled
    assert type(result) is type(filled)


def test_text_stays_text() -> None:
    assert render_text("{amount_sum}", VALUES) == "1000"


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError, match="nummer"):
        render("{nummer}", VALUES)


def test_names_are_found_at_any_depth() -> None:
    assert list(names_in({"a": ["{x}", {"b": "{y} {x}"}], "c": "{{z}}"})) == ["x", "y", "x"]
