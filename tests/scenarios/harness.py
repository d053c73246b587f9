"""The harness run within this process against the merchant of `tests.merchants`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from simulator.cli.target import Choices, open_target
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
from tests.merchants.habits import Habits
from tests.merchants.server import serving
from tests.merchants.wire import Shop

HOME = Path(merchants.__file__).parent
KEY = "Crooked:key@2026#%&?^="
_SEED = 7


def toml_of(kind: str) -> Path:
    """The configuration for that kind of merchant."""
    return HOME / ("wallet.toml" if kind == "accumulating" else "payme-sandbox.toml")


def variables(kind: str, folder: Path, port: int, patience_ms: int = 10_000) -> dict[str, str]:
    """The environment that the configuration reads."""
    known = {"SHOP_PORT": str(port), "SHOP_FOLDER": str(folder), "SHOP_KEY": KEY}
    known |= {"SHOP_PYTHON": "python", "SHOP_PROFILE": "default"}
    known["PAYME_SANDBOX_TIMEOUT"] = str(patience_ms)
    if kind == "no-refunds":
        known["PAYME_SANDBOX_REFUNDS"] = "false"
    return known


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


def examine(catalogue: Catalogue, bug: Bug, folder: Path) -> Seen:
    """Run the bug's scenarios against a merchant that has it."""
    chosen = select(catalogue.scenarios, catalogue.rules, Selection(only=bug.only))
    seen = Seen()
    floor = Floor(sleep=None if bug.waits else _no_wait)
    with _merchant(bug.habits, bug.kind, bug.profile, folder) as port:
        loaded = load(toml_of(bug.kind), {}, variables(bug.kind, folder, port, bug.patience_ms))
        choices = Choices(bug.profile, strict=False, seed=_SEED, wait=0)
        journal = [].append  # type: ignore[var-annotated]
        with open_target(loaded, None, catalogue.rules, choices, journal, floor) as opened:
            trouble = preflight(opened.world)
            if trouble is not None:
                return Seen(list(trouble.checks), trouble.text)
            runner = Runner(opened.world, seen, floor, loaded.config.merchant.url)
            runner.run(jobs_of(chosen))
            seen.stopped = runner.stopped
    return seen


@contextmanager
def _merchant(habits: Habits, kind: str, profile: str, folder: Path) -> Iterator[int]:
    with serving(Shop(folder, KEY, terms_of(kind, profile), habits)) as port:
        yield port
