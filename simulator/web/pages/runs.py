"""Runs of the catalogue from the page: start, watch, stop, look up, open the report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from flask import (
    Blueprint,
    Response,
    abort,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from werkzeug.wrappers import Response as Answer

from simulator.conformance.selection import NothingSelected
from simulator.web.pages.chains import catalogue
from simulator.web.pages.desk import Busy, Run
from simulator.web.pages.showing import context_of, named, outcome_of, piece, to_running
from simulator.web.pages.site import merchant_of, the_kassa, the_site
from simulator.web.pages.starting import PROFILES, Chosen, run_selection

blueprint = Blueprint("runs", __name__, url_prefix="/runs")
_HEARTBEAT_S = 10
_REPORT_POLICY = (
    "sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
)
"""The report is a page of its own: it has its own policy inside, with the sums of its script and
style, and none of our origin, so it can neither read our pages nor send anything to them."""


@blueprint.get("")
def listed() -> str:
    return _listing({}, "")


@blueprint.post("")
def start() -> Answer | tuple[str, int]:
    """Run what was chosen: a scenario, a tag, or everything."""
    asked = {name: request.form.get(name, "").strip() for name in ("scenario", "tag", "profile")}
    asked["strict"] = request.form.get("strict", "")
    only, tags = _some(asked["scenario"]), _some(asked["tag"])
    chosen = Chosen(only, tags, _profile(asked["profile"]), bool(asked["strict"]))
    try:
        run = run_selection(the_kassa(), chosen)
    except NothingSelected as error:
        return _listing(asked, str(error)), 422
    except Busy as busy:
        return to_running(busy)
    return redirect(url_for("runs.one", run_id=run.id), 303)


@blueprint.get("/<run_id>")
def one(run_id: str) -> str:
    """A run with all its calls, or what is kept of one of before."""
    runs = the_site().runs
    run, record = runs.get(run_id), runs.record(run_id)
    if record is None:
        abort(404)
    page = "run_kept.html" if run is None else "run.html"
    shown = {} if run is None else context_of(run)
    own = {"named": named, "outcome_of": outcome_of, "keep": runs.shelf.keep}
    return render_template(page, record=record, **own, **shown)


@blueprint.post("/<run_id>/stop")
def stop(run_id: str) -> Answer:
    """Make no further call."""
    _run(run_id).stop()
    return redirect(url_for("runs.one", run_id=run_id), 303)


@blueprint.get("/<run_id>/report")
def report(run_id: str) -> Answer:
    """The HTML report, shut off from the pages. Of one that is gone the run's page tells."""
    runs = the_site().runs
    path = runs.report(run_id)
    if path is not None:
        return report_answer(path)
    if runs.record(run_id) is None:
        abort(404)
    return redirect(url_for("runs.one", run_id=run_id), 303)


def report_answer(path: Path) -> Response:
    """The report with its own policy."""
    answer = Response(path.read_bytes(), mimetype="text/html")
    answer.headers["Content-Security-Policy"] = _REPORT_POLICY
    return answer


@blueprint.get("/<run_id>/stream")
def stream(run_id: str) -> Response:
    """The run's pieces as server-sent events, from the version on that the page has."""
    run = _run(run_id)
    seen = request.headers.get("Last-Event-ID") or request.args.get("after", "0")
    after = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 12 else 0
    body = stream_with_context(_pieces(run, after))
    return Response(body, mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _pieces(run: Run, after: int) -> Iterator[str]:
    yield "retry: 1000\n\n"
    while True:
        over = run.progress.over
        names, version = run.progress.since(after)
        for name in names:
            data = json.dumps(piece(run, name, render_template), ensure_ascii=False)
            yield f"id: {version}\nevent: piece\ndata: {data}\n\n"
        after = version
        if over:
            yield "event: over\ndata: {}\n\n"
            return
        if not run.progress.wait(after, _HEARTBEAT_S):
            yield ": still here\n\n"


def _run(run_id: str) -> Run:
    run = the_site().runs.get(run_id)
    if run is None:
        abort(404)
    return run


def _listing(asked: dict[str, str], problem: str) -> str:
    kassa, site = the_kassa(), the_site()
    history = site.runs.history(kassa.id)
    scenarios = catalogue().scenarios
    return render_template(
        "runs.html",
        asked={"scenario": "", "tag": "", "profile": "default", "strict": "", **asked},
        problem=problem,
        scenarios=[(one.id, one.scenario.title) for one in scenarios],
        tags=sorted({tag for one in scenarios for tag in one.scenario.tags}),
        history=history,
        named=named,
        outcome_of=outcome_of,
        merchant=merchant_of(kassa),
    )


def _some(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _profile(name: str) -> str:
    return name if name in PROFILES else PROFILES[0]
