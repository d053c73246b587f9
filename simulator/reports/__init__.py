"""Everything that shows a run: listeners to the runner's events, one writer a file.

Files are written at the end of a run; `Broadcast` lets every listener hear every event. The
console report names the files that were written, so it is to be the last listener.
"""

from simulator.reports.console import ConsoleReport
from simulator.reports.curl import CaseScripts
from simulator.reports.files import Broadcast, FileReport, ReportError
from simulator.reports.github import GithubReport
from simulator.reports.html import HtmlReport
from simulator.reports.json_report import JsonReport
from simulator.reports.junit import JunitReport

__all__ = [
    "Broadcast",
    "CaseScripts",
    "ConsoleReport",
    "FileReport",
    "GithubReport",
    "HtmlReport",
    "JsonReport",
    "JunitReport",
    "ReportError",
]
