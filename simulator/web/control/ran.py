"""Runs as the control API tells them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from simulator.caller.wire import Exchange, WireAnswer, WireFailure
from simulator.conformance.events import Check
from simulator.reports.curl import curl
from simulator.web.control import schemas
from simulator.web.pages.chains import catalogue
from simulator.web.pages.desk import SELECTION, Run
from simulator.web.pages.progress import Scenario, Step
from simulator.web.pages.shelf import Record
from simulator.web.pages.site import the_site
from simulator.web.pages.views import check_view
from simulator.web.pages.wording import expected
from simulator.web.pages.words import Words

_WORDS = Words("en")


def record(one: Record) -> schemas.RecordShown:
    return schemas.RecordShown(**_record(one))


def of_old(one: Record) -> schemas.RunShown:
    """A run of which only the record is kept."""
    return schemas.RunShown(
        **_record(one),
        over=True,
        stopped="",
        scenarios_done=0,
        scenarios_all=0,
        scenarios=None,
    )


def run(one: Run) -> schemas.RunShown:
    """A run of this server's life, as far as it is."""
    kept = one.record(the_site().runs.report(one.id) is not None)
    finished = one.progress.finished
    return schemas.RunShown(
        **_record(kept),
        over=kept.exit_code is not None,
        stopped=finished.stopped if finished else "",
        scenarios_done=one.progress.scenarios_done,
        scenarios_all=one.progress.expected,
        scenarios=[_scenario(s, one) for s in list(one.progress.scenarios.values())],
    )


def _record(one: Record) -> dict[str, object]:
    told = asdict(one)
    return {"kassa_id": told.pop("kassa"), "took_ms": told.pop("took"), **told}


def _scenario(scenario: Scenario, of: Run) -> schemas.ScenarioShown:
    whole = of.plan.kind != SELECTION
    return schemas.ScenarioShown(
        name=scenario.name,
        title=scenario.title,
        outcome=scenario.outcome,
        reason=scenario.reason,
        took_ms=scenario.took,
        steps=[_step(step, of) for step in list(scenario.steps) if whole or step.exchanges],
        checks=_checks(scenario.checks if whole else scenario.wrong),
    )


def _step(step: Step, of: Run) -> schemas.StepShown:
    whole = of.plan.kind != SELECTION
    return schemas.StepShown(
        name=step.name,
        call=step.call,
        outcome=step.outcome,
        own_look=step.is_ours,
        expected=expected(step, of.plan.terms.profile, _WORDS),
        exchanges=[_call(exchange) for exchange in list(step.exchanges)],
        checks=_checks(list(step.checks) if whole else step.wrong),
    )


def _checks(checks: Sequence[Check]) -> list[schemas.CheckShown]:
    rules = catalogue().rules
    views = [check_view(check, rules.get(check.rule)) for check in checks]
    return [schemas.CheckShown.model_validate(view) for view in views]


def _call(exchange: Exchange) -> schemas.CallShown:
    request, answer = exchange.request, exchange.answer
    got = answer if isinstance(answer, WireAnswer) else WireAnswer(0)
    return schemas.CallShown(
        number=exchange.number,
        method=exchange.label,
        sent_at=exchange.sent_at,
        took_ms=exchange.took,
        url=request.url,
        request_headers=_headers(request.headers),
        request_body=request.body.decode("utf-8", "replace"),
        status=got.status or None,
        answer_headers=_headers(got.headers),
        answer_body=got.body.decode("utf-8", "replace"),
        failure=answer.text if isinstance(answer, WireFailure) else None,
        curl=curl(exchange),
    )


def _headers(pairs: Sequence[tuple[str, str]]) -> list[schemas.HeaderShown]:
    return [schemas.HeaderShown(name=name, value=value) for name, value in pairs]
