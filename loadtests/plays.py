"""The scenarios that payers go through, too: those that [load] scenarios names and that say how
often by their own `load`."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

from simulator.config import Config
from simulator.conformance.load import PlacedScenario, load_catalogue
from simulator.conformance.runner import known_config
from simulator.conformance.session import Terms
from simulator.conformance.yamlfile import ScenarioError

PLAIN = 100
"""What a plain payment weighs."""


@dataclass(frozen=True, slots=True)
class Play:
    """One row of one scenario. known: what `$config` stands for."""

    placed: PlacedScenario
    row: Mapping[str, object]
    known: Mapping[str, object]
    weight: int

    @property
    def name(self) -> str:
        """As reports call it."""
        label = f"[{self.row['label']}]" if "label" in self.row else ""
        return self.placed.id + label

    @property
    def orders(self) -> int:
        """How many orders it takes each time."""
        return sum(given.count or 1 for given in self.placed.scenario.given.values())


def plays_of(config: Config) -> tuple[tuple[Play, ...], tuple[str, ...]]:
    """Those of [load], and notes on what was left out. ScenarioError if there are none.

    The rows of a matrix share their scenario's weight by turns of chance.
    """
    wanted = config.load.scenarios
    if not wanted:
        return (), ()
    scenarios = _catalogue(config.load.scenarios_folder)
    named = [s for s in scenarios if any(fnmatchcase(s.id, glob) for glob in wanted)]
    ready = [s for s in named if s.scenario.load is not None]
    for glob in wanted:
        if not any(fnmatchcase(s.id, glob) for s in ready):
            raise ScenarioError(_none(glob, scenarios))
    notes = {s.id: why for s in ready if (why := _unfit(s, config))}
    chosen = [s for s in ready if s.id not in notes]
    told = tuple(f"{name} is left out: {why}" for name, why in notes.items())
    if not chosen:
        raise ScenarioError("no scenario is left to be run as load; " + "; ".join(told))
    known = known_config(_terms(config))
    return tuple(play for s in chosen for play in _rows(s, known)), told


@lru_cache(maxsize=1)
def _catalogue(folder: Path | None) -> tuple[PlacedScenario, ...]:
    """Read once a process: it takes a second, in which a worker could do nothing else."""
    return load_catalogue(folder).scenarios


def share_of(plays: Sequence[Play]) -> tuple[int, int]:
    """How many orders are taken by so many payments and scenarios, as their weights are."""
    whole = PLAIN + sum(play.weight for play in plays)
    return PLAIN + sum(play.weight * play.orders for play in plays), whole


def _rows(placed: PlacedScenario, known: Mapping[str, object]) -> Iterator[Play]:
    assert placed.scenario.load is not None
    rows = placed.scenario.matrix or [{}]
    whole, rest = divmod(placed.scenario.load.weight, len(rows))
    for index, row in enumerate(rows):
        if weight := whole + (index < rest):
            yield Play(placed, row, known, weight)


def _terms(config: Config) -> Terms:
    merchant = config.merchant
    one_time = merchant.account_type == "one-time"
    limits = None if one_time else (merchant.limits.min, merchant.limits.max)
    return Terms(one_time, merchant.refunds, limits=limits)


def _unfit(placed: PlacedScenario, config: Config) -> str:
    """Why it does not apply to this merchant, or an empty text."""
    inner, merchant = placed.scenario, config.merchant
    if merchant.account_type not in inner.account_types:
        return f"the merchant's accounts are {merchant.account_type}"
    orders = config.database.orders if config.database else None
    payable = bool(orders) and getattr(orders, "after_cancel", "") == "payable"
    needs = {
        "refunds": "" if merchant.refunds else "refunds = false",
        "no-refunds": "refunds = true" if merchant.refunds else "",
        "payable-after-cancel": "" if payable else "orders are not known to be payable after it",
    }
    return next((needs[need] for need in inner.requires if needs.get(need)), "")


def _none(glob: str, scenarios: Sequence[PlacedScenario]) -> str:
    ready = [s.id for s in scenarios if s.scenario.load is not None]
    there = f"; there are {', '.join(ready)}" if ready else ""
    if any(fnmatchcase(s.id, glob) for s in scenarios):
        return f'"{glob}" says nothing of being run as load: add `load: {{weight: 10}}`{there}'
    near = difflib.get_close_matches(glob, [s.id for s in scenarios], 1)
    hint = f'; did you mean "{near[0]}"?' if near else there
    return f'no scenario is called "{glob}"{hint}'
