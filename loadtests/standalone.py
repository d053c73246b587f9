"""The same load under Locust's own command: its web UI, --headless, --processes, --master and
--worker. What `payme-sandbox load` does around it (starting the merchant, reconciling) is left out.
"""

from __future__ import annotations

import os
import secrets
import sys
import time
from argparse import ArgumentTypeError, Namespace
from pathlib import Path
from typing import Any

import gevent
from locust import events
from locust.env import Environment
from locust.runners import STATE_MISSING, STATE_STOPPING, LocalRunner, MasterRunner, WorkerRunner

from loadtests.board import Board, write_outcome
from loadtests.forked import meet_here, mind_interrupts, restore_interrupts
from loadtests.identity import LARGEST_SEED
from loadtests.payer import Payer
from loadtests.plan import Plan, plan_of, run_folder
from loadtests.plays import plays_of, share_of
from loadtests.pool import NoOrders
from loadtests.results import Met
from loadtests.settings import target
from loadtests.worker import Worker
from simulator.config import ConfigError, Loaded, load
from simulator.conformance.yamlfile import ScenarioError

DEFAULT_FILE = "payme-sandbox.toml"
_OURS = "payme"
_LAST_WORDS_S = 10
_DAY_MS = 24 * 3_600_000
_HELP = "payments begun a second, of all processes; then users are how many may be under way"


def settings() -> Loaded:
    """From PAYME_SANDBOX_CONFIG, payme-sandbox.toml or the environment alone. Ends with exit code 2
    if that cannot be used."""
    named = os.environ.get("PAYME_SANDBOX_CONFIG")
    path = Path(named) if named else Path(DEFAULT_FILE) if Path(DEFAULT_FILE).exists() else None
    try:
        loaded = load(path, {}, os.environ)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    if loaded.config.orders is None:
        sys.stderr.write(
            "How are orders made, and with which key are they paid? Run this beside a "
            f"{DEFAULT_FILE} with [merchant] and [orders], or name one: "
            "PAYME_SANDBOX_CONFIG=shop.toml locust -f …\n"
        )
        sys.exit(2)
    try:
        plays_of(loaded.config)
    except ScenarioError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    return loaded


class Standalone:
    """Listens to Locust. `loaded` is the configuration of this process."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self._board: Board | None = None
        self._plan: Plan | None = None
        self._worker: Worker | None = None
        self._cannot_go_on = ""
        self._environment: Environment | None = None
        self._ended: set[str] = set()
        self._ending = self._finishing = False

    def listen(self) -> None:
        """To everything that matters."""
        events.init_command_line_parser.add_listener(_arguments)
        events.test_start.add_listener(self.begin)
        events.test_stopping.add_listener(self.stopping)
        events.test_stop.add_listener(self.end)
        events.report_to_master.add_listener(self.report)
        events.worker_report.add_listener(self.reported)
        events.quitting.add_listener(self.quitting)

    def begin(self, environment: Environment, **_: Any) -> None:
        """The master chooses what all share, which reaches the workers with Locust's options."""
        options = environment.parsed_options or Namespace()
        runner = environment.runner
        if not isinstance(runner, WorkerRunner):
            options.payme_began = time.time_ns() // 1_000_000
            seed = options.payme_seed
            options.payme_seed_used = seed if seed >= 0 else secrets.randbelow(10_000)
            options.payme_workers = getattr(runner, "worker_count", 1)
            options.payme_users = getattr(options, "num_users", None)
        self._ending, self._finishing, self._cannot_go_on = False, False, ""
        try:
            self._plan = plan = self._planned(environment, options)
        except (ConfigError, OSError) as error:
            sys.stderr.write(f"{error}\n")
            os._exit(2)  # Locust would go on without us
        if not isinstance(runner, WorkerRunner):
            users = lambda: runner.user_count if runner is not None else 0  # noqa: E731
            self._board = Board(self._loaded.config.load.thresholds, plan.duration_ms, users)
            sys.stderr.write(f"seed {plan.seed}, files {plan.folder}\n")
        if not isinstance(runner, MasterRunner):
            self._work(environment, plan, getattr(runner, "worker_index", 0))

    def _planned(self, environment: Environment, options: Namespace) -> Plan:
        folder = run_folder(options.payme_seed_used, options.payme_began)
        overrides = {"load.processes": str(min(64, max(1, options.payme_workers)))}
        for name, value in (
            ("users", options.payme_users),
            ("rate", options.payme_rate or None),
            ("orders", options.payme_orders or None),
        ):
            if value is not None:
                overrides[f"load.{name}"] = str(value)
        overrides["merchant.url"] = target(environment.host, self._loaded.config)
        run_time = int((getattr(options, "run_time", None) or 0) * 1000)
        overrides["load.duration"] = str(run_time or _DAY_MS)
        self._loaded = load(self._loaded.path, overrides, os.environ)
        share = share_of(plays_of(self._loaded.config)[0])
        plan = plan_of(
            self._loaded, options.payme_seed_used, options.payme_began, folder, overrides, share
        )
        plan.write()
        return plan

    def _work(self, environment: Environment, plan: Plan, index: int) -> None:
        runner = environment.runner
        worker = self._worker = Payer.worker = Worker(plan, self._loaded, index)

        def prepare() -> None:
            try:
                worker.prepare()
            except NoOrders as error:
                worker.cannot_go_on = str(error)
            worker.begin(lambda: (max(1, runner.user_count if runner else 1), plan.users))

        gevent.spawn(prepare)
        if not isinstance(runner, WorkerRunner):
            gevent.spawn(self._gather, environment, worker)

    def _gather(self, environment: Environment, worker: Worker) -> None:
        """Alone, there is nobody who reports."""
        while worker is self._worker:
            gevent.sleep(1)
            self._take(environment, worker.tally.drain(), worker.cannot_go_on)

    def _take(self, environment: Environment, drained: dict[str, Any], out: str) -> None:
        board = self._board
        if board is None:
            return
        board.add(drained)
        why = out or board.abort()
        if why and not self._ending and environment.runner is not None:
            self._ending, self._cannot_go_on = True, out
            sys.stderr.write(f"the load ends early: {why}\n")
            headless = getattr(environment.parsed_options, "headless", False)
            gevent.spawn(environment.runner.quit if headless else environment.runner.stop)

    def report(self, data: dict[str, Any], **_: Any) -> None:
        """A worker tells the master."""
        if self._worker is not None:
            drained, out = self._worker.tally.drain(), self._worker.cannot_go_on
            data[_OURS] = {"drained": drained, "cannot_go_on": out}

    def reported(self, data: dict[str, Any], **_: Any) -> None:
        """The master hears it."""
        told = data.get(_OURS)
        if told is not None and self._environment is not None:
            self._take(self._environment, told["drained"], told["cannot_go_on"])

    def init(self, environment: Environment, **_: Any) -> None:
        """Locust has its environment now."""
        self._environment = environment
        runner = environment.runner
        if isinstance(runner, WorkerRunner):
            runner.register_message("payme-finish", self._finish, concurrent=True)
            # before Locust itself tells the master that this worker goes
            environment.events.quitting.add_listener(self._finish)
        elif isinstance(runner, MasterRunner):
            runner.register_message("payme-ended", self._has_ended)
        mind_interrupts(environment, lambda: self._plan is not None)

    def stopping(self, environment: Environment, **_: Any) -> None:
        """No payment begins any more. The master hears the last words of all before it goes on, for
        which Locust itself leaves half a second."""
        if self._worker is not None:
            self._worker.stop()
        if self._board is not None:
            self._board.end()
        runner = environment.runner
        if isinstance(runner, MasterRunner):
            self._ended = set()
            runner.update_state(STATE_STOPPING)  # or it gives the users of who leaves to others
            runner.send_message("payme-finish", {})
            until = time.monotonic() + environment.stop_timeout + _LAST_WORDS_S
            while self._awaited(runner) and time.monotonic() < until:
                gevent.sleep(0.05)

    def _awaited(self, runner: MasterRunner) -> bool:
        """Whether a worker has yet to have its last words; one that is lost never will."""
        there = {one.id for one in runner.clients.all if one.state != STATE_MISSING}
        return bool(there - self._ended)

    def _finish(self, environment: Environment, **_: Any) -> None:
        """A worker ends its part, because the master says so or because it is told to go."""
        runner = environment.runner
        assert isinstance(runner, WorkerRunner)
        if self._finishing:
            return
        self._finishing = True
        runner.stop()
        told: dict[str, Any] = {}
        self.report(told)
        runner.send_message("payme-ended", told)

    def _has_ended(self, msg: Any, **_: Any) -> None:
        self._ended.add(msg.node_id)
        self.reported(msg.data)

    def end(self, environment: Environment, **_: Any) -> None:
        """The last call has ended, here or everywhere."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()
        if isinstance(environment.runner, WorkerRunner):
            self._worker = worker  # its last words go with the last report
            return
        if worker is not None and self._board is not None:
            self._board.add(worker.tally.drain())
        self._tell(environment)

    def _tell(self, environment: Environment) -> None:
        """Thresholds are told, and are the exit code."""
        board, self._board = self._board, None
        plan = self._plan
        if board is None or plan is None:
            return
        outcome = board.outcome(plan.workers, "", self._cannot_go_on)
        try:
            write_outcome(outcome, Path(plan.folder))
        except OSError as error:
            sys.stderr.write(f"{error.filename} cannot be written: {error.strerror}\n")
            self._cannot_go_on = self._cannot_go_on or str(error)
        judged = board.judged()
        for one in judged:
            told = one.told
            sys.stderr.write(f"{told.met.value}: {told.text}: {told.observed}\n")
        sys.stderr.write(f"reconcile it with: payme-sandbox reckon {plan.folder}\n")
        bad = any(one.met is not Met.OK for one in judged)
        environment.process_exit_code = 1 if self._cannot_go_on else 5 if bad else 0

    def quitting(self, environment: Environment, **_: Any) -> None:
        """Locust reads the exit code next, so a load that still runs here ends now."""
        runner = environment.runner
        if isinstance(runner, LocalRunner) and self._board is not None:
            runner.stop()
        restore_interrupts()


def _seed(text: str) -> int:
    """-1 is by chance."""
    seed = int(text)
    if not -1 <= seed <= LARGEST_SEED:
        raise ArgumentTypeError(f"{seed} is not from 0 to {LARGEST_SEED}")
    return seed


def _arguments(parser: Any) -> None:
    group = parser.add_argument_group("Payme")
    group.add_argument(
        "--payme-seed", type=_seed, default=-1, help=f"0 to {LARGEST_SEED}; by default by chance"
    )
    group.add_argument("--payme-rate", type=int, default=0, help=_HELP)
    group.add_argument("--payme-orders", type=int, default=0, help="orders made before it begins")
    meet_here(parser)
