"""JUnit XML: a suite a group of rules, a case a check, valid for the schemas that CI systems use.

Kept to what both the Ant schema and Jenkins' allow: no attributes of our own, one outcome a case.
Source: github.com/windyroad/JUnit-Schema and jenkinsci/xunit-plugin, junit-10.xsd.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from simulator.conformance.events import Outcome
from simulator.reports.calls import request_line
from simulator.reports.collect import Finding, Run
from simulator.reports.files import FileReport
from simulator.reports.text import printable, printable_lines, shortened
from simulator.reports.words import replay_command

_OUTCOMES = {
    Outcome.FAILED: "failure",
    Outcome.NOT_TESTABLE: "failure",
    Outcome.KNOWN: "skipped",
    Outcome.SKIPPED: "skipped",
}
_LONGEST = 4_000


class JunitReport(FileReport):
    """Writes the run as JUnit XML."""

    name = "JUnit report"

    def render(self, run: Run) -> str:
        """The document as text."""
        return ET.tostring(document(run), encoding="unicode", xml_declaration=False).join(
            ('<?xml version="1.0" encoding="UTF-8"?>\n', "\n")
        )


def document(run: Run) -> ET.Element:
    """The whole run as one `testsuites` element."""
    root = ET.Element("testsuites")
    suites: dict[str, list[Finding]] = {}
    for result in run.by_rule():
        suites.setdefault(result.rule.group or "rules", []).extend(result.findings)
    clock = _Clock()
    for group, findings in suites.items():
        suite = _suite(root, run, group)
        _cases(suite, group, findings, clock)
        _close(suite, _warnings(findings))
    _harness(root, run)
    ET.indent(root)
    return root


class _Clock:
    """Time of the calls, each counted once: the first check that judged a call gets it."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def of(self, finding: Finding) -> str:
        calls = [e for e in finding.record.judged(finding.check) if e.number not in self._seen]
        self._seen.update(e.number for e in calls)
        return _seconds(sum(e.took for e in calls))


def _seconds(ms: int) -> str:
    return f"{ms // 1000}.{ms % 1000:03d}"


def _ms(seconds: str) -> int:
    return int(seconds.replace(".", ""))


def _suite(root: ET.Element, run: Run, name: str) -> ET.Element:
    """An open suite with its properties; its counts are filled in by `_close`."""
    started = run.started
    at = datetime.fromtimestamp((started.started_at if started else 0) // 1000, UTC)
    suite = ET.SubElement(
        root,
        "testsuite",
        name=_clean(name),
        package="payme-sandbox",
        id=str(len(root)),
        timestamp=at.strftime("%Y-%m-%dT%H:%M:%S"),
        hostname="localhost",
    )
    properties = ET.SubElement(suite, "properties")
    for key, value in _properties(run):
        ET.SubElement(properties, "property", name=key, value=_clean(value))
    return suite


def _properties(run: Run) -> Iterable[tuple[str, str]]:
    started = run.started
    if started is None:
        return []
    return [
        ("target", started.target.url),
        ("profile", started.target.profile),
        ("account_type", started.target.account_type),
        ("seed", str(started.seed)),
        ("strict", "yes" if started.strict else "no"),
        ("command", started.command),
    ]


def _close(suite: ET.Element, warnings: Iterable[str] = ()) -> None:
    """Count the cases into the suite and add the two streams that the schema wants last."""
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(1 for case in cases if case.find(tag) is not None)))
    suite.set("time", _seconds(sum(_ms(case.get("time", "0.000")) for case in cases)))
    ET.SubElement(suite, "system-out").text = "\n".join(warnings) or None
    ET.SubElement(suite, "system-err")


def _cases(suite: ET.Element, group: str, findings: list[Finding], clock: _Clock) -> None:
    names: Counter[str] = Counter()
    for finding in findings:
        check = finding.check
        name = f"{check.code} {check.rule}: {finding.where} ({check.verdict})"
        names[name] += 1
        if names[name] > 1:
            name += f" #{names[name]}"
        case = ET.SubElement(
            suite, "testcase", name=_clean(name), classname=_clean(group), time=clock.of(finding)
        )
        tag = _OUTCOMES.get(check.outcome)
        if tag:
            _outcome(case, tag, finding)


def _warnings(findings: list[Finding]) -> Iterable[str]:
    """A broken should is a passed case to CI systems; it is told in the suite's output."""
    for finding in findings:
        check = finding.check
        if check.outcome is Outcome.WARNED:
            words = f"warning {check.code} {check.rule}: {finding.where}: {check.message}"
            yield _clean(shortened(words, 500))


def _outcome(case: ET.Element, tag: str, finding: Finding) -> None:
    check = finding.check
    words = check.reason if check.outcome is not Outcome.FAILED else check.message
    attributes = {"message": _clean(shortened(words or check.message, 500))}
    element = ET.SubElement(case, tag, attributes, type=f"{check.level}.{check.outcome}")
    element.text = "\n".join(_clean(shortened(line, _LONGEST)) for line in _details(finding))


def _details(finding: Finding) -> Iterable[str]:
    """What a person needs who sees nothing but this element."""
    check = finding.check
    yield check.message
    if check.reason:
        yield f"why: {check.reason}"
    if check.place:
        yield f"{check.place.file}:{check.place.line}: {check.place.text.strip()}"
    for difference in check.differences:
        path = f"{difference.path}: " if difference.path else ""
        yield f"{path}expected {difference.expected}, got {difference.actual}"
    if not check.differences and (check.expected or check.actual):
        yield f"expected {check.expected}, got {check.actual}"
    yield from (f"log: {line}" for line in check.log_lines[:10])
    yield from (f"row: {row}" for row in check.rows[:10])
    for exchange in finding.record.judged(check)[-2:]:
        yield f"{exchange.number} {request_line(exchange)}"
    if check.spec:
        yield f"spec: {check.spec}"
    if finding.case:
        yield f"again: {replay_command(finding.case)}"


def _harness(root: ET.Element, run: Run) -> None:
    """What is wrong with the run itself: it was cut short, or its baseline is out of date."""
    stopped = run.finished.stopped if run.finished else "the run did not finish"
    stale = run.finished.stale if run.finished else ()
    if not stopped and not stale:
        return
    suite = _suite(root, run, "run")
    if stopped:
        _complaint(suite, "the run went to its end", "error", stopped)
    for complaint in stale:
        _complaint(suite, f"baseline: {complaint}", "failure", complaint)
    _close(suite)


def _complaint(suite: ET.Element, name: str, tag: str, words: str) -> None:
    case = ET.SubElement(
        suite, "testcase", name=_clean(shortened(name, 200)), classname="run", time="0.000"
    )
    element = ET.SubElement(case, tag, message=_clean(shortened(words, 500)), type="run")
    element.text = "\n".join(_clean(line) for line in printable_lines(words))


def _clean(text: str) -> str:
    """Text that XML 1.0 may hold and that shows: everything hidden becomes a visible escape."""
    return printable(text)
