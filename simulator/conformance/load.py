"""Scenario files -> scenarios whose every step knows its place. All errors of a file at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from simulator.conformance import format as fmt
from simulator.conformance.arguments import did_you_mean
from simulator.conformance.checks import StepInPlace, complaints, rules_of
from simulator.conformance.events import Rule
from simulator.conformance.rulebook import load_rules
from simulator.conformance.syntax import prefixed
from simulator.conformance.validation import validate
from simulator.conformance.yamlfile import Document, Fault, Path_, ScenarioError, all_told, read

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
    if extra is not None and not extra.is_dir():
        raise ScenarioError(f"{extra}: there is no such folder of scenarios")
    if extra is not None and not any(extra.rglob("*.yaml")):
        raise ScenarioError(f"{extra}: there is no scenario in it: no file is called *.yaml")
    files = _named(folder, f"{folder.name}/") + (_named(extra, "") if extra else [])
    rules = load_rules((path, name) for path, name in files if path.name.startswith("rules"))
    errors: list[str] = []
    fragments: dict[str, Document] = {}
    scenarios: dict[str, PlacedScenario] = {}
    for path, name in sorted(files, key=lambda file: file[0].parent.name != "fragments"):
        try:
            if path.parent.name == "fragments":
                document = read(path, name)
                fragments[validate(document, fmt.Fragment).id] = document
            elif not path.name.startswith("rules"):
                scenario = load_scenario(read(path, name), fragments, rules)
                _is_new(scenario, scenarios)
                scenarios[scenario.id] = scenario
        except ScenarioError as error:
            errors.append(str(error))
    if errors:
        more = len(errors) - _MAX_ERRORS
        shown = errors[:_MAX_ERRORS] + ([f"… and {more} more"] if more > 0 else [])
        raise ScenarioError("\n\n".join(shown))
    return Catalogue(rules, tuple(scenarios.values()))


def _named(folder: Path, prefix: str) -> list[tuple[Path, str]]:
    """The folder's YAML files, each with the name that messages call it by."""
    files = sorted(folder.rglob("*.yaml"))
    if prefix:
        return [(path, prefix + path.relative_to(folder).as_posix()) for path in files]
    return [(path, path.as_posix()) for path in files]


def _is_new(scenario: PlacedScenario, others: Mapping[str, PlacedScenario]) -> None:
    if scenario.id in others:
        other = others[scenario.id].document.file
        raise scenario.document.error(("id",), f'the id "{scenario.id}" is already that of {other}')


def load_scenario(
    document: Document, fragments: Mapping[str, Document], rules: Mapping[str, Rule]
) -> PlacedScenario:
    """One scenario, checked against the schema, the rules and its own references."""
    scenario = validate(document, fmt.Scenario)
    steps: list[PlacedStep] = []
    looked_at: list[PlacedStep] = []
    faults: list[Fault] = []
    for index, step in enumerate(scenario.steps):
        placed = PlacedStep(step, document, ("steps", index))
        unfolded = _unfold(placed, fragments, faults)
        steps += unfolded
        looked_at += unfolded if placed in unfolded else [placed, *unfolded]
    faults += _unknown_rules(scenario, document, steps, rules)
    if not faults:  # a fragment that is missing would make many references wrong
        in_place = [StepInPlace(s.step, s.document, s.path, s.arguments) for s in looked_at]
        faults += complaints(scenario, in_place, document)
    if faults:
        raise all_told(faults)
    return PlacedScenario(scenario, document, tuple(steps))


def _unfold(
    placed: PlacedStep, fragments: Mapping[str, Document], faults: list[Fault]
) -> list[PlacedStep]:
    """A call as it is, a fragment's steps for a `use`; nothing if that is a fault."""
    step, home = placed.step, placed.document
    if (step.call is None and step.raw is None) == (step.use is None):
        message = "a step either calls a method (`call`, `raw`) or uses a fragment (`use`)"
        faults.append((home, placed.path, message))
        return []
    if step.use is None:
        if step.id is None:
            faults.append((home, placed.path, "a step that calls needs an `id`"))
        return [placed]
    document = fragments.get(step.use)
    if document is None:
        hint = did_you_mean(step.use, fragments) or f"; there are {', '.join(fragments)}"
        faults.append((home, (*placed.path, "use"), f'no fragment "{step.use}"{hint}'))
        return []
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


def _unknown_rules(
    scenario: fmt.Scenario,
    document: Document,
    steps: Sequence[PlacedStep],
    rules: Mapping[str, Rule],
) -> list[Fault]:
    named: list[tuple[Document, Path_, str]] = [
        (document, ("rules", i), rule) for i, rule in enumerate(scenario.rules)
    ]
    named += [
        (placed.document, (*placed.path, *path), rule)
        for placed in steps
        for path, rule in rules_of(placed.step)
    ]
    return [
        (home, path, f'there is no rule "{rule}" in rules.yaml{did_you_mean(rule, rules)}')
        for home, path, rule in named
        if rule not in rules
    ]
