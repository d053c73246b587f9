"""Reports of a load run: the terminal, JSON, one HTML file, JUnit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from loadtests.report.console import show
from loadtests.report.html import html_report
from loadtests.report.json_file import json_report
from loadtests.report.junit import junit_report
from loadtests.results import LoadRun, Reckoning
from simulator.reports.files import ReportError, prepare, write_atomically

__all__ = ["REPORTS", "ReportError", "prepare_reports", "reconciled", "show", "write_reports"]

REPORTS: Mapping[str, Callable[[LoadRun], str]] = {
    "json": json_report,
    "html": html_report,
    "junit": junit_report,
}
"""What makes the text of a report, by its name."""


def reconciled(run: LoadRun, reckoning: Reckoning) -> LoadRun:
    """The run with its reckoning: money that does not add up outweighs a breached threshold."""
    worse = run.exit_code in (0, 5) and not reckoning.good
    return replace(run, reckoning=reckoning, exit_code=1 if worse else run.exit_code)


def prepare_reports(paths: Mapping[str, Path]) -> None:
    """Before the load: ReportError if one could not be written afterwards. Paths by name."""
    for name, path in paths.items():
        prepare(path, f"{name.upper()} report")


def write_reports(run: LoadRun, paths: Mapping[str, Path]) -> None:
    """All of them; ReportError with what could not be written, when the others were."""
    complaints = []
    for name, path in paths.items():
        try:
            write_atomically(path, REPORTS[name](run), f"{name.upper()} report")
        except ReportError as error:
            complaints.append(str(error))
    if complaints:
        raise ReportError("\n".join(complaints))
