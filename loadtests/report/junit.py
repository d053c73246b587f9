"""A load run as JUnit XML: a case a threshold, a case a kind of finding of the reckoning."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from loadtests.report.words import LOG, kinds, load_words, threshold_words
from loadtests.results import Kind, LoadRun, Met, Reckoning
from simulator.reports.text import counted, printable, shortened

_LONGEST = 500
Case = tuple[str, str, str, tuple[str, ...]]
"""Name, "" or "failure" or "error" or "skipped", its message, further lines."""


def junit_report(run: LoadRun) -> str:
    """The file as text."""
    root = ET.Element("testsuites")
    _suite(root, run, "thresholds", _thresholds(run))
    _suite(root, run, "reckoning", _reckoning(run.reckoning))
    if run.stopped:
        _suite(root, run, "run", [("the load went to its end", "error", run.stopped, ())])
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _thresholds(run: LoadRun) -> Iterable[Case]:
    for one in run.thresholds:
        tag = "" if one.met is Met.OK else "failure"
        yield one.text, tag, threshold_words(one), ()


def _reckoning(found: Reckoning | None) -> Iterable[Case]:
    if found is None:
        yield "the money adds up", "skipped", "nothing was reconciled", ()
        return
    for kind, meaning, count in sorted(kinds(found), key=lambda one: list(Kind).index(one[0])):
        listed = [w for w in found.wrong if w.kind is kind]
        lines = [f"{w.subject}: {w.message}" for w in listed]
        yield str(kind), "failure" if count else "", f"{count} {meaning}", tuple(lines)
    lines = [f"{one.place}: {one.example}" for one in found.log]
    total = counted(sum(one.count for one in found.log), "line")
    yield LOG, "failure" if found.log else "", total, tuple(lines)
    words = "; ".join(found.unable)
    yield "everything could be looked at", "failure" if words else "", words, ()


def _suite(root: ET.Element, run: LoadRun, name: str, cases: Iterable[Case]) -> None:
    at = datetime.fromtimestamp(run.started_at // 1000, UTC)
    suite = ET.SubElement(
        root,
        "testsuite",
        name=name,
        package="payme-sandbox",
        id=str(len(root)),
        timestamp=at.strftime("%Y-%m-%dT%H:%M:%S"),
        hostname="localhost",
    )
    properties = ET.SubElement(suite, "properties")
    told = (("target", run.target), ("seed", str(run.seed)), ("command", run.command))
    for key, value in (*told, ("load", load_words(run))):
        ET.SubElement(properties, "property", name=key, value=printable(value))
    tags = [_case(suite, name, case) for case in cases]
    suite.set("tests", str(len(tags)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(tags.count(tag)))
    suite.set("time", "0.000")
    ET.SubElement(suite, "system-out")
    ET.SubElement(suite, "system-err")


def _case(suite: ET.Element, group: str, case: Case) -> str:
    name, tag, message, lines = case
    element = ET.SubElement(
        suite, "testcase", name=_short(name), classname=f"load.{group}", time="0.000"
    )
    if tag:
        said = ET.SubElement(element, tag, message=_short(message), type=f"load.{group}")
        said.text = "\n".join(map(_short, (message, *lines)))
    return tag


def _short(text: str) -> str:
    return printable(shortened(text, _LONGEST))
