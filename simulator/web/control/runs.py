"""Runs of the catalogue, and the sandbox's pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Response

from simulator.conformance.selection import NothingSelected
from simulator.web.control import played, ran, schemas
from simulator.web.control.operation import JSON, operation
from simulator.web.control.schemas import PageName, RunId, SequenceName
from simulator.web.kassas import CONFIGURED
from simulator.web.pages import starting
from simulator.web.pages.desk import Busy, Run
from simulator.web.pages.runs import report_answer
from simulator.web.pages.site import the_site
from simulator.web.problems import Problem, conflict, not_found
from simulator.web.server import Server
from simulator.web.store import Kassa


@operation("GET", "/runs", refuses=(404,))
def list_runs(server: Server, query: schemas.RunsQuery) -> schemas.RunsShown:
    """Runs of all kassas, or of one, the latest first."""
    if query.kassa is not None:
        server.kassas.get(query.kassa)
    found = the_site().runs.history(query.kassa, query.limit)
    return schemas.RunsShown(runs=[ran.record(one) for one in found])


@operation("POST", "/runs", status=201, refuses=(404, 409))
def start_run(server: Server, body: schemas.RunBody) -> schemas.RunShown:
    """Run scenarios, tags, or the whole catalogue. One run of a kassa at a time."""
    chosen = starting.Chosen(
        tuple(body.scenarios), tuple(body.tags), body.profile, body.strict, body.seed
    )
    kassa = _kassa(server, body.kassa)
    return _begun(lambda: starting.run_selection(kassa, chosen), body.wait_ms)


@operation("GET", "/runs/{run_id}")
def show_run(server: Server, run_id: RunId, query: schemas.RunQuery) -> schemas.RunShown:
    """One run as far as it is: scenarios, calls, checks, totals."""
    return _waited(run_id, query.wait_ms)


@operation("POST", "/runs/{run_id}/stop")
def stop_run(server: Server, run_id: RunId, body: schemas.WaitBody) -> schemas.RunShown:
    """Make no further call. Stopping what is over changes nothing."""
    run = the_site().runs.get(run_id)
    if run is not None:
        run.stop()
    return _waited(run_id, body.wait_ms)


@operation("GET", "/runs/{run_id}/report.html", media="text/html")
def run_report_as_html(server: Server, run_id: RunId) -> Response:
    """The HTML report. A sandbox page has none, nor has a run that is not over, and only those of
    the newest runs are kept."""
    return report_answer(_report(run_id, "html"))


@operation("GET", "/runs/{run_id}/report.json")
def run_report_as_json(server: Server, run_id: RunId) -> Response:
    """The JSON report, as `payme-sandbox check --json` writes it."""
    return Response(_report(run_id, "json").read_bytes(), content_type=JSON)


@operation("GET", "/sandbox", refuses=(404,))
def show_sandbox(server: Server, query: schemas.KassaQuery) -> schemas.SandboxShown:
    """The sandbox's pages with their forms, and the published sequences, for a kassa."""
    return played.sandbox(_kassa(server, query.kassa))


@operation("POST", "/sandbox/{page}", status=201, refuses=(409,))
def play_page(server: Server, page: PageName, body: schemas.SandboxBody) -> schemas.RunShown:
    """Make the calls of a sandbox page. A transaction that is left out is the last one used."""
    kassa = _kassa(server, body.kassa)
    wanted, asked, texts = played.asked(kassa, page, body)
    return _begun(lambda: starting.run_page(kassa, wanted, asked, texts), body.wait_ms)


@operation("POST", "/sandbox/sequences/{sequence}", status=201, refuses=(409,))
def play_sequence(
    server: Server, sequence: SequenceName, body: schemas.SequenceBody
) -> schemas.RunShown:
    """Run one of the published scenarios, or both, in one go."""
    kassa = _kassa(server, body.kassa)
    known = starting.sequences_of(kassa)
    if sequence not in known:
        raise conflict(f"{sequence} is not for such a merchant", f"accepted: {', '.join(known)}")
    return _begun(lambda: starting.run_sequence(kassa, sequence), body.wait_ms)


def _kassa(server: Server, kassa_id: str | None) -> Kassa:
    return server.kassas.get(kassa_id or CONFIGURED)


def _begun(start: Callable[[], Run], wait_ms: int) -> schemas.RunShown:
    try:
        run = start()
    except NothingSelected as error:
        raise conflict("nothing was selected", str(error)) from None
    except Busy as busy:
        raise starting.busy_problem(busy) from None
    run.progress.wait_over(wait_ms / 1000)
    return ran.run(run)


def _waited(run_id: str, wait_ms: int) -> schemas.RunShown:
    run = the_site().runs.get(run_id)
    if run is not None:
        run.progress.wait_over(wait_ms / 1000)
        return ran.run(run)
    kept = the_site().runs.record(run_id)
    if kept is None:
        raise not_found("run", run_id, "list them: GET /control/runs")
    return ran.of_old(kept)


def _report(run_id: str, kind: str) -> Path:
    runs = the_site().runs
    path = runs.report(run_id, kind)
    if path is not None:
        return path
    known, look = runs.record(run_id), f"GET /control/runs/{run_id}"
    if known is None or not known.report_removed:
        raise Problem(404, "no such report", f"{run_id!r}", do=look)
    raise Problem(
        404, "no such report", f"that of {run_id!r} was removed", f"kept: {runs.shelf.keep}", look
    )
