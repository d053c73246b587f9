"""Everything that shows a run: listeners to the runner's events, one writer a file."""

from simulator.reports.console import ConsoleReport
from simulator.reports.files import Broadcast, FileReport, ReportError
from simulator.reports.json_report import JsonReport

__all__ = ["Broadcast", "ConsoleReport", "FileReport", "JsonReport", "ReportError"]
