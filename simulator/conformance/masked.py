"""Events without secrets: what the merchant printed, answered or stored may hold its key."""

from __future__ import annotations

from dataclasses import replace

from simulator.caller.masking import Masker
from simulator.conformance.events import (
    Check,
    Difference,
    Event,
    Outcome,
    RunFinished,
    ScenarioFinished,
)


def masked(event: Event, masker: Masker) -> Event:
    """The event as listeners may see it. Exchanges were masked by the caller."""
    if isinstance(event, ScenarioFinished):
        return replace(event, checks=tuple(masked_check(check, masker) for check in event.checks))
    if isinstance(event, RunFinished):
        return replace(event, stopped=masker.text(event.stopped))
    return event


def masked_check(check: Check, masker: Masker) -> Check:
    """One check as listeners may see it."""
    if check.outcome is Outcome.PASSED and not check.rows:
        return check  # shows nothing but the rule's own words and lines that were masked before
    text = masker.text
    return replace(
        check,
        message=text(check.message),
        expected=text(check.expected),
        actual=text(check.actual),
        reason=text(check.reason),
        differences=tuple(_difference(one, masker) for one in check.differences),
        log_lines=tuple(map(text, check.log_lines)),
        rows=tuple(map(text, check.rows)),
    )


def _difference(one: Difference, masker: Masker) -> Difference:
    return replace(one, expected=masker.text(one.expected), actual=masker.text(one.actual))
