"""The sandbox's pages as data: what each asks for, and the chain of calls that it makes.

A chain is a scenario file of `simulator/web/chains`, run by the same runner and judged by the same
rules as the catalogue. What the form says replaces the row of the file's matrix.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from simulator.conformance.load import Catalogue, PlacedScenario, load_catalogue, load_scenario
from simulator.conformance.yamlfile import read

FOLDER = Path(__file__).resolve().parent.parent / "chains"

INVALID, REQUESTS = "invalid", "requests"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the sandbox. `slug` is its address, `fields` what its form asks for."""

    slug: str
    group: str
    fields: tuple[str, ...]
    method: str = ""
    official: bool = True


_ACCOUNT = ("account_type", "account_state", "account", "amount")
PAGES = (
    Page("invalid-authorization", INVALID, ("credentials", "account", "amount")),
    Page("invalid-amount", INVALID, ("account", "amount")),
    Page("invalid-account", INVALID, ("account", "amount")),
    Page("check-perform-transaction", REQUESTS, _ACCOUNT, "CheckPerformTransaction"),
    Page("create-transaction", REQUESTS, _ACCOUNT, "CreateTransaction"),
    Page("perform-transaction", REQUESTS, ("transaction", "state"), "PerformTransaction"),
    Page("cancel-transaction", REQUESTS, ("transaction", "state", "reason"), "CancelTransaction"),
    Page("check-transaction", REQUESTS, ("transaction", "state"), "CheckTransaction", False),
    Page("get-statement", REQUESTS, ("period",), "GetStatement", False),
    Page("set-fiscal-data", REQUESTS, ("transaction", "document"), "SetFiscalData", False),
)
BY_SLUG = {page.slug: page for page in PAGES}

CREDENTIALS = ("wrong-key", "none", "not-base64", "wrong-login")
ACCOUNT_TYPES = ("one-time", "accumulating")
ACCOUNT_STATES = ("awaiting", "processing", "blocked")
STATES = (1, 2, -1, -2)
REASONS = (1, 2, 3, 4, 5, 10)
PERIODS = {"hour": 3_600_000, "day": 86_400_000, "month": 30 * 86_400_000}
DOCUMENTS = ("PERFORM", "CANCEL")
UNKNOWN = 0
"""Stands for "there is no such transaction" where a state is chosen."""


@cache
def catalogue() -> Catalogue:
    """The built-in catalogue, loaded once."""
    return load_catalogue()


@cache
def chains() -> Mapping[str, PlacedScenario]:
    """Every chain by its file's name. Raises ScenarioError if one is wrong."""
    rules = catalogue().rules
    found = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        document = read(path, f"{FOLDER.name}/{path.name}")
        found[path.stem] = load_scenario(document, {}, rules)
    return found


def chain_of(slug: str, values: Mapping[str, object], refunds: bool) -> PlacedScenario:
    """The chain that a page makes for what its form says."""
    return chains()[_chain(slug, values, refunds)]


def _chain(slug: str, values: Mapping[str, object], refunds: bool) -> str:
    state = values.get("state")
    waiting = values.get("account_state") == "awaiting"
    one_time = values.get("account_type") == "one-time"
    if slug == "invalid-authorization":
        alone = values["credentials"] == "wrong-login"
        return "authorization-login" if alone else "authorization"
    if slug == "check-perform-transaction":
        return "check-perform" if waiting else "check-perform-taken"
    if slug == "create-transaction":
        open_ = "create" if one_time else "create-accumulating"
        return open_ if waiting else "create-taken"
    if slug == "perform-transaction":
        return {1: "perform", 2: "perform-again"}.get(_int(state), "perform-cancelled")
    if slug == "cancel-transaction":
        performed = "cancel-performed" if refunds else "cancel-no-refunds"
        return {1: "cancel", 2: performed}.get(_int(state), "cancel-again")
    if slug == "check-transaction":
        return "check-unknown" if state == UNKNOWN else "check"
    others = {
        "invalid-amount": "amount",
        "invalid-account": "account",
        "get-statement": "statement",
        "set-fiscal-data": "fiscal",
    }
    return others[slug]


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value


def official(one_time: bool, refunds: bool) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The published sequences for such a merchant: name -> ids of the catalogue's scenarios."""
    if not one_time:
        return (("accumulating", ("official.accumulating",)),)
    second = "official.scenario-2" if refunds else "official.scenario-2-without-refunds"
    return (
        ("first", ("official.scenario-1",)),
        ("second", (second,)),
        ("both", ("official.scenario-1", second)),
    )
