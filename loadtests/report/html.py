"""A load run for people: one HTML file that needs no network, no server and no script."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from loadtests.report.charts import HEIGHT, WIDTH, Chart, chart
from loadtests.report.json_file import embedded
from loadtests.report.words import (
    THRESHOLD_MARKS,
    compared_words,
    excused_last,
    exit_words,
    headline,
    in_order,
    kinds,
    later_words,
    load_words,
    methods_in_order,
    ms,
    threshold_words,
    totals_words,
)
from loadtests.results import LoadRun, Reckoning
from simulator.reports.html import asset, hash_of, this_machine
from simulator.reports.text import counted, grouped, printable, printable_lines, seconds, shortened

_LONGEST = 2_000


def html_report(run: LoadRun, environment: list[tuple[str, str]] | None = None) -> str:
    """The page as text. `environment`: facts on the machine, by default this one's."""
    style = asset("report.css") + _style()
    return (
        _templates()
        .get_template("load.html.j2")
        .render(
            style=Markup(style),
            style_hash=hash_of(style),
            data=Markup(embedded(run)),
            run=run,
            stopped=printable_lines(run.stopped) if run.stopped else [],
            good=run.exit_code == 0,
            headline=headline(run),
            exit=exit_words(run),
            totals=totals_words(run),
            facts=list(_facts(run)),
            environment=this_machine() if environment is None else environment,
            thresholds=[
                (THRESHOLD_MARKS[t.met], t.text, threshold_words(t)) for t in run.thresholds
            ],
            methods=methods_in_order(run),
            percentiles=list(run.methods[0].percentiles) if run.methods else [],
            charts=list(charts(run)),
            errors=excused_last(run),
            reckoning=_reckoning(run.reckoning) if run.reckoning is not None else None,
            size=(WIDTH, HEIGHT),
        )
    )


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("loadtests.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(ms=ms, grouped=grouped, counted=counted)
    return environment


def _finalize(value: Any) -> Any:
    """Every text that is shown: nothing in it hides, and none fills the page."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return printable(shortened(value, _LONGEST))
    return value


@cache
def _style() -> str:
    return (files("loadtests.report") / "templates" / "load.css").read_text(encoding="utf-8")


def _facts(run: LoadRun) -> Iterator[tuple[str, str]]:
    started = datetime.fromtimestamp(run.started_at // 1000, UTC)
    yield "target", run.target
    yield "load", load_words(run)
    yield "seed", str(run.seed)
    yield "started", f"{started:%Y-%m-%d %H:%M:%S} UTC"
    yield "command", run.command


def charts(run: LoadRun) -> Iterator[Chart]:
    """Throughput, payers, then a drawing a method."""
    if not run.series:
        return
    width = max(1, min((b.at - a.at for a, b in _neighbours(run)), default=1))
    rates = [
        ("calls", "calls", [(s.at, s.calls * 10 // width) for s in run.series]),
        ("payments", "payments", [(s.at, s.payments * 10 // width) for s in run.series]),
        ("errors", "errors", [(s.at, s.errors * 10 // width) for s in run.series]),
    ]
    yield chart("Throughput", "a second", rates, scale=10)
    if any(s.users for s in run.series):
        yield chart(
            "Payers", "at work", [("payers", "calls", [(s.at, s.users) for s in run.series])]
        )
    for method in in_order({name for s in run.series for name in s.p50}):
        lines = [
            ("p50", "p50", [(s.at, s.p50.get(method)) for s in run.series]),
            ("p95", "p95", [(s.at, s.p95.get(method)) for s in run.series]),
        ]
        yield chart(method, "ms", lines, scale=1000)


def _neighbours(run: LoadRun) -> Iterator[Any]:
    return zip(run.series, run.series[1:], strict=False)


_BOOKS = {"Payme": "Payme’s side", "GetStatement": "the statement", "the database": "the database"}


def _agree(found: Reckoning) -> str:
    books = [book for name, book in _BOOKS.items() if name in found.compared]
    sides = f"{', '.join(books[:-1])} and {books[-1]}" if len(books) > 1 else ""
    if any(found.counts.values()):
        return f"{sides or 'The books'} do not agree."
    if found.unable:
        return "Not everything could be looked at. What could agrees."
    if not found.compared.get("Payme") or not sides:
        return "No transaction came about that could be compared."
    return f"{sides} agree."


def _reckoning(found: Reckoning) -> dict[str, Any]:
    return {
        "agree": _agree(found),
        "compared": compared_words(found),
        "took": seconds(found.took_ms),
        "kinds": [
            (kind, meaning, count, [one for one in found.wrong if one.kind is kind])
            for kind, meaning, count in kinds(found)
        ],
        "later": later_words(found),
        "later_ids": found.later_ids,
        "log": found.log,
        "unable": found.unable,
        "not_compared": found.not_compared,
    }
