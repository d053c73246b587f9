"""How bugs get into the merchant, and out of it again."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from backend import bugs, transactions, webhook
from backend.auth import authorise
from backend.bugs.seams import around
from backend.cli import main
from backend.environment import settings_from
from backend.methods import METHODS, check, create, perform
from backend.settings import SettingsError


@pytest.fixture(autouse=True)
def _off() -> Iterator[None]:
    yield
    bugs.switch_off()


def test_a_function_is_replaced_wherever_it_is_held() -> None:
    asked = METHODS["PerformTransaction"].read
    around(asked, lambda inner, given: "another")()

    assert METHODS["PerformTransaction"].read({}) == "another"
    assert METHODS["CheckTransaction"].read({}) == "another"
    assert transactions.seek.__module__ == "backend.transactions"
    bugs.switch_off()
    assert METHODS["PerformTransaction"].read is asked
    assert METHODS["CheckTransaction"].read is asked


def test_a_name_brought_from_elsewhere_is_replaced_too() -> None:
    holder = vars(webhook)
    around(authorise, lambda inner, header, settings: None)()

    assert holder["authorise"] is not authorise
    bugs.switch_off()
    assert holder["authorise"] is authorise


def test_bugs_around_one_function_nest() -> None:
    around(check._line, lambda inner, id: f"<{inner(id)}>")()
    around(check._line, lambda inner, id: f"[{inner(id)}]")()

    assert METHODS["CheckTransaction"].line("7") == "[<CheckTransaction transaction_id=7>]"
    bugs.switch_off()
    assert METHODS["CheckTransaction"].line("7") == "CheckTransaction transaction_id=7"


def test_a_bug_that_is_on_is_not_put_on_again() -> None:
    before = perform._answer
    bugs.switch_on(["perform.new-time-each"])
    once = perform._answer
    bugs.switch_on(["perform.new-time-each"])

    assert perform._answer is once is not before


def test_without_bugs_nothing_is_replaced() -> None:
    assert create._decide is METHODS["CreateTransaction"].decide
    assert create._decide.__module__ == "backend.methods.create"
    assert not hasattr(create._decide, "__wrapped__")


def test_variable_takes_several() -> None:
    environ = {
        "PAYME_BACKEND_KEY": "k",
        "PAYME_BACKEND_BUG": "perform.again, perform.from-refunded",
    }

    assert settings_from(environ).bugs == ("perform.again", "perform.from-refunded")


def test_unknown_name_tells_near_ones() -> None:
    with pytest.raises(SettingsError, match=r"'perform.agian' is no bug \(near: perform.again"):
        settings_from({"PAYME_BACKEND_KEY": "k", "PAYME_BACKEND_BUG": "perform.agian"})


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list-bugs", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == list(bugs.BUGS)

    assert main(["--list-bugs"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(bugs.BUGS)
