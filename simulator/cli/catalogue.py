"""`list`, `explain` and `schema`: the catalogue shown."""

from __future__ import annotations

import json
from pathlib import Path

import click

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
    shown = [_shown(s) for s in catalogue.scenarios]
    try:
        click.echo(listing.explanation(code, catalogue.rules, shown))
    except listing.UnknownRule as error:
        click.echo(str(error), err=True)
        return 2
    return 0


def _shown(placed: PlacedScenario) -> listing.Shown:
    inner = placed.scenario
    return listing.Shown(
        id=inner.id,
        title=inner.title,
        rules=tuple(inner.rules),
        file=placed.document.file,
        tags=tuple(inner.tags),
        example=_example(placed),
    )


def _example(placed: PlacedScenario) -> str:
    """The scenario's first call of its own, and what is expected of it, as the file has it."""
    step = next((s.step for s in placed.steps if s.own and s.step.call), None)
    if step is None:
        return ""
    sent: dict[str, object] = {"method": step.call}
    if step.params is not None:
        sent["params"] = step.params
    lines = [f"sent      {json.dumps(sent, ensure_ascii=False)}"]
    if step.expect is not None:
        wanted = step.expect.model_dump(by_alias=True, exclude_unset=True)
        lines.append(f"expected  {json.dumps(wanted, ensure_ascii=False)}")
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
