"""The harness run against the reference merchant as a process of its own, which can be killed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace

from simulator.cli.reference import clean_environment, reference_config
from simulator.cli.target import Choices, open_target, start_process
from simulator.config import load
from simulator.conformance.floor import Floor
from simulator.conformance.load import Catalogue
from simulator.conformance.preflight import preflight
from simulator.conformance.runner import Runner, jobs_of
from simulator.conformance.selection import Selection, select
from tests.scenarios.harness import Seen


def run_reference(
    catalogue: Catalogue,
    only: str,
    *,
    rounds: int | None = None,
    variant: str = "one-time",
    environ: Mapping[str, str] | None = None,
    settings: Mapping[str, str] | None = None,
) -> Seen:
    """Run some scenarios, so many rounds of each. `settings` override the merchant's file."""
    chosen = select(catalogue.scenarios, catalogue.rules, Selection(only=only.split()))
    if rounds is not None:
        many = {"rounds": rounds}
        chosen = [replace(s, scenario=s.scenario.model_copy(update=many)) for s in chosen]
    seen, floor = Seen(), Floor()
    with ExitStack() as stack:
        path, variables = stack.enter_context(reference_config(variant, "default"))
        known = {**clean_environment(), **variables, **(environ or {})}
        loaded = load(path, settings or {}, known)
        process = start_process(loaded, stack, known)
        choices = Choices("default", strict=True, seed=7, wait=30, everything=True)
        with open_target(
            loaded, process, catalogue.rules, choices, lambda _: None, floor
        ) as opened:
            trouble = preflight(opened.world)
            assert trouble is None, trouble
            runner = Runner(opened.world, seen, floor, loaded.config.merchant.url)
            runner.run(jobs_of(chosen))
            seen.stopped = runner.stopped
    return seen
