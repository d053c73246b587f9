"""Which scenarios a run takes, and why the others are left out."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from simulator.conformance import format as fmt
from simulator.conformance.events import Rule
from simulator.conformance.load import PlacedScenario
from simulator.conformance.session import Eyes, Terms


class NothingSelected(Exception):
    """No scenario fits; the text names the nearest ids or tags."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What the user asked for. Empty means everything (but for `slow`, unless named)."""

    only: Sequence[str] = ()
    tags: Sequence[str] = ()
    levels: Sequence[str] = ()
    failed_before: Collection[str] | None = None
    everything: bool = False


def select(
    scenarios: Sequence[PlacedScenario], rules: Mapping[str, Rule], wanted: Selection
) -> list[PlacedScenario]:
    """The scenarios asked for. Raises NothingSelected."""
    chosen = [s for s in scenarios if _fits(s, rules, wanted)]
    if chosen:
        slow = wanted.everything or "slow" in wanted.tags
        return [_with_slow_rounds(s) for s in chosen] if slow else chosen
    raise NothingSelected(_nearest(scenarios, rules, wanted))


def _with_slow_rounds(scenario: PlacedScenario) -> PlacedScenario:
    """The scenario with the many rounds that it makes where time does not matter."""
    inner = scenario.scenario
    if inner.slow_rounds is None:
        return scenario
    return replace(scenario, scenario=inner.model_copy(update={"rounds": inner.slow_rounds}))


def _tags(inner: fmt.Scenario) -> set[str]:
    return {*inner.tags, "slow"} if inner.slow_rounds is not None else set(inner.tags)


def _fits(scenario: PlacedScenario, rules: Mapping[str, Rule], wanted: Selection) -> bool:
    inner = scenario.scenario
    if wanted.failed_before is not None and scenario.id not in wanted.failed_before:
        return False
    named = [glob for glob in wanted.only if _named(scenario, rules, glob)]
    if wanted.only and not named:
        return False
    if wanted.tags and not set(wanted.tags) & _tags(inner):
        return False
    if wanted.levels and not any(rules[r].level in wanted.levels for r in inner.rules):
        return False
    return wanted.everything or bool(named) or "slow" not in inner.tags or bool(wanted.tags)


def _named(scenario: PlacedScenario, rules: Mapping[str, Rule], glob: str) -> bool:
    return any(fnmatchcase(name, glob) for name in _names(scenario, rules))


def _names(scenario: PlacedScenario, rules: Mapping[str, Rule]) -> list[str]:
    """All that --only can call a scenario by."""
    shown = scenario.scenario.rules
    return [scenario.id, *shown, *(rules[rule].code for rule in shown)]


def _nearest(
    scenarios: Sequence[PlacedScenario], rules: Mapping[str, Rule], wanted: Selection
) -> str:
    if wanted.failed_before is not None and not (wanted.only or wanted.tags):
        return "no scenario failed in the last run, so --last-failed selects nothing"
    asked = [*wanted.only, *wanted.tags]
    names = {name for s in scenarios for name in _names(s, rules)}
    tags = {tag for s in scenarios for tag in _tags(s.scenario)}
    pairs = [*((word, names) for word in wanted.only), *((word, tags) for word in wanted.tags)]
    near = [m for word, known in pairs for m in difflib.get_close_matches(word, sorted(known), 2)]
    hint = f"; near: {', '.join(dict.fromkeys(near))}" if near else ""
    return f"no scenario fits {' '.join(asked) or 'this selection'}{hint}. See: payme-sandbox list"


def why_not(scenario: PlacedScenario, terms: Terms, eyes: Eyes) -> str:
    """Why a selected scenario does not apply to this merchant, or an empty text."""
    inner = scenario.scenario
    kind = "one-time" if terms.one_time else "accumulating"
    if kind not in inner.account_types:
        return f"the merchant's accounts are {kind}"
    needs: dict[str, str] = {
        "refunds": "" if terms.refunds else "refunds = false",
        "no-refunds": "refunds = true" if terms.refunds else "",
        "age-rows": _age_rows(terms, eyes),
        "database": "database = false" if _off(eyes.database, eyes.no_database) else "",
        "payable-after-cancel": _payable_after_cancel(eyes),
        "process": "process = false" if terms.process is False else "",
        "trouble": _trouble(eyes),
        "other-members": "" if terms.others else _NO_OTHERS,
        "log": "log = false" if _off(eyes.log, eyes.no_log) else "",
    }
    return next((needs[need] for need in inner.requires if needs.get(need)), "")


def cannot(scenario: PlacedScenario, terms: Terms) -> str:
    """Why a scenario that applies cannot be run as things are, or an empty text."""
    if "process" in scenario.scenario.requires and not terms.process:
        return "there is no [process], so the merchant cannot be killed and started again"
    return ""


_NO_OTHERS = "no member of the account must fit beside the one that names the order"


def _trouble(eyes: Eyes) -> str:
    if eyes.database is None:
        return "there is no database that could be troubled"
    return eyes.database.why_no_trouble


def _payable_after_cancel(eyes: Eyes) -> str:
    if eyes.database is None or not eyes.database.maps_orders:
        return "the configuration does not say what becomes of a cancelled order"
    return "" if eyes.database.after_cancel == "payable" else 'after_cancel = "cancelled"'


def _age_rows(terms: Terms, eyes: Eyes) -> str:
    if eyes.database is None:
        return "there is no database whose rows could be aged"
    return terms.no_ageing if terms.age_rows else "age_rows = false"


def _off(eye: object, why: str | None) -> bool:
    return eye is None and why is None
