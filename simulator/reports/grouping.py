"""Rules and checks put together for tables: by group, by reason, by verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from simulator.conformance.events import Check, Level, Outcome, Rule, Verdict
from simulator.reports.collect import LEVELS, Finding, RuleResult


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group of rules (a method, mostly): rules by level and outcome."""

    name: str
    counts: dict[Level, Counter[Outcome]]


def only_skipped(results: Iterable[RuleResult]) -> dict[str, list[Rule]]:
    """Rules that were met but never tried, by the first reason given."""
    found: dict[str, list[Rule]] = {}
    for result in results:
        if result.outcome is Outcome.SKIPPED:
            why = result.worst[0].check.reason or "no reason given"
            found.setdefault(why, []).append(result.rule)
    return found


def groups(results: Iterable[RuleResult]) -> list[GroupRow]:
    """Rules counted by group, groups in the catalogue's order."""
    rows: dict[str, GroupRow] = {}
    for result in results:
        name = result.rule.group
        row = rows.setdefault(name, GroupRow(name, {level: Counter() for level in LEVELS}))
        row.counts[result.rule.level][result.outcome] += 1
    return list(rows.values())


def reasons(results: Iterable[RuleResult], outcome: Outcome) -> dict[str, list[Rule]]:
    """Rules by the reason given for `outcome`, in order of appearance."""
    found: dict[str, list[Rule]] = {}
    for result in results:
        for finding in result.having(outcome):
            why = finding.check.reason or finding.check.message or "no reason given"
            rules = found.setdefault(why, [])
            if result.rule not in rules:
                rules.append(result.rule)
    return found


def verdicts(finding: Finding) -> dict[Verdict, list[Check]]:
    """The step's checks by verdict; an empty list means that nobody looked there.

    A check without a step holds for the scenario from end to end, this step included.
    """
    seen: dict[Verdict, list[Check]] = {verdict: [] for verdict in Verdict}
    for check in finding.record.checks:
        if check.step in (finding.check.step, ""):
            seen[check.verdict].append(check)
    return seen
