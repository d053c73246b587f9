"""The catalogue for people and machines: `list` and `explain`."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console

from simulator.conformance.events import Rule
from simulator.conformance.judging import ENGINE_RULES
from simulator.reports.json_report import dumped
from simulator.reports.page import Page, dim
from simulator.reports.text import counted, printable, printable_lines
from simulator.reports.words import PROGRAM

LISTING_VERSION = 1


@dataclass(frozen=True, slots=True)
class Shown:
    """A scenario as the catalogue knows it: which rules it shows, and one call on the wire.

    `file` is where it lies; `example` is text that may have several lines, empty if none is given.
    """

    id: str
    title: str
    rules: tuple[str, ...]
    file: str = ""
    tags: tuple[str, ...] = ()
    example: str = ""


Scenarios = Sequence[Shown] | Mapping[str, Sequence[str]]
"""Scenarios with all that is to be told of them, or only their ids with the rules they show."""


class UnknownRule(Exception):
    """No rule has that code or id; the text names the nearest ones."""


def listing(rules: Mapping[str, Rule], scenarios: Scenarios, as_json: bool = False) -> str:
    """The catalogue as text for a terminal or a pipe, or as JSON."""
    shown = _shown(scenarios)
    if as_json:
        return dumped(_data(rules, shown), indent=1)
    return _written(lambda page: _list(page, rules, shown))


def explanation(name: str, rules: Mapping[str, Rule], scenarios: Scenarios, flags: str = "") -> str:
    """All about one rule, named by its code or id. Raises UnknownRule.

    `flags` is what the command to try it needs besides.
    """
    rule = find(name, rules)
    if rule is None:
        raise UnknownRule(_unknown(name, nearest(name, rules)))
    return _written(lambda page: _explain(page, rule, _showing(rule, _shown(scenarios)), flags))


def _shown(scenarios: Scenarios) -> list[Shown]:
    if isinstance(scenarios, Mapping):
        return [Shown(id_, "", tuple(rules)) for id_, rules in scenarios.items()]
    return list(scenarios)


def _written(write: Callable[[Page], None]) -> str:
    """What is written for the terminal that this process has, as one text."""
    terminal = Console()
    with terminal.capture() as capture:
        write(Page(terminal))
    return capture.get().rstrip("\n")


def _showing(rule: Rule, scenarios: Iterable[Shown]) -> list[Shown]:
    """The scenarios that show a rule; those that name it first come first."""
    named = [s for s in scenarios if rule.id in s.rules]
    return sorted(named, key=lambda s: s.rules.index(rule.id))


def _list(page: Page, rules: Mapping[str, Rule], scenarios: Sequence[Shown]) -> None:
    """Code, level, id, number of scenarios, and the rule in words, group by group."""
    code = max((len(rule.code) for rule in rules.values()), default=0)
    group = ""
    for rule in rules.values():
        if rule.group != group:
            page.gap()
            page.line([(printable(rule.group), "bold")], indent=1)
            group = rule.group
        number = len(_showing(rule, scenarios))
        where = counted(number, "scenario") if number else _nowhere(rule)
        page.line(
            [f"{rule.level:<6}  ", (printable(rule.id), "bold"), dim(f"   {where}")],
            indent=1,
            label=f"{printable(rule.code):<{code}}  ",
        )
        page.line([printable(rule.text)], indent=code + 3)
    page.gap()
    page.line([f"{counted(len(rules), 'rule')}, {counted(len(scenarios), 'scenario')}"], indent=1)


def _nowhere(rule: Rule) -> str:
    return "in every scenario" if rule.id in ENGINE_RULES else "in no scenario"


def _data(rules: Mapping[str, Rule], scenarios: Sequence[Shown]) -> dict[str, object]:
    return {
        "version": LISTING_VERSION,
        "rules": [
            {
                "code": rule.code,
                "id": rule.id,
                "level": rule.level.value,
                "group": rule.group,
                "text": rule.text,
                "source": rule.source,
                "note": rule.note,
                "scenarios": [s.id for s in _showing(rule, scenarios)],
            }
            for rule in rules.values()
        ],
        "scenarios": [
            {
                "id": s.id,
                "title": s.title,
                "tags": list(s.tags),
                "rules": list(s.rules),
                "file": s.file,
            }
            for s in scenarios
        ],
    }


def find(name: str, rules: Mapping[str, Rule]) -> Rule | None:
    """The rule with that code or id, in any case of letters."""
    wanted = name.strip().lower()
    return next((r for r in rules.values() if wanted in (r.code.lower(), r.id.lower())), None)


def nearest(name: str, rules: Mapping[str, Rule]) -> list[Rule]:
    """Rules whose code or id looks like `name`, best first, at most three."""
    wanted = name.strip().lower()
    names = {text.lower(): r for r in rules.values() for text in (r.code, r.id)}
    close = [text for text in names if wanted and wanted in text]
    close += difflib.get_close_matches(wanted, names, n=3, cutoff=0.5)
    return list({names[text].id: names[text] for text in close}.values())[:3]


def _explain(page: Page, rule: Rule, shown: list[Shown], flags: str) -> None:
    page.line([f"{printable(rule.code)}  {rule.level}  ", (printable(rule.id), "bold")], indent=1)
    page.line([printable(rule.text)], indent=1)
    page.gap()
    for label, words in _parts(rule):
        if words:
            page.line([printable(words)], indent=1, label=dim(f"{label:<9}"))
    page.whole([dim("source   "), printable(rule.source)], indent=1)
    _scenarios(page, rule, shown, flags)


def _parts(rule: Rule) -> list[tuple[str, str]]:
    return [
        ("why", rule.why),
        ("often", rule.usual_cause),
        ("fix", rule.fix),
        ("note", rule.note),
    ]


def _unknown(name: str, close: list[Rule]) -> str:
    words = [f"There is no rule {printable(name)!r}."]
    if close:
        words.append("Near it: " + ", ".join(f"{r.code} ({r.id})" for r in close) + ".")
    return " ".join([*words, f"All of them: {PROGRAM} list"])


def _scenarios(page: Page, rule: Rule, shown: list[Shown], flags: str) -> None:
    page.gap()
    if not shown:
        page.line([f"looked at {_nowhere(rule)}"], indent=1)
        return
    example = next((s for s in shown if s.example), None)
    if example:
        page.line([dim(f"on the wire, in {printable(example.id)}")], indent=1)
        for line in printable_lines(example.example):
            page.data([line], indent=3)
        page.gap()
    page.line([dim(f"shown by {counted(len(shown), 'scenario')}")], indent=1)
    for scenario in shown:
        page.line([f"{printable(scenario.id)}  {printable(scenario.title)}"], indent=3)
    page.gap()
    page.whole([dim("try it   "), f"{PROGRAM} check{flags} --only '{shown[0].id}'"], indent=1)
