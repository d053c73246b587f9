"""The committed JSON schema is the models', and every scenario file keeps to it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from simulator.cli.catalogue import schema_text
from simulator.conformance.load import FOLDER
from simulator.conformance.yamlfile import read

SCHEMA: dict[str, Any] = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
FILES = [
    path
    for path in sorted(FOLDER.rglob("*.yaml"))
    if path.parent.name != "fragments" and not path.name.startswith("rules")
]


def test_the_committed_schema_is_in_step() -> None:
    assert (FOLDER / "schema.json").read_text(encoding="utf-8") == schema_text()


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_scenario_file_keeps_to_it() -> None:
    assert len(FILES) > 100
    for path in FILES:
        document = read(path, path.name)
        errors = [error.message for error in VALIDATOR.iter_errors(document.data)]
        assert errors == [], path


def test_every_scenario_file_names_the_schema_for_editors() -> None:
    for path in FILES:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first == "# yaml-language-server: $schema=../schema.json", path


GOOD: dict[str, Any] = {
    "id": "a.b",
    "title": "x",
    "rules": ["a.b"],
    "steps": [{"id": "one", "call": "CheckTransaction", "expect": {"error": -31003}}],
}


@pytest.mark.parametrize(
    "change",
    [
        {"unheard": 1},
        {"id": "Upper"},
        {"steps": []},
        {"rules": ["no-dot"]},
        {"requires": ["luck"]},
        {"steps": [{"id": "one", "call": "X", "expekt": {}}]},
        {"steps": [{"id": "one", "call": "X", "burst": {"count": 65}}]},
        {"steps": [{"id": "one", "call": "X", "database": {"order": "gone"}}]},
        {"steps": [{"id": "one", "call": "X", "log": {"event": "birth"}}]},
    ],
)
def test_the_schema_is_closed(change: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid(GOOD)
    assert not VALIDATOR.is_valid({**GOOD, **change})
