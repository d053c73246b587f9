"""What the templates of a run are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from simulator.conformance.events import Check
from simulator.web.pages import language
from simulator.web.pages.chains import catalogue
from simulator.web.pages.desk import (
    BY_HAND,
    PAGE,
    SELECTION,
    SEQUENCE,
    STOPPED_BY_HAND,
    Busy,
    Run,
)
from simulator.web.pages.progress import SUMMARY, Scenario, Step
from simulator.web.pages.shelf import Record
from simulator.web.pages.views import CheckView, call_view, check_view
from simulator.web.pages.wording import expected

Context = dict[str, Any]


def context_of(run: Run) -> Context:
    """Everything that `parts/live.html` and what it includes need."""
    progress, words = run.progress, language.words()
    profile = run.plan.terms.profile
    rules = catalogue().rules

    def wanted(step: Step) -> list[str]:
        return expected(step, profile, words)

    def wrong(check: Check) -> CheckView:
        return check_view(check, rules.get(check.rule), words.language)

    return {
        "run": run,
        "version": progress.version,
        "planned": run.plan.kind != SELECTION,
        "totals": asdict(progress.totals()),
        "stopped": _stopped(run),
        "scenarios": list(progress.scenarios.values()),
        "first_wrong": _first_wrong(run),
        "expected": wanted,
        "call_view": call_view,
        "check_view": wrong,
    }


def _first_wrong(run: Run) -> str:
    """The piece of the page that shows the first thing that is wrong."""
    for scenario in list(run.progress.scenarios.values()):
        if run.plan.kind == SELECTION:
            if scenario.wrong:
                return scenario.piece
        else:
            for step in scenario.steps:
                if step.wrong:
                    return step.piece
    return ""


def _stopped(run: Run) -> str:
    finished = run.progress.finished
    if finished is None or not finished.stopped:
        return ""
    return BY_HAND if run.stopped_by_hand else finished.stopped


Render = Callable[..., str]


def piece(run: Run, name: str, render: Render) -> Context:
    """One piece of a run's page as what a browser is sent: its id, its place, its HTML."""
    found = context_of(run)
    if name == SUMMARY:
        return {"id": SUMMARY, "into": "", "html": render("parts/summary.html", **found)}
    for scenario in found["scenarios"]:
        if scenario.piece == name:
            return _scenario(scenario, found, render)
        for step in scenario.steps:
            if step.piece == name:
                html = render("parts/step.html", scenario=scenario, step=step, **found)
                return {"id": name, "into": f"{scenario.piece}-steps", "html": html}
    return {"id": name, "into": "", "html": ""}


def _scenario(scenario: Scenario, found: Context, render: Render) -> Context:
    part = "parts/standing.html" if found["planned"] else "parts/row.html"
    html = render(part, scenario=scenario, **found)
    return {"id": scenario.piece, "into": "" if found["planned"] else "rows", "html": html}


def to_running(busy: Busy) -> Response:
    """To the run that is in the way, with the reason why another one did not begin."""
    flash(language.words()("run.busy"))
    return redirect(url_for("runs.one", run_id=busy.run.id), 303)


def named(record: Record) -> str:
    """A run in words."""
    words = language.words()
    if record.kind == PAGE:
        return words.label("page", record.name)
    if record.kind == SEQUENCE:
        return words.label("sequence", record.name)
    return record.name or words("runs.whole")


def outcome_of(record: Record) -> str:
    """A run's outcome as one of the marks."""
    if record.exit_code is None:
        return "going"
    if record.exit_code == STOPPED_BY_HAND:
        return "stopped"
    if record.exit_code:
        return "failed"
    return "warned" if record.totals.get("warned") else "passed"
