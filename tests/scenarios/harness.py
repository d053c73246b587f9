"""The harness run against the merchant of `tests.merchants`: within this process, or as a user
runs it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.cli.target import Choices, open_target, start_process
from simulator.config import load
from simulator.conformance.events import Check, Event, Outcome, ScenarioFinished
from simulator.conformance.floor import Floor
from simulator.conformance.load import Catalogue
from simulator.conformance.preflight import preflight
from simulator.conformance.runner import Runner, jobs_of
from simulator.conformance.selection import Selection, select
from tests import merchants
from tests.merchants.bugs.row import Bug
from tests.merchants.calls import Terms
from tests.merchants.server import serving
from tests.merchants.wire import Shop

HOME = Path(merchants.__file__).parent
KEY = "Crooked:key@2026#%&?^="
_SEED = 7
_DATED = {  # a view over the table, in which times are dates; nothing can be written through it
    "PAYME_SANDBOX_DATABASE_TRANSACTIONS_TABLE": "dated_ops",
    "PAYME_SANDBOX_DATABASE_TRANSACTIONS_TIME_UNIT": "datetime",
    "PAYME_SANDBOX_DATABASE_AGE_ROWS": "false",
}
_START_S = 8  # until a process that does not get ready is given up


def toml_of(kind: str) -> Path:
    """The configuration for that kind of merchant."""
    return HOME / ("wallet.toml" if kind == "accumulating" else "payme-sandbox.toml")


def variables(kind: str, folder: Path, port: int) -> dict[str, str]:
    """The environment that the configuration reads."""
    return {
        "SHOP_PORT": str(port),
        "SHOP_FOLDER": str(folder),
        "SHOP_KEY": KEY,
        "SHOP_PYTHON": sys.executable,
        "SHOP_PROFILE": "default",
        "SHOP_REFUNDS": "no" if kind == "no-refunds" else "yes",
        "SHOP_NUMBERS": "digits" if kind == "digits" else "letters",
        "SHOP_BUG": "none",
        "PAYME_SANDBOX_ORDERS_FREE": '["branch"]' if kind == "free-branch" else "[]",
        "PAYME_SANDBOX_DATABASE_ORDERS_AFTER_CANCEL": (
            "cancelled" if kind == "closing" else "payable"
        ),
        "PAYME_SANDBOX_REFUNDS": "false" if kind == "no-refunds" else "true",
    } | (_DATED if kind == "dated" else {})


def terms_of(kind: str, profile: str) -> Terms:
    """What that kind of merchant promises."""
    accounts = "accumulating" if kind == "accumulating" else "one-time"
    return Terms(accounts, kind != "no-refunds", profile, digits=kind == "digits")


@dataclass(slots=True)
class Seen:
    """What a run came to: every check, and why it ended early if it did."""

    checks: list[Check] = field(default_factory=list)
    stopped: str = ""

    def __call__(self, event: Event) -> None:
        if isinstance(event, ScenarioFinished):
            self.checks += event.checks

    def rules(self, outcome: Outcome) -> set[str]:
        """The rules that some check came to this outcome for."""
        return {check.rule for check in self.checks if check.outcome is outcome}


def _no_wait(seconds: float) -> None:
    """Scenarios' pauses are left out where a bug does not need them."""


def examine(catalogue: Catalogue, bug: Bug, folder: Path, *, patient: bool = False) -> Seen:
    """Run the bug's scenarios against a merchant that has it, within this process.

    `patient` is with the many rounds of `--all`. A merchant that is killed on the way is a process
    of its own.
    """
    wanted = Selection(only=bug.only, everything=patient)
    chosen = select(catalogue.scenarios, catalogue.rules, wanted)
    seen = Seen()
    floor = Floor(sleep=None if bug.waits else _no_wait)
    (folder / "shop.log").touch()
    killed = any("process" in one.scenario.requires for one in chosen)
    with ExitStack() as stack:
        if killed:
            port = _free_port()
        else:
            shop = Shop(folder, KEY, terms_of(bug.kind, bug.profile), bug.habits)
            port = stack.enter_context(serving(shop))
        known = variables(bug.kind, folder, port) | {"SHOP_BUG": bug.name if killed else "none"}
        loaded = load(toml_of(bug.kind), {"merchant.timeout": str(bug.patience_ms)}, known)
        choices = Choices(bug.profile, strict=False, seed=_SEED, wait=_START_S if killed else 0)
        process = start_process(loaded, stack, {**os.environ, **known}) if killed else None
        with open_target(
            loaded, process, catalogue.rules, choices, lambda exchange: None, floor
        ) as opened:
            trouble = preflight(opened.world)
            if trouble is not None:
                return Seen(list(trouble.checks), trouble.text)
            runner = Runner(opened.world, seen, floor, loaded.config.merchant.url)
            runner.run(jobs_of(chosen))
            seen.stopped = runner.stopped
    return seen


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def check(
    kind: str, folder: Path, *arguments: str, profile: str = "default", bug: str = "none"
) -> tuple[int, dict[str, Any]]:
    """`payme-sandbox check` in a folder of its own: its exit code and its report."""
    known = variables(kind, folder, _free_port()) | {"SHOP_PROFILE": profile, "SHOP_BUG": bug}
    environment = {**os.environ, **known, "PYTHONPATH": str(HOME.parents[1])}
    report = folder / "report.json"
    words = ["check", "--config", str(toml_of(kind)), "--profile", profile]
    ran = subprocess.run(
        [sys.executable, "-m", "simulator", *words, "--json", str(report), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    if not report.exists():
        raise AssertionError(f"exit {ran.returncode}\n{ran.stdout}\n{ran.stderr}")
    return ran.returncode, json.loads(report.read_text(encoding="utf-8"))
