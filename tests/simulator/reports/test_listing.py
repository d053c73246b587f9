"""`list` and `explain`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from simulator.conformance.events import Rule
from simulator.reports.listing import (
    Shown,
    UnknownRule,
    explanation,
    find,
    listing,
    nearest,
)
from tests.simulator.reports import hostile, stream

SCENARIOS = [
    Shown(
        "create.flow",
        "An order is taken",
        ("create.new", "create.repeat-same-answer"),
        "scenarios/create/flow.yaml",
        ("create",),
    ),
    Shown(
        "create.repeat",
        "A repeated call is answered as the first one was",
        ("create.repeat-same-answer",),
        "scenarios/create/repeat.yaml",
        ("create", "retry"),
        '→ {"method": "CreateTransaction"}\n← {"result": {"state": 1}}',
    ),
]


@pytest.fixture(autouse=True)
def _width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def told(name: str, rules: Mapping[str, Rule] = stream.RULES) -> str:
    return explanation(name, rules, SCENARIOS)


def test_the_whole_catalogue(snapshot: Callable[[str, str], None]) -> None:
    snapshot("list.txt", listing(stream.RULES, SCENARIOS) + "\n")


def test_one_rule(snapshot: Callable[[str, str], None]) -> None:
    snapshot("explain.txt", told("PM-CR-04") + "\n")


def test_ids_of_scenarios_are_enough() -> None:
    bare = {s.id: list(s.rules) for s in SCENARIOS}
    assert listing(stream.RULES, bare) == listing(stream.RULES, SCENARIOS)
    assert "shown by 2 scenarios\n   create.repeat\n   create.flow\n" in explanation(
        "PM-CR-04", stream.RULES, bare
    )


def test_a_terminal_gets_colour_and_the_same_words(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = told("PM-CR-04")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    coloured = told("PM-CR-04")
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured).split() == plain.split()


def test_a_rule_is_found_by_code_and_by_id_in_any_case() -> None:
    assert told("create.repeat-same-answer") == told("PM-CR-04") == told(" pm-cr-04 ")


def test_an_unknown_name_gets_the_nearest_ones() -> None:
    with pytest.raises(UnknownRule) as caught:
        told("create.repeat-same")
    assert str(caught.value) == (
        "There is no rule 'create.repeat-same'. Near it: PM-CR-04 (create.repeat-same-answer), "
        "PM-CA-03 (cancel.repeat-same-answer), PM-PE-02 (perform.repeat-same-answer). "
        "All of them: payme-sandbox list"
    )
    assert nearest("PM-CR-4", stream.RULES)[0].code.startswith("PM-CR-")
    assert nearest("zzzzzz", stream.RULES) == []
    assert find("", stream.RULES) is None


def test_a_rule_without_a_scenario_says_so() -> None:
    assert "looked at in every scenario" in told("PM-LG-02")


def test_json() -> None:
    data = json.loads(listing(stream.RULES, SCENARIOS, as_json=True))
    assert data["version"] == 1
    assert len(data["rules"]) == len(stream.RULES)
    rule = next(r for r in data["rules"] if r["code"] == "PM-CR-04")
    assert rule["scenarios"] == ["create.repeat", "create.flow"]
    assert data["scenarios"][1] == {
        "id": "create.repeat",
        "title": "A repeated call is answered as the first one was",
        "tags": ["create", "retry"],
        "rules": ["create.repeat-same-answer"],
        "file": "scenarios/create/repeat.yaml",
    }


def test_a_hostile_catalogue_moves_no_cursor() -> None:
    rule = replace(stream.RULES["create.new"], text=hostile.HOSTILE, why=hostile.HOSTILE)
    text = told("PM-CR-01", {"create.new": rule})
    assert "\x1b" not in text
    assert "[red]markup[/red]" in text
