"""The reference merchant is killed under parallel load, again and again, and loses nothing.

`KILL_ROUNDS=20` makes 20 rounds on each database in place of 5.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from simulator.conformance.events import Outcome, Verdict
from simulator.conformance.load import Catalogue
from tests.scenarios.reference import run_reference

_ROUNDS = int(os.environ.get("KILL_ROUNDS", "5"))
_RULES = {
    "durability.starts-again",
    "durability.answered-stays",
    "durability.whole-or-absent",
    "durability.retry-answered",
}
_WRONG = (Outcome.FAILED, Outcome.WARNED, Outcome.NOT_TESTABLE)


@pytest.fixture(params=["sqlite", "postgresql"])
def variables(request: pytest.FixtureRequest) -> tuple[dict[str, str], dict[str, str]]:
    """The merchant's environment, and what its file then says of its database."""
    if request.param == "sqlite":
        return {}, {}
    new: Callable[[], str] = request.getfixturevalue("new_postgres")
    url = new()
    return {"PAYME_BACKEND_DATABASE": url}, {"database.url": url}


def test_the_reference_loses_nothing_under_load(
    variables: tuple[dict[str, str], dict[str, str]], catalogue: Catalogue
) -> None:
    environ, settings = variables
    seen = run_reference(
        catalogue, "durability.under-load", rounds=_ROUNDS, environ=environ, settings=settings
    )
    assert [check for check in seen.checks if check.outcome in _WRONG] == []
    assert seen.stopped == ""
    assert seen.rules(Outcome.PASSED) >= _RULES
    looked = {c.rule for c in seen.checks if c.verdict is Verdict.DATABASE}
    assert {"durability.answered-stays", "durability.whole-or-absent"} <= looked
