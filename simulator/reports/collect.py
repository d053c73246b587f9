"""A run as its reports see it: gathered from the events, failures put together by rule."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from simulator.caller.wire import Exchange
from simulator.conformance.events import (
    Check,
    Event,
    ExchangeDone,
    Level,
    Outcome,
    Rule,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    ScenarioStarted,
    Totals,
)
from simulator.conformance.judging import ENGINE_RULES

# A rule is as bad as the worst of its checks.
WORST_FIRST = (
    Outcome.FAILED,
    Outcome.NOT_TESTABLE,
    Outcome.WARNED,
    Outcome.KNOWN,
    Outcome.PASSED,
    Outcome.SKIPPED,
)
LEVELS = (Level.MUST, Level.SHOULD, Level.MAY)
_CAUSES = frozenset(ENGINE_RULES)


@dataclass(slots=True)
class ScenarioRecord:
    """All that was seen of one scenario. `took` is ms; `done` is false if the run ended first."""

    name: str
    title: str = ""
    tags: tuple[str, ...] = ()
    exchanges: list[Exchange] = field(default_factory=list)
    checks: tuple[Check, ...] = ()
    took: int = 0
    case: str = ""
    done: bool = False

    def judged(self, check: Check) -> list[Exchange]:
        """The exchanges that `check` judged; without numbers, the last one of its step."""
        if check.exchanges:
            return [e for e in self.exchanges if e.number in check.exchanges]
        return [e for e in self.exchanges if e.step == check.step][-1:]

    def of_step(self, step: str) -> list[Check]:
        """Every check made at one step, whatever its rule."""
        return [c for c in self.checks if c.step == step]


@dataclass(frozen=True, slots=True)
class Finding:
    """One check together with the scenario that it was made in."""

    check: Check
    record: ScenarioRecord

    @property
    def case(self) -> str:
        """Name of the recorded case, empty if nothing was recorded."""
        return self.check.case or self.record.case

    @property
    def log_lines(self) -> tuple[str, ...]:
        """What the log showed: this check's lines, or those of the step's other checks."""
        return self.check.log_lines or _together(c.log_lines for c in self._beside())

    @property
    def rows(self) -> tuple[str, ...]:
        """What the database showed: this check's rows, or those of the step's other checks."""
        return self.check.rows or _together(c.rows for c in self._beside())

    def _beside(self) -> list[Check]:
        return self.record.of_step(self.check.step)

    @property
    def where(self) -> str:
        """`scenario › step`, as shown in every report."""
        return f"{self.record.name} › {self.check.step}" if self.check.step else self.record.name


def _together(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for part in parts for line in part))


@dataclass(slots=True)
class RuleResult:
    """Everything that was found about one rule."""

    rule: Rule
    findings: list[Finding] = field(default_factory=list)
    _parted: dict[Outcome, list[Finding]] = field(default_factory=dict)

    def _parts(self) -> dict[Outcome, list[Finding]]:
        """Findings by outcome, clearest first; made once they are all there."""
        if sum(map(len, self._parted.values())) != len(self.findings):
            parts = defaultdict[Outcome, list[Finding]](list)
            for finding in self.findings:
                parts[finding.check.outcome].append(finding)
            self._parted = {o: sorted(found, key=_murkiness) for o, found in parts.items()}
        return self._parted

    @property
    def counts(self) -> Counter[Outcome]:
        """Checks of this rule by outcome."""
        return Counter({o: len(found) for o, found in self._parts().items()})

    @property
    def outcome(self) -> Outcome:
        """The worst outcome of any check of this rule."""
        return next(o for o in WORST_FIRST if o in self._parts())

    def having(self, outcome: Outcome) -> list[Finding]:
        """The findings with that outcome, clearest first."""
        return self._parts().get(outcome, [])

    @property
    def worst(self) -> list[Finding]:
        """The findings that make the rule what it is, clearest first."""
        return self.having(self.outcome)


def _murkiness(finding: Finding) -> tuple[bool, bool, int, int]:
    """How hard a finding is to understand: no difference shown, no place, many differences, calls.

    The sort is stable, so among equals the first of the run stays first.
    """
    check = finding.check
    return (
        not check.differences,
        check.place is None,
        len(check.differences),
        len(finding.record.exchanges),
    )


@dataclass(slots=True)
class Run:
    """One run, whole or cut short. `started` and `finished` are None until they happened."""

    started: RunStarted | None = None
    finished: RunFinished | None = None
    scenarios: dict[str, ScenarioRecord] = field(default_factory=dict)
    _results: list[RuleResult] | None = None

    @property
    def findings(self) -> Iterator[Finding]:
        """Every check in the order of the run."""
        return (Finding(c, r) for r in self.scenarios.values() for c in r.checks)

    def by_rule(self) -> list[RuleResult]:
        """Every rule that was checked: catalogue order, then what the catalogue does not know."""
        if self._results is not None:
            return self._results
        results = self._by_rule()
        if self.finished:
            self._results = results
        return results

    def _by_rule(self) -> list[RuleResult]:
        catalogue = self.started.rules if self.started else {}
        results = {rule_id: RuleResult(rule) for rule_id, rule in catalogue.items()}
        for finding in self.findings:
            check = finding.check
            if check.rule not in results:
                results[check.rule] = RuleResult(_uncatalogued(check))
            results[check.rule].findings.append(finding)
        return [result for result in results.values() if result.findings]

    def unchecked(self) -> list[Rule]:
        """Rules of the catalogue that no check was made for."""
        checked = {result.rule.id for result in self.by_rule()}
        return [
            r for r in (self.started.rules if self.started else {}).values() if r.id not in checked
        ]

    def broken(self, *outcomes: Outcome) -> list[RuleResult]:
        """Rules whose outcome is among `outcomes`: musts first; of these causes before what may
        follow from them (what every exchange and every repeat must keep to comes first); then as
        in the catalogue."""
        wanted = [r for r in self.by_rule() if r.outcome in outcomes]
        return sorted(wanted, key=lambda r: (LEVELS.index(r.rule.level), r.rule.id not in _CAUSES))

    def known(self) -> list[RuleResult]:
        """What the baseline excuses, also of rules that are broken elsewhere as well."""
        excused = [RuleResult(r.rule, r.having(Outcome.KNOWN)) for r in self.by_rule()]
        return [result for result in excused if result.findings]

    def totals(self) -> Totals:
        """Checks by outcome: as the runner counted them, or counted here if it never finished."""
        if self.finished:
            return self.finished.totals
        counts = Counter(str(f.check.outcome) for f in self.findings)
        return Totals(**counts)


def _uncatalogued(check: Check) -> Rule:
    """A stand-in, so that a check whose rule has no row is still shown whole."""
    return Rule(
        check.code, check.rule, check.level, check.message, check.spec, check.rule.split(".")[0]
    )


class Collector:
    """A listener that gathers a `Run`. Every report that needs the whole run is fed by one."""

    def __init__(self) -> None:
        self.run = Run()

    def __call__(self, event: Event) -> None:
        """Take in one event."""
        match event:
            case RunStarted():
                self.run = Run(started=event)
            case ScenarioStarted():
                record = self._record(event.name)
                record.title, record.tags = event.title, event.tags
            case ExchangeDone():
                self._record(event.exchange.scenario).exchanges.append(event.exchange)
            case ScenarioFinished():
                record = self._record(event.name)
                record.checks, record.took = event.checks, event.took
                record.case, record.done = event.case, True
            case RunFinished():
                self.run.finished = event

    def _record(self, name: str) -> ScenarioRecord:
        return self.run.scenarios.setdefault(name, ScenarioRecord(name))
