"""The report for people: one HTML file that needs no network, no server and no script.

Whatever a merchant sent is text: jinja2 escapes it, invisible characters are shown as escapes,
and the page's own policy allows only the one script and the one style that it was written with.
"""

from __future__ import annotations

import base64
import hashlib
import platform
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from simulator.conformance.events import Level, Outcome
from simulator.reports.collect import (
    LEVELS,
    WORST_FIRST,
    GroupRow,
    RuleResult,
    Run,
    groups,
    reasons,
)
from simulator.reports.files import FileReport
from simulator.reports.json_report import check_data, document, dumped
from simulator.reports.text import printable, printable_lines, seconds
from simulator.reports.view import rule_row, rule_view, safe_link
from simulator.reports.words import CASES, MARKS, exit_words, headline, totals_words

Facts = list[tuple[str, str]]


def this_machine() -> Facts:
    """What a run may depend on, without names of people or hosts."""
    return [
        ("Python", platform.python_version()),
        ("system", f"{platform.system()} {platform.machine()}"),
    ]


class HtmlReport(FileReport):
    """Writes the page. `environment` and `cases` are given by tests and by the command line."""

    name = "HTML report"

    def __init__(
        self,
        path: str | Path,
        cases: str = CASES,
        environment: Callable[[], Facts] = this_machine,
    ) -> None:
        super().__init__(path)
        self._cases = cases
        self._environment = environment

    def render(self, run: Run) -> str:
        """The page as text."""
        style, script = _asset("report.css"), _asset("report.js")
        return (
            _templates()
            .get_template("report.html.j2")
            .render(
                style=Markup(style),
                script=Markup(script),
                style_hash=_hash(style),
                script_hash=_hash(script),
                data=Markup(embedded(run)),
                marks=MARKS,
                **_page(run, self._cases, self._environment()),
            )
        )


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("simulator.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _asset(name: str) -> str:
    """A style or script of our own, put into the page as it is."""
    return (files("simulator.reports") / "templates" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def embedded(run: Run) -> str:
    """The run as JSON for a script element: nothing in it can end the element.

    The document is the JSON report's, made short: `checks` has the clearest check of each rule and
    outcome, `also` the places of the others, `passed` the number of those that hold.
    """
    checks: list[object] = []
    also: dict[str, list[list[str]]] = {}
    results = run.by_rule()
    for result in results:
        for outcome in (o for o in WORST_FIRST if o is not Outcome.PASSED and result.counts[o]):
            first, *others = result.having(outcome)
            checks.append(check_data(first))
            places = [[str(outcome), f.record.name, f.check.step, f.case] for f in others]
            also.setdefault(result.rule.id, []).extend(places)
    short = {
        "also": {rule: places for rule, places in also.items() if places},
        "passed": {r.rule.id: r.counts[Outcome.PASSED] for r in results},
    }
    text = dumped(document(run, checks) | short)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _page(run: Run, cases: str, machine: Facts) -> dict[str, object]:
    """Everything the template names, section by section."""
    results = run.by_rule()
    finished, started = run.finished, run.started
    return {
        "good": bool(finished and finished.exit_code == 0 and not run.broken(Outcome.FAILED)),
        "headline": headline(run),
        "exit": exit_words(run),
        "totals": totals_words(run),
        "facts": _facts(run),
        "stopped": printable_lines(finished.stopped) if finished and finished.stopped else [],
        "levels": [str(level) for level in _levels(results)],
        "matrix": _matrix(results),
        "failing": [rule_view(r, cases) for r in run.broken(Outcome.FAILED)],
        "known": [rule_view(r, cases, brief=True) for r in run.known()],
        "stale": [printable(words) for words in finished.stale] if finished else [],
        "baseline": printable(started.baseline) if started else "",
        "warned": [rule_view(r, cases, brief=True) for r in run.broken(Outcome.WARNED)],
        "not_testable": _not_testable(results),
        "not_looked_at": [printable(w) for w in started.not_looked_at] if started else [],
        "rules": [rule_row(r) for r in results],
        "environment": _environment(run, machine),
    }


def _facts(run: Run) -> list[tuple[str, str, bool]]:
    """Name, value, and whether it is worth copying."""
    started = run.started
    if started is None:
        return []
    whom = started.target
    return [
        ("target", printable(whom.url), True),
        ("profile", f"{printable(whom.profile)}, {printable(whom.account_type)} account", False),
        ("seed", str(started.seed), True),
        ("strict", "yes, a should fails too" if started.strict else "no", False),
        ("command", printable(started.command), True),
    ]


def _environment(run: Run, machine: Facts) -> Facts:
    started, finished = run.started, run.finished
    if started is None:
        return machine
    at = datetime.fromtimestamp(started.started_at // 1000, UTC)
    return [
        ("payme-sandbox", printable(started.tool_version)),
        ("started", at.strftime("%Y-%m-%d %H:%M:%S UTC")),
        ("took", seconds(finished.took) if finished else "not finished"),
        ("scenarios", f"{sum(r.done for r in run.scenarios.values())} of {started.scenarios}"),
        ("rules in the catalogue", str(len(started.rules))),
        *machine,
    ]


def _matrix(results: list[RuleResult]) -> list[dict[str, object]]:
    """Groups by level; a count of what does not hold leads to its first rule."""
    first: dict[tuple[str, str, str], str] = {}
    for result in results:
        key = (result.rule.group, str(result.rule.level), MARKS[result.outcome])
        first.setdefault(key, printable(result.rule.code))
    levels = _levels(results)
    return [
        {"name": printable(row.name), "cells": _cells(row, levels, first)}
        for row in groups(results)
    ]


def _cells(
    row: GroupRow, levels: list[Level], first: dict[tuple[str, str, str], str]
) -> list[list[tuple[int, str, str]]]:
    return [
        [
            (row.counts[level][outcome], mark, first[row.name, str(level), mark])
            for outcome, mark in MARKS.items()
            if row.counts[level][outcome]
        ]
        for level in levels
    ]


def _levels(results: list[RuleResult]) -> list[Level]:
    """The levels that have rules; a column of dashes tells nothing."""
    seen = {result.rule.level for result in results}
    return [level for level in LEVELS if level in seen]


def _not_testable(results: list[RuleResult]) -> list[tuple[str, list[tuple[str, str, str]]]]:
    return [
        (
            printable(why),
            [(printable(r.code), printable(r.id), safe_link(r.source)) for r in rules],
        )
        for why, rules in reasons(results, Outcome.NOT_TESTABLE).items()
    ]
