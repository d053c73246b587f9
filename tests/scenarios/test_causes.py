"""One bug is told of under its own rules: nothing that a merchant does rightly is called wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from simulator.conformance.events import Outcome
from simulator.conformance.load import Catalogue
from tests.merchants.bugs.row import Bug, bug
from tests.merchants.calls import Call
from tests.scenarios.harness import examine


def _anew(call: Call) -> int:
    """Another time than the one that was stored, and another one each time."""
    return call.now + 1


_CASES = (
    bug(
        "perform-time-anew",
        "check.matches-answers check.performed check.refunded official.perform "
        "perform.repeat-same-answer perform.stored race.perform-once",
        "each PerformTransaction is answered with a fresh perform_time",
        only="*",
        says={e: {"perform_time": _anew} for e in ("performed", "perform-repeated")},
    ),
    bug(
        "create-time-anew",
        "check.created check.matches-answers check.performed create.repeat-same-answer "
        "create.stored official.create",
        "each CreateTransaction is answered with a fresh create_time",
        only="*",
        says={e: {"create_time": _anew} for e in ("created", "create-repeated")},
    ),
    bug(
        "cancel-time-anew",
        "cancel.repeat-other-reason cancel.repeat-same-answer cancel.stored check.cancelled "
        "check.matches-answers check.refunded official.cancel race.cancel-once",
        "each CancelTransaction is answered with a fresh cancel_time",
        only="*",
        says={e: {"cancel_time": _anew} for e in ("cancelled", "refunded", "cancel-repeated")},
    ),
    bug(
        "statement-of-performed",
        "statement.all-states statement.matches-check",
        "GetStatement lists only performed transactions",
        only="*",
        statement_sql="SELECT * FROM payme_ops WHERE step = 'done' "
        "AND sent_at BETWEEN :from AND :to ORDER BY sent_at, op_no",
    ),
)
"""`breaks` are all the musts that may fail: their texts are untrue of that merchant."""


_HARSH = {"process", "trouble"}  # these look at a merchant that was killed or kept from working
_WALLETS = ("accumulating.*", "official.accumulating", "race.*-accumulating", "cancel.*")


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_a_bug_breaks_its_own_rules_and_no_others(
    case: Bug, catalogue: Catalogue, tmp_path: Path
) -> None:
    living = tuple(s for s in catalogue.scenarios if not _HARSH & set(s.scenario.requires))
    seen = examine(replace(catalogue, scenarios=living), case, tmp_path)

    failed = seen.rules(Outcome.FAILED)
    assert failed == set(case.breaks), f"{case.does}; {seen.stopped}"


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_a_bug_of_a_wallet_breaks_no_other_rules(
    case: Bug, catalogue: Catalogue, tmp_path: Path
) -> None:
    seen = examine(catalogue, replace(case, kind="accumulating", only=_WALLETS), tmp_path)

    failed = seen.rules(Outcome.FAILED)
    assert failed, seen.stopped
    assert failed - set(case.breaks) == set(), case.does
