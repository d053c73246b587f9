"""Runs of the catalogue: started, watched, stopped, kept."""

from __future__ import annotations

import json

import pytest

from tests.simulator.web.merchant import Merchant, error
from tests.simulator.web.pages.conftest import Pages


def test_the_published_scenarios_in_one_go(pages: Pages) -> None:
    """The merchant looks at no key, which the first one finds; the second finds nothing."""
    run = pages.run("/sandbox/sequence/both")
    first, second = run.progress.scenarios.values()
    assert (first.name, second.name) == ("official.scenario-1", "official.scenario-2")
    assert "official.authorization" in {check.rule for check in first.wrong}
    assert {step.outcome for step in second.steps} == {"passed"}
    assert second.outcome == "passed"
    assert run.progress.finished is not None
    assert run.progress.finished.exit_code == 1
    page = pages.get(f"/runs/{run.id}", "ru")
    assert "Сценарий 2: создание" in page


def test_a_scenario_is_run_and_its_report_is_shut_off(pages: Pages) -> None:
    run = pages.run("/runs", scenario="check.unknown", profile="docs", strict="1")
    (scenario,) = run.progress.scenarios.values()
    assert scenario.name == "check.unknown"
    assert run.plan.command.startswith("payme-sandbox check --only check.unknown --profile docs")
    listing = pages.get("/runs")
    assert f"/runs/{run.id}/report" in listing
    report = pages.client.get(f"/runs/{run.id}/report")
    assert report.status_code == 200
    policy = report.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-scripts ")
    assert "allow-same-origin" not in policy
    assert "check.unknown" in report.text


def test_what_fails_is_shown_with_its_calls(pages: Pages) -> None:
    pages.merchant.plan("CheckTransaction", *[error(-31050)] * 3)
    run = pages.run("/runs", scenario="check.unknown")
    page = pages.get(f"/runs/{run.id}")
    for part in ("check.unknown", "Usual cause", "curl", "CheckTransaction"):
        assert part in page


def test_a_selection_that_fits_nothing(pages: Pages) -> None:
    answer = pages.post("/runs", scenario="chek.unknown")
    assert answer.status_code == 422
    assert "check.unknown" in answer.text


def test_only_one_run_at_a_time(pages: Pages) -> None:
    pages.merchant.lock.acquire()
    try:
        first = pages.post("/runs", scenario="check.unknown")
        second = pages.post("/runs", tag="create")
        assert second.headers["Location"] == first.headers["Location"]
        assert "Another run of this kassa" in pages.get(second.headers["Location"])
    finally:
        pages.merchant.lock.release()


def test_a_run_is_stopped_by_hand(pages: Pages) -> None:
    started = pages.post("/runs", tag="create").headers["Location"]
    assert pages.post(f"{started}/stop").status_code == 303
    run = pages.site.runs.get(started.rpartition("/")[2])
    assert run is not None
    pages.site.runs.close()
    assert run.progress.finished is not None
    assert run.progress.finished.exit_code == 130
    assert "stopped by hand" in pages.get(started)
    shown = pages.get(started)
    assert "summary over early" in shown
    assert 'class="mark going"' not in shown, "nothing goes on any more"
    assert 'class="mark stopped"' in pages.get("/runs")


def test_the_stream_has_every_piece_and_ends(pages: Pages) -> None:
    run = pages.run("/sandbox/sequence/second")
    answer = pages.client.get(f"/runs/{run.id}/stream?after=0&lang=uz")
    events = [part for part in answer.text.split("\n\n") if "event: piece" in part]
    pieces = [json.loads(part.partition("data: ")[2]) for part in events]
    (scenario,) = run.progress.scenarios.values()
    assert {one["id"] for one in pieces} == {
        "summary",
        scenario.piece,
        *(step.piece for step in scenario.steps),
    }
    assert answer.text.rstrip().endswith("event: over\ndata: {}")
    assert "Kutilmoqda" in answer.text
    version = run.progress.version
    later = pages.client.get(f"/runs/{run.id}/stream", headers={"Last-Event-ID": str(version)})
    assert "event: piece" not in later.text


def test_a_run_that_nobody_knows(pages: Pages) -> None:
    for path in ("/runs/zzz", "/runs/zzz/stream", "/runs/zzz/report", "/runs/../x/report"):
        assert pages.client.get(path).status_code == 404


def test_the_history_is_still_there_after_a_restart(pages: Pages, merchant: Merchant) -> None:
    run = pages.run("/runs", scenario="check.unknown")
    pages.site.runs.close()
    again = type(pages.site.runs)(
        pages.site.runs._opener,
        pages.site.runs._catalogue,
        pages.site.runs._masker,
        pages.site.runs.shelf,
    )
    (record,) = again.history(run.kassa)
    assert (record.id, record.name, record.report) == (run.id, "check.unknown", True)
    assert again.report(run.id) is not None


def test_the_page_of_a_run_whose_report_is_gone_says_so(pages: Pages) -> None:
    """Its calls are there for as long as the server remembers them, its verdicts for longer."""
    pages.site.runs.shelf.keep = 1
    old = pages.run("/runs", scenario="check.unknown")
    new = pages.run("/runs", scenario="check.unknown")

    assert pages.client.get(f"/runs/{new.id}/report").status_code == 200
    gone = pages.client.get(f"/runs/{old.id}/report")
    assert (gone.status_code, gone.headers["Location"]) == (303, f"/runs/{old.id}")
    for page in (pages.get(f"/runs/{old.id}"), pages.get(f"/runs/{old.id}/report")):
        assert "The report has been removed" in page
        assert f"/runs/{old.id}/report" not in page
        assert "CheckTransaction" in page
    listing = pages.get("/runs")
    assert f"/runs/{old.id}/report" not in listing
    assert f'"/runs/{old.id}"' in listing


@pytest.mark.parametrize("language", ["ru", "uz", "en"])
def test_a_run_before_the_last_start_still_has_its_page(pages: Pages, language: str) -> None:
    pages.site.runs.shelf.keep = 1
    ids = [pages.run("/runs", scenario="check.unknown").id for _ in range(2)]
    totals = [record.totals["passed"] for record in pages.site.runs.history(None)]
    pages.site.runs.close()
    pages.site.runs._runs.clear()

    old, new = (pages.get(f"/runs/{run}", language) for run in ids)
    assert f"/runs/{ids[1]}/report" in new
    assert f"/runs/{ids[0]}/report" not in old
    assert "payme-sandbox serve --keep-reports" in old
    for page in (old, new):
        assert "check.unknown" in page
        assert f'<span class="count passed">{totals[0]}' in page


def test_a_report_that_could_not_be_written_is_no_removed_one(pages: Pages) -> None:
    """A folder stands where the file should."""
    pages.merchant.lock.acquire()
    try:
        started = pages.post("/runs", scenario="check.unknown").headers["Location"]
        run = pages.site.runs.get(started.rpartition("/")[2])
        assert run is not None
        pages.site.runs.shelf.place(run.id, "html").mkdir(parents=True)
    finally:
        pages.merchant.lock.release()
    pages.site.runs.close()

    shown = pages.get(started)
    assert "could not be written" in shown
    assert "has been removed" not in shown
