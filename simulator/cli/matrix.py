"""The whole catalogue against the reference merchant, once with each of its bugs."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console

from simulator.caller.wire import Exchange
from simulator.cli.nursery import Nursery
from simulator.cli.reference import clean_environment, reference_config
from simulator.cli.settings import load_settings
from simulator.cli.target import Choices, TargetError, open_target, start_process
from simulator.config import Loaded
from simulator.conformance.events import Event, Listener, Outcome, ScenarioFinished
from simulator.conformance.floor import Floor
from simulator.conformance.load import Catalogue, PlacedScenario, load_catalogue
from simulator.conformance.preflight import preflight
from simulator.conformance.runner import Runner, jobs_of
from simulator.conformance.selection import Selection, select
from simulator.interrupts import interrupts
from simulator.observers.process import MerchantProcess
from simulator.reports.progress import ProgressLine
from simulator.reports.zoo import Row, Seen, Told

_SEED = 7
_ROUNDS_OF_CRASHES = 6
_MEMORY = Path("/dev/shm")
_ROOM = 512 * 1024 * 1024
_RARELY = 50_000
_LONG = ("crash", "simultaneous", "time")
_TOLD = (Outcome.FAILED, Outcome.WARNED, Outcome.NOT_TESTABLE)


def run_matrix(rows: Sequence[Row], jobs: int, console: Console) -> list[Seen]:
    """Check each bug, and the reference merchant without one in every set-up that they use.

    Two merchants more than `jobs` are checked at a time: while some wait, others are asked.
    """
    places = min(jobs + 2, len(rows) + 1)
    setups = list(dict.fromkeys((row.setup, row.profile) for row in rows))
    told = [*(Row.without_bug(setup, profile) for setup, profile in setups), *rows]
    # No long one shall come last.
    todo = sorted(told, key=lambda row: bool(row.breaks) and row.needs not in _LONG)
    found: dict[tuple[str, str, str], Seen] = {}
    with _progress(console, len(todo)) as line, _workers(places) as pool:
        running = {pool.submit(_examine, row, _like(row, rows)): row for row in todo}
        names = (row.name for row in todo)
        for name in islice(names, places):
            line.began(name)
        for done in as_completed(running):
            row = running[done]
            found[_key(row)] = _result(row, done)
            line.ended(row.name, sum(not seen.good for seen in found.values()))
            for name in islice(names, 1):
                line.began(name)
    return [found[_key(row)] for row in told]


def _like(row: Row, rows: Sequence[Row]) -> list[Row]:
    """The bugs for which a merchant without one stands."""
    alike = [one for one in rows if (one.setup, one.profile) == (row.setup, row.profile)]
    return [] if row.breaks else alike


def _key(row: Row) -> tuple[str, str, str]:
    return row.name, row.setup, row.profile


def _result(row: Row, done: Future[Seen]) -> Seen:
    error = done.exception()
    if error is None:
        return done.result()
    return Seen(row, (), f"payme-sandbox itself broke: {error!r}")


@contextmanager
def _workers(places: int) -> Iterator[ProcessPoolExecutor]:
    # Each reads the catalogue once. Ctrl-C is ours to hear; they finish the merchant they have.
    pool = ProcessPoolExecutor(places, get_context("spawn"), _prepare)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _prepare() -> None:
    interrupts.listen()  # told to end, they stop their merchant first
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if "TMPDIR" not in os.environ and _has_room(_MEMORY):
        tempfile.tempdir = str(_MEMORY)  # nothing there outlives a merchant: no disk is needed
    _catalogue()
    gc.freeze()  # it stays: looking for garbage in it, or often, took a twentieth of the time
    gc.set_threshold(_RARELY)


def _has_room(folder: Path) -> bool:
    there = folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
    return there and shutil.disk_usage(folder).free > _ROOM


@contextmanager
def _progress(console: Console, total: int) -> Iterator[ProgressLine]:
    line = ProgressLine(console, total, "not caught")
    if console.is_terminal:
        line.start()
    try:
        yield line
    finally:
        line.stop()


@cache
def _catalogue() -> Catalogue:
    return load_catalogue()


def scenarios_for(
    catalogue: Catalogue, row: Row, others: Sequence[Row] = ()
) -> list[PlacedScenario]:
    """The whole catalogue; of the slow scenarios those that show a rule which the bug breaks.

    Rounds are for what depends on the moment: scenarios that show such a rule keep theirs, or get
    more if it is the moment of a crash; the others, where a bug is told by the way, go once. A
    merchant is killed only for a bug that needs it: that takes longer than all other calls.

    Without a bug it is also what is run against any of the `others`.
    """
    whole = select(catalogue.scenarios, catalogue.rules, Selection())
    if not row.breaks:
        usual = {placed.id for placed in whole}
        more = {p.id: p for other in others for p in scenarios_for(catalogue, other)}
        return [*whole, *(placed for name, placed in more.items() if name not in usual)]
    own = [s for s in catalogue.scenarios if set(row.breaks) & set(s.scenario.rules)]
    chosen = [*whole, *(s for s in own if s not in whole)]
    if row.needs != "crash":
        chosen = [s for s in chosen if not any(step.step.restart for step in s.steps)]
    return [_with_rounds(s, row.needs) if s in own else _once(s) for s in chosen]


def _with_rounds(placed: PlacedScenario, needs: str) -> PlacedScenario:
    inner = placed.scenario
    if needs != "crash":
        return placed
    rounds = min(inner.slow_rounds or inner.rounds, _ROUNDS_OF_CRASHES)
    return replace(placed, scenario=inner.model_copy(update={"rounds": rounds}))


def _once(placed: PlacedScenario) -> PlacedScenario:
    inner = placed.scenario
    return replace(placed, scenario=inner.model_copy(update={"rounds": 1}))


@cache
def _nursery() -> Nursery:
    made = Nursery()
    atexit.register(made.close)
    return made


def _examine(row: Row, others: Sequence[Row] = ()) -> Seen:
    """One run of the catalogue against a fresh reference merchant that has the bug."""
    told: dict[tuple[str, str], Told] = {}

    def listen(event: Event) -> None:
        if isinstance(event, ScenarioFinished):
            for check in event.checks:
                if check.outcome in _TOLD:
                    told.setdefault((check.rule, check.outcome), Told.of(check))

    bugs = [row.name] if row.breaks else []
    with reference_config(row.setup, row.profile, bugs) as (path, variables):
        environ = {**clean_environment(), **variables}
        try:
            loaded = load_settings(path, None, None, environ)
            with ExitStack() as stack:
                process = start_process(loaded, stack, environ, _nursery().spawn)
                stopped = _run(row, loaded, process, listen, others)
        except TargetError as error:
            stopped = str(error)
    return Seen(row, tuple(told.values()), stopped)


def _run(
    row: Row,
    loaded: Loaded,
    process: MerchantProcess | None,
    listen: Listener,
    others: Sequence[Row],
) -> str:
    """Why the run ended early, or an empty text."""
    catalogue, floor = _catalogue(), Floor()
    choices = Choices(row.profile, strict=False, seed=_SEED, wait=None)
    rules = catalogue.rules
    with open_target(loaded, process, rules, choices, _unheard, floor) as opened:
        trouble = preflight(opened.world)
        if trouble is not None:
            listen(ScenarioFinished("before-the-run", trouble.checks, 0))
            return trouble.text
        runner = Runner(opened.world, listen, floor, loaded.config.merchant.url)
        runner.run(jobs_of(scenarios_for(catalogue, row, others)))
        return runner.stopped


def _unheard(exchange: Exchange) -> None:
    """Nobody shows single calls here."""
