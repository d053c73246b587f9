"""The HTML page's sections as plain values, from the verdict down to the environment."""

from __future__ import annotations

from datetime import UTC, datetime

from simulator.conformance.events import Level, Outcome
from simulator.reports.collect import LEVELS, RuleResult, Run
from simulator.reports.grouping import GroupRow, groups, reasons
from simulator.reports.text import printable, printable_lines, seconds
from simulator.reports.view import rule_row, rule_view, safe_link
from simulator.reports.words import MARKS, exit_words, headline, totals_words

Facts = list[tuple[str, str]]


def overview(run: Run, cases: str, machine: Facts) -> dict[str, object]:
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
