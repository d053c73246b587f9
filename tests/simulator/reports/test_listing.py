"""`list` and `explain`."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace

from rich.console import Console

from simulator.conformance.events import Rule
from simulator.reports.listing import Shown, explain, find, list_json, list_rules, nearest
from tests.simulator.reports import stream

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


def told(name: str, rules: dict[str, Rule] | None = None) -> tuple[str, bool]:
    out = io.StringIO()
    found = explain(Console(file=out, width=80), name, rules or stream.RULES, SCENARIOS)
    return out.getvalue(), found


def test_the_whole_catalogue(snapshot: Callable[[str, str], None]) -> None:
    out = io.StringIO()
    list_rules(Console(file=out, width=80), stream.RULES, SCENARIOS)
    snapshot("list.txt", out.getvalue())


def test_one_rule(snapshot: Callable[[str, str], None]) -> None:
    text, found = told("PM-CR-04")
    assert found
    snapshot("explain.txt", text)


def test_a_rule_is_found_by_code_and_by_id_in_any_case() -> None:
    assert told("create.repeat-same-answer") == told("PM-CR-04") == told(" pm-cr-04 ")


def test_an_unknown_name_gets_the_nearest_ones() -> None:
    text, found = told("create.repet")
    assert not found
    assert "There is no rule 'create.repet'." in text
    assert "PM-CR-04" in text
    assert nearest("repeat", stream.RULES)[0].code == "PM-CR-04"
    assert nearest("PM-CR-4", stream.RULES)[0].code.startswith("PM-CR-")
    assert nearest("zzzzzz", stream.RULES) == []
    assert "payme-sandbox list" in told("zzzzzz")[0]
    assert find("", stream.RULES) is None


def test_a_rule_without_a_scenario_says_so() -> None:
    assert "looked at in every scenario" in told("PM-LG-02")[0]


def test_json() -> None:
    data = json.loads(list_json(stream.RULES, SCENARIOS))
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
    rule = replace(stream.RULES["create.new"], text=stream.HOSTILE, why=stream.HOSTILE)
    text, _ = told("PM-CR-01", {"create.new": rule})
    assert "\x1b" not in text
    assert "[red]markup[/red]" in text
