"""`list`, `explain` and `schema`: the catalogue shown."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import click

from simulator.cli.rule_page import Judged, judged_call, showing_of
from simulator.conformance.format import Scenario
from simulator.conformance.load import Catalogue, PlacedScenario, load_catalogue
from simulator.conformance.yamlfile import ScenarioError
from simulator.reports import listing


def _loaded(scenarios: Path | None) -> Catalogue | None:
    try:
        return load_catalogue(scenarios)
    except ScenarioError as error:
        click.echo(str(error), err=True)
        return None


def show_list(as_json: bool, scenarios: Path | None) -> int:
    """Every rule with its scenarios. Exit code 2 if a file is wrong."""
    catalogue = _loaded(scenarios)
    if catalogue is None:
        return 2
    shown = [_shown(s) for s in catalogue.scenarios]
    click.echo(listing.listing(catalogue.rules, shown, as_json=as_json))
    return 0


def show_rule(code: str, scenarios: Path | None) -> int:
    """One rule. Exit code 2 if there is none of that name; the nearest is named."""
    catalogue = _loaded(scenarios)
    if catalogue is None:
        return 2
    flags = f" --scenarios {shlex.quote(str(scenarios))}" if scenarios else ""
    example: dict[str, str] = {}
    rule = listing.find(code, catalogue.rules)
    if rule is not None:
        call = judged_call(rule, showing_of(rule, catalogue.scenarios))
        example = {call.scenario.id: _example(call)} if call is not None else {}
    shown = [_shown(s, example.get(s.id, "")) for s in catalogue.scenarios]
    try:
        click.echo(listing.explanation(code, catalogue.rules, shown, flags))
    except listing.UnknownRule as error:
        click.echo(str(error), err=True)
        return 2
    return 0


def _shown(placed: PlacedScenario, example: str = "") -> listing.Shown:
    inner = placed.scenario
    return listing.Shown(
        id=inner.id,
        title=inner.title,
        rules=tuple(inner.rules),
        file=placed.document.file,
        tags=tuple(inner.tags),
        example=example,
    )


def _example(call: Judged) -> str:
    shown = call.example
    lines = [f"step {shown.step}, sent {shown.sent}:", shown.request, *call.expected]
    return "\n".join(lines)


def schema_text() -> str:
    """The JSON schema of a scenario file, as committed in `scenarios/schema.json`."""
    schema = Scenario.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write_schema(path: Path, only_check: bool) -> int:
    """Write the schema, or say whether the file is in step with the models."""
    text = schema_text()
    if not only_check:
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            click.echo(f"{path} cannot be written: {error.strerror}; name another file", err=True)
            return 2
        return 0
    there = path.read_text(encoding="utf-8") if path.exists() else ""
    if there == text:
        return 0
    click.echo(f"{path} is not in step with the format; run: payme-sandbox schema", err=True)
    return 1
