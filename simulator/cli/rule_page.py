"""The page of one rule: what it says, why, how it is broken and mended, what goes over the wire."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from simulator.cli.wire import Example, example
from simulator.conformance.events import Level, Rule
from simulator.conformance.judging import ENGINE_RULES
from simulator.conformance.load import PlacedScenario, PlacedStep

INDEX = "README.md"
MADE = "<!-- Written by `make docs` from scenarios/. Change the rule or the scenario instead. -->"
LEVELS = {
    Level.MUST: "a merchant that breaks it fails",
    Level.SHOULD: "a merchant that breaks it is warned, and fails with `--strict`",
    Level.MAY: "either way is right",
}


def rule_page(rule: Rule, scenarios: Sequence[PlacedScenario]) -> str:
    """The whole page; links lead from docs/checks to the scenario files."""
    showing = showing_of(rule, scenarios)
    lines = [MADE, "", f"# {rule.code} `{rule.id}`", "", f"**{as_markdown(rule.text)}**", ""]
    group = f"[{rule.group}]({INDEX}#{rule.group})"
    lines.append(f"Level **{rule.level}**: {LEVELS[rule.level]}. Group {group}.")
    for head, words in _parts(rule):
        if words:
            lines += ["", f"## {head}", "", as_markdown(words)]
    lines += ["", "## Source", "", f"<{rule.source}>"]
    lines += _wire(rule, showing)
    lines += ["", "## Scenarios", "", *_scenarios(rule, showing)]
    return "\n".join(lines) + "\n"


def showing_of(rule: Rule, scenarios: Sequence[PlacedScenario]) -> list[PlacedScenario]:
    """The scenarios that show a rule; those that name it first come first."""
    return sorted(
        (s for s in scenarios if rule.id in s.scenario.rules),
        key=lambda s: s.scenario.rules.index(rule.id),
    )


def _parts(rule: Rule) -> list[tuple[str, str]]:
    return [
        ("Why", rule.why),
        ("The usual bug", rule.usual_cause),
        ("The fix", rule.fix),
        ("Note", rule.note),
    ]


def as_markdown(words: str) -> str:
    """Words of the catalogue, in which only what stands between backticks is markup."""
    parts = re.split(r"(`[^`]*`)", words)
    return "".join(
        p if p.startswith("`") else re.sub(r"[\\*]|<(?=[a-zA-Z/!?])", r"\\\g<0>", p) for p in parts
    )


def _scenarios(rule: Rule, showing: Sequence[PlacedScenario]) -> Iterator[str]:
    if rule.id in ENGINE_RULES:
        yield "Every scenario looks at it, whatever the scenario is about."
    elif not showing:
        yield "No scenario looks at it."
    if not showing:
        return
    if rule.id in ENGINE_RULES:
        yield ""
    for scenario in showing:
        link = f"[`{scenario.id}`](../../{scenario.document.file})"
        yield f"* {link}: {as_markdown(scenario.scenario.title)}"
    yield from ["", "```", f"payme-sandbox check --only {rule.code}", "```"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A call as it looks on the wire, and what a rule expects then, a verdict a line."""

    scenario: PlacedScenario
    placed: PlacedStep
    example: Example
    expected: tuple[str, ...]


def judged_call(rule: Rule, showing: Sequence[PlacedScenario]) -> Judged | None:
    """The first call that a scenario judges by this rule."""
    for scenario, placed in _judging(rule, showing):
        shown = example(scenario, placed)
        if shown is not None:
            return Judged(scenario, placed, shown, tuple(_expected(rule, scenario, placed)))
    return None


def _wire(rule: Rule, showing: Sequence[PlacedScenario]) -> Iterator[str]:
    call = judged_call(rule, showing)
    if call is None:
        return
    shown = call.example
    yield from ["", "## On the wire", ""]
    file = f"../../{call.placed.document.file}"
    yield f"[`{call.scenario.id}`]({file}), step `{shown.step}`, sent {shown.sent}:"
    yield from ["", "```http", shown.request, "```"]
    if call.expected:
        yield from ["", "Expected:", "", "```yaml", *call.expected, "```"]


def _judging(
    rule: Rule, showing: Sequence[PlacedScenario]
) -> list[tuple[PlacedScenario, PlacedStep]]:
    """Steps that name the rule, then those it is the default of, then any of the scenarios' own."""
    calls = [(s, p) for s in showing for p in s.steps if p.step.call is not None]
    own = [(s, p) for s, p in calls if p.own]
    default = [
        (s, p)
        for s, p in own
        if s.scenario.rules[0] == rule.id and p.step.rule is None and p.step.expect
    ]
    return [*((s, p) for s, p in calls if rule.id in _rules_of(p)), *default, *own]


def _rules_of(placed: PlacedStep) -> list[str | None]:
    step = placed.step
    parts = [part for part in (step.database, step.log) if part is not None]
    return [step.rule, *(also.rule for also in step.also), *(part.rule for part in parts)]


def _expected(rule: Rule, scenario: PlacedScenario, placed: PlacedStep) -> Iterator[str]:
    """What the file expects under this rule, a verdict a line, as the file writes it."""
    for name, named, part in _verdicts(scenario, placed):
        if named == rule.id:
            data = part.model_dump(by_alias=True, exclude_unset=True, exclude={"rule"})
            yield f"{name}: {json.dumps(data, ensure_ascii=False)}"


def _verdicts(scenario: PlacedScenario, placed: PlacedStep) -> Iterator[tuple[str, str, BaseModel]]:
    """Each verdict of a step: which, under which rule, and what it expects."""
    step = placed.step
    default = step.rule or scenario.scenario.rules[0]
    if step.expect is not None:
        yield "expect", default, step.expect
    if step.database is not None:
        yield "database", step.database.rule or default, step.database
    if step.log is not None:
        yield "log", step.log.rule or default, step.log
    for also in step.also:
        for name, part in (("expect", also.expect), ("database", also.database), ("log", also.log)):
            if part is not None:
                yield name, also.rule, part
