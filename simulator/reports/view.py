"""What the HTML page shows, as plain printable values; the templates only lay it out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from simulator.conformance.events import Check, Difference, Outcome, Place
from simulator.reports import diagram
from simulator.reports.collect import Finding, RuleResult
from simulator.reports.text import counted, printable, printable_lines, seconds, shortened
from simulator.reports.view_call import ExchangeView, exchange_view
from simulator.reports.words import MARKS, curl_script, replay_command, step_verdicts

MAX_EXCHANGES = 12
MAX_NAMES = 12
MAX_OTHERS = 40


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A scenario line, split around the marked words."""

    where: str
    line: int
    before: str
    marked: str
    after: str


@dataclass(frozen=True, slots=True)
class RuleView:
    """One rule with its clearest finding."""

    code: str
    id: str
    level: str
    mark: str
    text: str
    why: str
    usual_cause: str
    fix: str
    source: str
    link: str
    seen: str
    reason: str
    where: str
    title: str
    took: str
    others: list[str]
    more: int
    places: str
    place: PlaceView | None
    differences: list[Difference]
    verdicts: list[tuple[str, str]]
    log_lines: list[str]
    rows: list[str]
    sequence: list[diagram.Row]
    exchanges: list[ExchangeView]
    replay: str
    script: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One line of the table of all checks."""

    code: str
    id: str
    level: str
    group: str
    mark: str
    checks: str
    scenarios: list[str] = field(default_factory=list)
    more: int = 0


def rule_view(result: RuleResult, cases: str, brief: bool = False) -> RuleView:
    """A rule that does not hold, ready to be laid out; `brief` shows its last call only."""
    rule = result.rule
    finding, *others = result.worst
    check, record = finding.check, finding.record
    judged = record.judged(check)
    calls = judged[-1:] if brief else judged[-MAX_EXCHANGES:]
    return RuleView(
        code=printable(rule.code),
        id=printable(rule.id),
        level=str(rule.level),
        mark=MARKS[result.outcome],
        text=printable(rule.text),
        why=printable(rule.why),
        usual_cause=printable(rule.usual_cause),
        fix=printable(rule.fix),
        source=printable(check.spec or rule.source),
        link=safe_link(check.spec or rule.source),
        seen=printable(shortened(check.message, 1000)),
        reason=printable(check.reason),
        where=printable(finding.where),
        title=printable(record.title),
        took=seconds(record.took),
        others=list(dict.fromkeys(_other(f) for f in others[:MAX_OTHERS])),
        more=max(0, len(others) - MAX_OTHERS),
        places=counted(len(result.worst), "place"),
        place=_place(check.place),
        differences=_differences(check),
        verdicts=step_verdicts(finding),
        log_lines=_evidence(finding.log_lines),
        rows=_evidence(finding.rows),
        sequence=[] if brief else diagram.rows(record, judged, MARKS[result.outcome]),
        exchanges=[exchange_view(call, call is calls[-1]) for call in calls],
        replay=replay_command(finding.case) if finding.case else "",
        script=curl_script(finding.case, cases) if finding.case else "",
    )


def _other(finding: Finding) -> str:
    where = printable(finding.where)
    return f"{where} ({finding.case})" if finding.case else where


def _evidence(lines: Iterable[str]) -> list[str]:
    return [part for line in lines for part in printable_lines(shortened(line, 2000))][:20]


def _place(place: Place | None) -> PlaceView | None:
    if place is None:
        return None
    start, end = place.column - 1, place.column - 1 + place.length
    text = place.text.rstrip("\n")
    return PlaceView(
        printable(f"{place.file}:{place.line}"),
        place.line,
        printable(text[:start].replace("\t", " ")),
        printable(text[start:end]),
        printable(text[end:]),
    )


def _differences(check: Check) -> list[Difference]:
    wanted = check.differences
    if not wanted and (check.expected or check.actual):
        wanted = (Difference("", check.expected, check.actual),)
    return [
        Difference(
            printable(d.path),
            printable(shortened(d.expected, 2000)),
            printable(shortened(d.actual, 2000)),
        )
        for d in wanted[:50]
    ]


def safe_link(url: str) -> str:
    """The URL if it is one that may be followed, else nothing: it then shows as text."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc and url.isprintable() else ""


def rule_row(result: RuleResult) -> RuleRow:
    """A rule in the table of all checks: how often it was checked, and where."""
    counts = [f"{n} {MARKS[o]}" for o, n in result.counts.items()]
    worst_first = sorted(result.findings, key=lambda f: f.check.outcome is Outcome.PASSED)
    names = list(dict.fromkeys(printable(f.record.name) for f in worst_first))
    return RuleRow(
        printable(result.rule.code),
        printable(result.rule.id),
        str(result.rule.level),
        printable(result.rule.group),
        MARKS[result.outcome],
        ", ".join(counts),
        names[:MAX_NAMES],
        max(0, len(names) - MAX_NAMES),
    )
