"""rules.yaml -> rules: each code and each id once, over all files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from simulator.conformance import format as fmt
from simulator.conformance.events import Level, Rule
from simulator.conformance.validation import explained
from simulator.conformance.yamlfile import Document, Fault, all_told, read


def load_rules(files: Iterable[tuple[Path, str]]) -> dict[str, Rule]:
    """The rules of files given with their names. Raises ScenarioError that tells all faults."""
    rules: dict[str, Rule] = {}
    homes: dict[str, str] = {}
    faults: list[Fault] = []
    for path, name in files:
        document = read(path, name)
        for index, row in enumerate(_rows(document)):
            for key, value in (("id", row.id), ("code", row.code)):
                if value in homes:
                    text = f"{value} stands in {homes[value]} already"
                    faults.append((document, (index, key), text))
                homes[value] = name
            rules[row.id] = Rule(**{**row.model_dump(), "level": Level(row.level)})
    if faults:
        raise all_told(faults)
    return rules


def _rows(document: Document) -> list[fmt.RuleRow]:
    try:
        return TypeAdapter(list[fmt.RuleRow]).validate_python(document.data)
    except ValidationError as error:
        raise explained(document, fmt.RuleRow, error) from error
