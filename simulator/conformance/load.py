"""Scenario files -> scenarios whose every step knows its place. All errors of a file at once."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError

from simulator.conformance import format as fmt
from simulator.conformance.events import Level, Rule
from simulator.conformance.syntax import check_references, prefixed
from simulator.conformance.yamlfile import Document, Path_, ScenarioError, read

M = TypeVar("M", bound=BaseModel)
FOLDER = Path(__file__).resolve().parents[2] / "scenarios"
_MAX_ERRORS = 10


@dataclass(frozen=True, slots=True)
class PlacedStep:
    """A step and where it stands: in the scenario's own file or in a fragment's."""

    step: fmt.Step
    document: Document
    path: Path_
    own: bool = True
    arguments: Mapping[str, object] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.step.id or ""


@dataclass(frozen=True, slots=True)
class PlacedScenario:
    """A scenario with its fragments unfolded."""

    scenario: fmt.Scenario
    document: Document
    steps: tuple[PlacedStep, ...]

    @property
    def id(self) -> str:
        return self.scenario.id


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All rules and scenarios of a run."""

    rules: Mapping[str, Rule]
    scenarios: tuple[PlacedScenario, ...]


def load_catalogue(extra: Path | None = None, folder: Path = FOLDER) -> Catalogue:
    """The built-in catalogue and the user's own scenarios. Raises ScenarioError."""
    rules = _load_rules(folder / "rules.yaml")
    errors: list[str] = []
    fragments = _load_fragments(folder / "fragments", errors)
    paths = [(p, f"scenarios/{p.relative_to(folder).as_posix()}") for p in _files(folder)]
    if extra is not None:
        if not extra.is_dir():
            raise ScenarioError(f"{extra}: there is no such folder of scenarios")
        if (extra / "rules.yaml").exists():
            rules |= _load_rules(extra / "rules.yaml")
        fragments |= _load_fragments(extra / "fragments", errors)
        paths += [(p, p.as_posix()) for p in _files(extra)]
    scenarios: dict[str, PlacedScenario] = {}
    for path, name in paths:
        try:
            scenario = load_scenario(read(path, name), fragments, rules)
            if scenario.id in scenarios:
                other = scenarios[scenario.id].document.file
                raise scenario.document.error(
                    ("id",), f'the id "{scenario.id}" is already that of {other}'
                )
            scenarios[scenario.id] = scenario
        except ScenarioError as error:
            errors.append(str(error))
    if errors:
        more = len(errors) - _MAX_ERRORS
        shown = errors[:_MAX_ERRORS] + ([f"… and {more} more"] if more > 0 else [])
        raise ScenarioError("\n\n".join(shown))
    return Catalogue(rules, tuple(scenarios.values()))


def load_scenario(
    document: Document, fragments: Mapping[str, Document], rules: Mapping[str, Rule]
) -> PlacedScenario:
    """One scenario, checked against the schema, the rules and its own references."""
    scenario = validate(document, fmt.Scenario)
    steps: list[PlacedStep] = []
    for index, step in enumerate(scenario.steps):
        steps += _unfold(PlacedStep(step, document, ("steps", index)), fragments)
    placed = PlacedScenario(scenario, document, tuple(steps))
    _check_rules(placed, rules)
    check_references(scenario, [(s.step, s.document, s.path, s.own) for s in steps], document)
    return placed


def validate(document: Document, model: type[M]) -> M:
    """Validate a document against a model; the error names places and nearest keys."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        messages = [
            _explain(document, model, e["loc"], e["type"], e["msg"]) for e in error.errors()
        ]
        raise ScenarioError("\n".join(dict.fromkeys(messages))) from error


def _explain(
    document: Document, model: type[BaseModel], loc: Path_, kind: str, message: str
) -> str:
    path = tuple(part for part in loc if not str(part).startswith("function-"))
    if kind == "extra_forbidden":
        known = _keys_at(model, path[:-1])
        near = difflib.get_close_matches(str(path[-1]), known, 1)
        hint = f'did you mean "{near[0]}"?' if near else f"known here: {', '.join(sorted(known))}"
        return str(document.error(path, f'unknown key "{path[-1]}"; {hint}'))
    if kind == "missing":
        return str(document.error(path, f'the key "{path[-1]}" is missing'))
    return str(document.error(path, message.removeprefix("Value error, ")))


def _keys_at(model: type[BaseModel], path: Path_) -> list[str]:
    """The keys that the schema knows at a path."""
    for part in path:
        field_ = next((f for n, f in model.model_fields.items() if part in (n, f.alias)), None)
        if field_ is not None and (inner := _model_in(field_.annotation)) is not None:
            model = inner
    return [f.alias or n for n, f in model.model_fields.items()]


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(argument) for argument in get_args(annotation))
    return next((model for model in found if model is not None), None)


def _unfold(placed: PlacedStep, fragments: Mapping[str, Document]) -> list[PlacedStep]:
    step = placed.step
    if (step.call is None and step.raw is None) == (step.use is None):
        message = "a step either calls a method (`call`, `raw`) or uses a fragment (`use`)"
        raise placed.document.error(placed.path, message)
    if step.use is None:
        if step.id is None:
            raise placed.document.error(placed.path, "a step that calls needs an `id`")
        return [placed]
    document = fragments.get(step.use)
    if document is None:
        near = difflib.get_close_matches(step.use, list(fragments), 1)
        hint = f'; did you mean "{near[0]}"?' if near else f"; there are {', '.join(fragments)}"
        raise placed.document.error((*placed.path, "use"), f'no fragment "{step.use}"{hint}')
    fragment = validate(document, fmt.Fragment)
    arguments = {"order": "$order", **(step.with_ or {})}
    prefix = f"{step.as_}-" if step.as_ else ""
    inner = [s.id for s in fragment.steps if s.id]
    return [
        PlacedStep(
            prefixed(inner_step, prefix, inner),
            document,
            ("steps", index),
            own=False,
            arguments=arguments,
        )
        for index, inner_step in enumerate(fragment.steps)
    ]


def _check_rules(placed: PlacedScenario, rules: Mapping[str, Rule]) -> None:
    named: list[tuple[Document, Path_, str]] = [
        (placed.document, ("rules", i), rule) for i, rule in enumerate(placed.scenario.rules)
    ]
    for step in placed.steps:
        here = step.document
        if step.step.rule:
            named.append((here, (*step.path, "rule"), step.step.rule))
        named += [
            (here, (*step.path, "also", i, "rule"), also.rule)
            for i, also in enumerate(step.step.also)
        ]
        for name in ("database", "log"):
            part = getattr(step.step, name)
            if part is not None and part.rule:
                named.append((here, (*step.path, name, "rule"), part.rule))
    for document, path, rule in named:
        if rule not in rules:
            near = difflib.get_close_matches(rule, list(rules), 1)
            hint = f'; did you mean "{near[0]}"?' if near else ""
            raise document.error(path, f'there is no rule "{rule}" in rules.yaml{hint}')


def _files(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*.yaml")
        if path.parent.name != "fragments" and not path.name.startswith("rules")
    )


def _load_fragments(folder: Path, errors: list[str]) -> dict[str, Document]:
    documents: dict[str, Document] = {}
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else []:
        try:
            document = read(path, f"scenarios/fragments/{path.name}")
            documents[validate(document, fmt.Fragment).id] = document
        except ScenarioError as error:
            errors.append(str(error))
    return documents


def _load_rules(path: Path) -> dict[str, Rule]:
    document = read(path, f"scenarios/{path.name}")
    try:
        rows = TypeAdapter(list[fmt.RuleRow]).validate_python(document.data)
    except ValidationError as error:
        first = error.errors()[0]
        message = _explain(document, fmt.RuleRow, first["loc"], first["type"], first["msg"])
        raise ScenarioError(message) from error
    rules: dict[str, Rule] = {}
    codes: dict[str, str] = {}
    for index, row in enumerate(rows):
        if row.id in rules:
            raise document.error((index, "id"), f'the rule "{row.id}" stands twice')
        if row.code in codes:
            raise document.error((index, "code"), f"{row.code} is already {codes[row.code]}")
        codes[row.code] = row.id
        rules[row.id] = Rule(**{**row.model_dump(), "level": Level(row.level)})
    return rules


def narrowed(catalogue: Catalogue, keep: set[str]) -> Catalogue:
    """The catalogue with only these scenarios."""
    return replace(catalogue, scenarios=tuple(s for s in catalogue.scenarios if s.id in keep))
