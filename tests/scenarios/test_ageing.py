"""Rows are aged only where the file says which column the merchant counts its 12 hours from."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.conformance.events import Outcome
from simulator.conformance.load import Catalogue
from tests.merchants.bugs.row import Bug, choice
from tests.scenarios import harness

_SENT = 'payme_time = "sent_at", '
_ONLY = "expiry.aged-*"
_BY_SENT = choice("counts-from-sent", "12 hours count from Payme's time", _ONLY)
_BY_MADE = choice("counts-from-made", "12 hours count from create_time", _ONLY, age_from="made_at")
_BAD = {Outcome.FAILED, Outcome.WARNED, Outcome.NOT_TESTABLE}


def _examine(
    case: Bug, column: str, catalogue: Catalogue, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> harness.Seen:
    text = harness.toml_of(case.kind).read_text(encoding="utf-8")
    assert text.count(_SENT) == 1
    path = folder / "payme-sandbox.toml"
    path.write_text(text.replace(_SENT, column), encoding="utf-8")
    monkeypatch.setattr(harness, "toml_of", lambda kind: path)
    return harness.examine(catalogue, case, folder)


@pytest.mark.parametrize(
    ("case", "column"),
    [(_BY_SENT, _SENT), (_BY_MADE, _SENT), (_BY_MADE, "payme_time = false, ")],
)
def test_a_right_merchant_passes(
    case: Bug,
    column: str,
    catalogue: Catalogue,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = _examine(case, column, catalogue, tmp_path, monkeypatch)

    assert [check for check in seen.checks if check.outcome in _BAD] == []
    assert {"expiry.perform-refused", "statement.matches-check"} <= seen.rules(Outcome.PASSED)


def test_a_column_that_is_not_mapped_skips_the_scenarios(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = _examine(_BY_SENT, "", catalogue, tmp_path, monkeypatch)

    assert {check.outcome for check in seen.checks} == {Outcome.SKIPPED}
    meant = [c for c in seen.checks if c.reason != "the merchant's accounts are one-time"]
    assert meant
    assert all('map payme_time = "…"' in check.reason for check in meant)
