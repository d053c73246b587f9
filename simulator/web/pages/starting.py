"""What pages and control API begin: a selection of the catalogue, a published sequence, a page."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from simulator.conformance.runner import jobs_of
from simulator.conformance.selection import Selection, select
from simulator.web.pages import chains, wishes
from simulator.web.pages.chains import Page, catalogue
from simulator.web.pages.commands import control_curl
from simulator.web.pages.desk import SELECTION, SEQUENCE, Busy, Plan, Run, new_seed
from simulator.web.pages.fields import Asked
from simulator.web.pages.running import Terms
from simulator.web.pages.site import merchant_of, the_site
from simulator.web.problems import Problem, conflict
from simulator.web.store import Kassa

PROFILES = ("default", "docs", "sandbox")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of the catalogue is run, and how it is judged. seed None draws one."""

    only: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    profile: str = PROFILES[0]
    strict: bool = False
    seed: int | None = None


def run_selection(kassa: Kassa, chosen: Chosen) -> Run:
    """Run scenarios, tags, or everything. Raises NothingSelected, Busy."""
    found = catalogue()
    scenarios = select(found.scenarios, found.rules, Selection(chosen.only, chosen.tags))
    seed = new_seed() if chosen.seed is None else chosen.seed
    terms = Terms(chosen.profile, chosen.strict, seed)
    plan = Plan(
        SELECTION,
        " ".join([*chosen.only, *(f"#{tag}" for tag in chosen.tags)]),
        tuple(jobs_of(scenarios)),
        terms,
        _command(kassa, chosen, terms),
        kassa.url,
        kassa.account_type,
    )
    return the_site().runs.start(kassa.id, plan)


def sequences_of(kassa: Kassa) -> Mapping[str, tuple[str, ...]]:
    """The published sequences for such a merchant: name -> ids of scenarios."""
    merchant = merchant_of(kassa)
    return dict(chains.official(merchant.one_time, merchant.refunds))


def run_sequence(kassa: Kassa, name: str) -> Run:
    """Run one of `sequences_of`. Raises KeyError, Busy."""
    wanted = sequences_of(kassa)[name]
    found = {one.id: one for one in catalogue().scenarios}
    plan = Plan(
        SEQUENCE,
        name,
        tuple(jobs_of([found[one] for one in wanted])),
        Terms(seed=new_seed()),
        _sequence_command(kassa, name, wanted),
        kassa.url,
        kassa.account_type,
        wishes.as_the_sandbox,
    )
    return the_site().runs.start(kassa.id, plan)


def run_page(kassa: Kassa, page: Page, asked: Asked, texts: Mapping[str, str]) -> Run:
    """Make a sandbox page's calls. `texts` is what its form said. Raises Busy, Problem."""
    site = the_site()
    if (going := site.runs.going(kassa.id)) is not None:
        raise Busy(going)  # before the shop is asked for an order
    merchant, memory = merchant_of(kassa), site.memory[kassa.id]
    order = wishes.order_of(page, asked, memory)
    if asked.account is None and page.slug != "invalid-account":
        order = site.fresh_order(kassa, _price(page, asked))
    plan = wishes.plan_of(page, asked, merchant, memory, order, kassa.url)
    plan = replace(wishes.with_texts(plan, texts), command=_call(kassa, page, asked))
    return site.runs.start(kassa.id, plan)


def refuse_while_running(kassa_id: str) -> None:
    """Problem 409 if a run of the kassa is not over."""
    going = the_site().runs.going(kassa_id)
    if going is not None:
        raise busy_problem(Busy(going))


def busy_problem(busy: Busy) -> Problem:
    """Why another run does not begin, for programs."""
    path = f"/control/runs/{busy.run.id}"
    return conflict(
        f"run {busy.run.id} of this kassa is not over",
        "one run of a kassa at a time",
        f"wait for it (GET {path}?wait_ms=60000) or stop it (POST {path}/stop)",
    )


def _price(page: Page, asked: Asked) -> int | None:
    """A fresh order's price: what the form says, if that is not meant to be wrong."""
    amount = asked.values.get("amount")
    return amount if isinstance(amount, int) and page.slug != "invalid-amount" else None


def _call(kassa: Kassa, page: Page, asked: Asked) -> str:
    """The same page played from a terminal."""
    body = dict(asked.values)
    body |= {"account": dict(asked.account)} if asked.account else {}
    body |= {} if kassa.source == "config" else {"kassa": kassa.id}
    return control_curl(f"/sandbox/{page.slug}", {**body, "wait_ms": 60_000})


def _command(kassa: Kassa, chosen: Chosen, terms: Terms) -> str:
    """What does the same on a terminal. `check` knows the configuration's merchant only."""
    if kassa.source != "config":
        body = {"kassa": kassa.id, "scenarios": chosen.only, "tags": chosen.tags}
        judged = {"profile": terms.profile, "strict": terms.strict, "seed": terms.seed}
        return control_curl("/runs", {**body, **judged, "wait_ms": 60_000})
    words = ["payme-sandbox", "check"]
    words += [part for one in chosen.only for part in ("--only", shlex.quote(one))]
    words += [part for one in chosen.tags for part in ("--tag", shlex.quote(one))]
    if terms.profile != PROFILES[0]:
        words += ["--profile", terms.profile]
    words += ["--strict"] if terms.strict else []
    return " ".join([*words, "--seed", str(terms.seed)])


def _sequence_command(kassa: Kassa, name: str, scenarios: Sequence[str]) -> str:
    if kassa.source != "config":
        body = {"kassa": kassa.id, "wait_ms": 60_000}
        return control_curl(f"/sandbox/sequences/{name}", body)
    return "payme-sandbox check " + " ".join(f"--only {one}" for one in scenarios)
