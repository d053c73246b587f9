"""Collects a scenario's checks: one per step, verdict and rule; one per scenario for the rules
that hold in every exchange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from simulator.conformance.events import (
    Check,
    Difference,
    Level,
    Outcome,
    Place,
    Rule,
    Verdict,
)
from simulator.protocol.finding import Finding, Report


@dataclass(slots=True)
class Evidence:
    """What a check can show: the calls it judged, log lines, database rows."""

    exchanges: tuple[int, ...] = ()
    log_lines: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


@dataclass(slots=True)
class _Standing:
    """A rule that holds everywhere: the first finding against it, and how many there were."""

    verdict: Verdict
    step: str = ""
    finding: Finding | None = None
    evidence: Evidence = field(default_factory=Evidence)
    count: int = 0


class Recorder:
    """The checks of one scenario."""

    def __init__(self, scenario: str, rules: Mapping[str, Rule], strict: bool) -> None:
        self.scenario = scenario
        self._rules = rules
        self._strict = strict
        self._checks: list[Check] = []
        self._standing: dict[tuple[str, Verdict], _Standing] = {}

    @property
    def broken(self) -> bool:
        """True once anything failed."""
        return any(c.outcome is Outcome.FAILED for c in self.checks())

    def explicit(
        self,
        step: str,
        verdict: Verdict,
        rule: str,
        differences: Sequence[Difference] = (),
        *,
        message: str = "",
        place: Place | None = None,
        evidence: Evidence | None = None,
    ) -> None:
        """A check that a step asks for; it holds if there are no differences."""
        outcome = self._outcome(rule, bool(differences))
        seen = evidence or Evidence()
        first = differences[0] if differences else Difference("", "", "")
        self._checks.append(
            self._check(
                rule,
                step,
                verdict,
                outcome,
                message or self._rules[rule].text,
                expected=first.expected,
                actual=first.actual,
                place=place if differences else None,
                differences=tuple(differences),
                exchanges=seen.exchanges,
                log_lines=seen.log_lines,
                rows=seen.rows,
            )
        )

    def unseen(self, step: str, verdict: Verdict, rule: str, outcome: Outcome, why: str) -> None:
        """A check that was not made: skipped or not testable, with the reason."""
        self._checks.append(
            self._check(rule, step, verdict, outcome, self._rules[rule].text, reason=why)
        )

    def standing(
        self,
        step: str,
        report: Report,
        verdict: Verdict = Verdict.INVARIANT,
        evidence: Evidence | None = None,
    ) -> None:
        """Findings, or their absence, of rules that hold in every exchange."""
        for rule in report.looked_at:
            self._standing.setdefault((rule, verdict), _Standing(verdict))
        for finding in report.findings:
            entry = self._standing.setdefault((finding.rule, verdict), _Standing(verdict))
            entry.count += 1
            if entry.finding is None:
                entry.step, entry.finding = step, finding
                entry.evidence = evidence or Evidence()

    def checks(self) -> list[Check]:
        """All checks so far, the standing ones last."""
        return self._checks + [
            self._stand(rule, entry) for (rule, _), entry in sorted(self._standing.items())
        ]

    def _stand(self, rule: str, entry: _Standing) -> Check:
        finding = entry.finding
        outcome = self._outcome(rule, finding is not None)
        if finding is None:
            return self._check(rule, "", entry.verdict, outcome, self._rules[rule].text)
        more = f" ({entry.count} times in this scenario)" if entry.count > 1 else ""
        difference = Difference(finding.path, finding.expected, finding.actual)
        return self._check(
            rule,
            entry.step,
            entry.verdict,
            outcome,
            finding.message + more,
            expected=finding.expected,
            actual=finding.actual,
            differences=(difference,) if finding.path or finding.actual else (),
            exchanges=entry.evidence.exchanges,
            log_lines=entry.evidence.log_lines,
            rows=entry.evidence.rows,
        )

    def _outcome(self, rule: str, broken: bool) -> Outcome:
        level = self._rules[rule].level
        if not broken or level is Level.MAY:
            return Outcome.PASSED
        return Outcome.FAILED if level is Level.MUST or self._strict else Outcome.WARNED

    def _check(
        self,
        rule: str,
        step: str,
        verdict: Verdict,
        outcome: Outcome,
        message: str,
        *,
        expected: str = "",
        actual: str = "",
        place: Place | None = None,
        differences: tuple[Difference, ...] = (),
        exchanges: tuple[int, ...] = (),
        log_lines: tuple[str, ...] = (),
        rows: tuple[str, ...] = (),
        reason: str = "",
    ) -> Check:
        row = self._rules[rule]
        return Check(
            code=row.code,
            rule=rule,
            level=row.level,
            scenario=self.scenario,
            step=step,
            verdict=verdict,
            outcome=outcome,
            message=message,
            spec=row.source,
            expected=expected,
            actual=actual,
            place=place,
            differences=differences,
            exchanges=exchanges,
            log_lines=log_lines,
            rows=rows,
            reason=reason,
        )
