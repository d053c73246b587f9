"""Which code answers: chosen by option or variable, on a database of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from backend.environment import settings_from
from backend.settings import Settings, SettingsError, Variant
from tests.backend.conftest import Make
from tests.backend.merchant import KEY, ROOT, serving, start


def test_the_variable_names_a_variant() -> None:
    named = {"PAYME_BACKEND_KEY": KEY, "PAYME_BACKEND_VARIANT": "after-fix"}
    assert settings_from(named).variant == Variant.AFTER_FIX
    assert Settings(key=KEY).variant == Variant.REFERENCE
    with pytest.raises(SettingsError, match="'before'; accepted are reference, before-fix, after"):
        settings_from(named | {"PAYME_BACKEND_VARIANT": "before"})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--account-type", "accumulating"], "accumulating accounts"),
        (["--bug", "perform.again"], "--bug"),
    ],
)
def test_what_a_variant_does_not_know_is_refused(
    tmp_path: Path, options: list[str], words: str
) -> None:
    process = start(tmp_path, "--variant", "after-fix", *options)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 2
    assert words in err
    assert "--variant reference" in err


@pytest.mark.parametrize(("first", "second"), [("reference", "after-fix"), ("after-fix", None)])
def test_nobody_writes_into_the_others_database(
    tmp_path: Path, database: str, first: str, second: str | None
) -> None:
    with serving(tmp_path, "--variant", first, "--database", database) as server:
        server.order()
    chosen = ["--variant", second] if second else []
    process = start(tmp_path, *chosen, "--database", database)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "name an empty database" in err


def test_an_order_stuck_before_the_repair_is_paid_after_it(tmp_path: Path, database: str) -> None:
    options = ["--database", database, "--workers", "2"]
    with serving(tmp_path, "--variant", "before-fix", *options) as server:
        number = server.order()
        status, _ = server.send("GET", f"/api/payment-status/{number}")
        assert status == 200
    with serving(tmp_path, "--variant", "after-fix", *options) as server:
        payme_id = server.performed(number)
        assert server.check(payme_id)["state"] == 2


def test_payme_sandbox_backend_passes_the_option_on(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simulator", "backend", "--variant", "after"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "before-fix" in ran.stderr


def test_refunds_may_be_off(make: Make) -> None:
    merchant = make(variant=Variant.AFTER_FIX, refunds=False)
    payme_id = merchant.performed(merchant.order())
    assert merchant.code("CancelTransaction", id=payme_id, reason=5) == -31007


def test_twelve_hours(make: Make) -> None:
    merchant = make(variant=Variant.AFTER_FIX)
    payme_id = merchant.created(merchant.order())
    merchant.clock.move(43_200_001)
    assert merchant.code("PerformTransaction", id=payme_id) == -31008
    assert (merchant.check(payme_id)["state"], merchant.check(payme_id)["reason"]) == (-1, 4)
