"""The report for people: one HTML file that needs no network, no server and no script.

Whatever a merchant sent is text: jinja2 escapes it, invisible characters are shown as escapes,
and the page's own policy allows only the one script and the one style that it was written with.
"""

from __future__ import annotations

import base64
import hashlib
import platform
import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from simulator.conformance.events import Outcome
from simulator.reports.collect import WORST_FIRST, Run
from simulator.reports.files import FileReport
from simulator.reports.json_report import check_data, document, dumped
from simulator.reports.overview import Facts, overview
from simulator.reports.words import CASES, MARKS

_CODE = re.compile(r"`([^`]+)`")


def this_machine() -> Facts:
    """What a run may depend on, without names of people or hosts."""
    return [
        ("Python", platform.python_version()),
        ("system", f"{platform.system()} {platform.machine()}"),
    ]


class HtmlReport(FileReport):
    """Writes the page. `environment` and `cases` are given by tests and by the command line."""

    name = "HTML report"

    def __init__(
        self,
        path: str | Path,
        cases: str = CASES,
        environment: Callable[[], Facts] = this_machine,
    ) -> None:
        super().__init__(path)
        self._cases = cases
        self._environment = environment

    def render(self, run: Run) -> str:
        """The page as text."""
        style, script = asset("report.css"), asset("report.js")
        return (
            templates()
            .get_template("report.html.j2")
            .render(
                style=Markup(style),
                script=Markup(script),
                style_hash=hash_of(style),
                script_hash=hash_of(script),
                data=Markup(embedded(run)),
                marks=MARKS,
                **overview(run, self._cases, self._environment()),
            )
        )


@cache
def templates() -> Environment:
    """The templates of all pages."""
    made = Environment(
        loader=PackageLoader("simulator.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["coded"] = coded
    return made


def coded(text: str) -> Markup:
    """Words of ours with `code` in them; whatever else is in the text stays text."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))


@cache
def asset(name: str) -> str:
    """A style or script of our own, put into the page as it is."""
    return (files("simulator.reports") / "templates" / name).read_text(encoding="utf-8")


def hash_of(text: str) -> str:
    """What a page's policy calls a style or a script that it allows."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def embedded(run: Run) -> str:
    """The run as JSON for a script element: nothing in it can end the element.

    The document is the JSON report's, made short: `checks` has the clearest check of each rule and
    outcome, `also` the places of the others, `passed` the number of those that hold.
    """
    checks: list[object] = []
    also: dict[str, list[list[str]]] = {}
    results = run.by_rule()
    for result in results:
        for outcome in (o for o in WORST_FIRST if o is not Outcome.PASSED and result.counts[o]):
            first, *others = result.having(outcome)
            checks.append(check_data(first))
            places = [[str(outcome), f.record.name, f.check.step, f.case] for f in others]
            also.setdefault(result.rule.id, []).extend(places)
    short = {
        "also": {rule: places for rule, places in also.items() if places},
        "passed": {r.rule.id: r.counts[Outcome.PASSED] for r in results},
    }
    text = dumped(document(run, checks) | short)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
