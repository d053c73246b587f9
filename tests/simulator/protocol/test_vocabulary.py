"""The edges of the account range, and names that are nearly methods."""

from __future__ import annotations

import pytest

from simulator.protocol.vocabulary import (
    MUTATING,
    TIMEOUT_MS,
    Code,
    Method,
    as_method,
    is_account_code,
    may_answer,
)


@pytest.mark.parametrize(
    ("code", "inside"),
    [
        (-31049, False),
        (-31050, True),
        (-31099, True),
        (-31100, False),
        ("-31050", False),
        (-31050.0, False),
        (None, False),
    ],
)
def test_the_account_range(code: object, inside: bool) -> None:
    assert is_account_code(code) is inside


@pytest.mark.parametrize("name", ["createtransaction", "CreateTransaction ", "", 5, None, ["x"]])
def test_what_is_nearly_a_method_is_none(name: object) -> None:
    assert as_method(name) is None
    assert as_method("CreateTransaction") is Method.CREATE


def test_general_codes_fit_every_method() -> None:
    general = (Code.NOT_POST, Code.PARSE, Code.REQUEST, Code.NO_METHOD, Code.UNAUTHORIZED)
    assert all(may_answer(method, code) for method in Method for code in (*general, Code.SYSTEM))


def test_only_methods_that_name_an_account_may_blame_it() -> None:
    blaming = {method for method in Method if may_answer(method, -31050)}
    assert blaming == {Method.CHECK_PERFORM, Method.CREATE, Method.PERFORM}


def test_the_calls_that_are_sent_twice() -> None:
    assert {Method.CREATE, Method.PERFORM, Method.CANCEL} == MUTATING


def test_twelve_hours() -> None:
    assert TIMEOUT_MS == 12 * 60 * 60 * 1000
