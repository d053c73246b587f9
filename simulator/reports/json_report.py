"""The report for machines. Its keys are a contract: they are only ever added to, at the end."""

from __future__ import annotations

import json

from simulator import __version__
from simulator.caller.faults import fault_of
from simulator.conformance.events import Check
from simulator.reports.collect import Finding, Run
from simulator.reports.files import FileReport
from simulator.reports.text import hidden

VERSION = 1


class JsonReport(FileReport):
    """Writes the whole run as JSON."""

    name = "JSON report"

    def render(self, run: Run) -> str:
        """The document as text, a member a line."""
        return dumped(document(run), indent=1) + "\n"


def document(run: Run, checks: list[object] | None = None) -> dict[str, object]:
    """The run as plain data: the contract's keys in its order, ours after them.

    `checks` stands in for the whole list.
    """
    started, finished = run.started, run.finished
    totals = run.totals()
    return {
        "version": VERSION,
        "tool": {
            "name": "payme-sandbox",
            "version": started.tool_version if started else __version__,
        },
        "target": {
            "url": started.target.url if started else "",
            "profile": started.target.profile if started else "",
            "account_type": started.target.account_type if started else "",
        },
        "seed": started.seed if started else 0,
        "exit_code": finished.exit_code if finished else 1,
        "seconds": (finished.took if finished else 0) / 1000,
        "totals": {
            "passed": totals.passed,
            "failed": totals.failed,
            "warned": totals.warned,
            "not_testable": totals.not_testable,
            "known": totals.known,
            "skipped": totals.skipped,
        },
        "checks": [check_data(finding) for finding in run.findings] if checks is None else checks,
        **_more(run),
    }


def _more(run: Run) -> dict[str, object]:
    started, finished = run.started, run.finished
    return {
        "strict": started.strict if started else False,
        "command": started.command if started else "",
        "started_at": started.started_at if started else 0,
        "unchecked": [rule.id for rule in run.unchecked()],
        "not_looked_at": list(started.not_looked_at) if started else [],
        "baseline": {
            "file": started.baseline if started else "",
            "stale": list(finished.stale) if finished else [],
        },
        "stopped": finished.stopped if finished else "the run did not finish",
    }


def check_data(finding: Finding) -> dict[str, object]:
    """One check: the contract's keys always, ours only where there is something to say."""
    check = finding.check
    return {
        "code": check.code,
        "rule": check.rule,
        "level": check.level.value,
        "scenario": finding.record.name,
        "step": check.step,
        "verdict": check.verdict.value,
        "outcome": check.outcome.value,
        "message": check.message,
        "expected": check.expected,
        "actual": check.actual,
        "spec": check.spec,
        "case": finding.case,
        **_evidence(check),
        **_faults(finding),
    }


def _evidence(check: Check) -> dict[str, object]:
    place = check.place
    found: dict[str, object] = {
        "reason": check.reason,
        "place": place
        and {"file": place.file, "line": place.line, "column": place.column, "text": place.text},
        "differences": [
            {"path": d.path, "expected": d.expected, "actual": d.actual} for d in check.differences
        ],
        "exchanges": list(check.exchanges),
        "log_lines": list(check.log_lines),
        "rows": list(check.rows),
    }
    return {key: value for key, value in found.items() if value}


def _faults(finding: Finding) -> dict[str, object]:
    """The judged calls that were spoiled on purpose, by their numbers."""
    judged = finding.record.judged(finding.check) if finding.check.exchanges else []
    found = [{"exchange": e.number, "fault": fault_of(e.notes)} for e in judged]
    faults = [one for one in found if one["fault"]]
    return {"faults": faults} if faults else {}


def dumped(value: object, indent: int | None = None) -> str:
    """JSON text that keeps letters readable and escapes what is invisible or acts on readers."""
    separators = (",", ":") if indent is None else None
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)
    # Controls below the blank are escaped already; line ends between members are to stay.
    return text.translate({ord(c): _escape(c) for c in set(text) if c > "~" and hidden(c)})


def _escape(character: str) -> str:
    return "\\u007f" if character == "\x7f" else json.dumps(character)[1:-1]
