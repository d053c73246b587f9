"""Locust as a library: the run of a load, and the load that one process makes alone.

Locust patches the process for gevent, hence one of its own: see `loadtests.__main__`.
"""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gevent
import locust
import msgspec
from gevent.event import Event
from locust.env import Environment

from loadtests.board import Board, write_outcome
from loadtests.payer import Payer
from loadtests.plan import Plan
from loadtests.pool import NoOrders
from loadtests.shapes import users_at
from loadtests.worker import Worker
from simulator.config import Loaded

_TICK_S = 0.5
ASKED = "asked to end"


class Shape(locust.LoadTestShape):
    """How many payers there are: all of them in the open model, where the arrivals vary. When to
    end is not left to Locust, which lets workers go before they have told everything."""

    abstract = False

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.reset_time()

    def reset_time(self) -> None:
        """The load begins now."""
        self.start_time = time.perf_counter()

    def tick(self) -> tuple[int, float]:
        """As Locust asks about once a second."""
        plan, at = self._plan, int((time.perf_counter() - self.start_time) * 1000)
        shape = "steady" if plan.rate is not None else plan.shape
        return users_at(shape, plan.users, at, plan.duration_ms), float(plan.users)


def environment_of(plan: Plan, loaded: Loaded, shape: Shape | None) -> Environment:
    options = Namespace(headless=False, enable_rebalancing=True, web_base_path="", tags=None)
    options.exclude_tags = None
    patience = 2 * loaded.config.merchant.timeout_ms / 1000 + 5
    return Environment(
        user_classes=[Payer],
        shape_class=shape,
        host=plan.url,
        stop_timeout=patience,
        parsed_options=options,
        catch_exceptions=True,
    )


class Commands:
    """What whoever started us wants: the end, once stdin ends."""

    def __init__(self) -> None:
        self.stop = Event()
        self._then: Callable[[], object] = lambda: None
        gevent.spawn(self._listen)

    def then(self, what: Callable[[], object]) -> None:
        """Done as soon as the end is wanted, whatever is under way."""
        self._then = what

    def _listen(self) -> None:
        from gevent.fileobject import FileObject

        lines = FileObject(sys.stdin.fileno(), "rb", close=False)
        while lines.readline():
            pass
        self.stop.set()
        self._then()


def say(what: dict[str, Any]) -> None:
    sys.stdout.write(msgspec.json.encode(what).decode() + "\n")
    sys.stdout.flush()


class Run:
    """From the first payer to the last, for one process or for a master."""

    def __init__(
        self, plan: Plan, loaded: Loaded, environment: Environment, commands: Commands
    ) -> None:
        self._plan = plan
        self._commands = commands
        self._stopped = self._failed = ""
        runner = environment.runner
        assert runner is not None
        self._runner = runner
        self.board = Board(
            loaded.config.load.thresholds, plan.duration_ms, lambda: runner.user_count
        )

    def go(
        self,
        collect: Callable[[], None],
        trouble: Callable[[], str],
        end: Callable[[], None],
    ) -> None:
        """`collect` brings what was measured to the board; `trouble` is why no more can be done;
        `end` returns when the last payment has ended."""
        self._runner.start_shape()
        while not self._to_be_ended():
            collect()
            say({"progress": self.board.progress()})
            self._stopped, self._failed = self.board.abort(), trouble()
        self.board.end()
        end()
        collect()

    def _to_be_ended(self) -> bool:
        if self._stopped or self._failed:
            return True
        left_s = (self._plan.duration_ms - self.board.elapsed_ms) / 1000
        if left_s > 0 and self._commands.stop.wait(min(left_s, _TICK_S)):
            self._stopped = ASKED
        return bool(self._stopped) or left_s <= 0

    def finish(self, workers: int) -> None:
        """Write down what there was."""
        outcome = self.board.outcome(workers, self._stopped, self._failed)
        write_outcome(outcome, Path(self._plan.folder))
        say({"progress": self.board.progress()})

    def failed(self, why: str) -> None:
        """Nothing could be begun."""
        self._failed = why


def alone(plan: Plan, loaded: Loaded) -> None:
    environment = environment_of(plan, loaded, Shape(plan))
    worker = Payer.worker = Worker(plan, loaded, 0)
    environment.create_local_runner()
    commands = Commands()
    commands.then(lambda: worker.pool.failed(ASKED))
    try:
        worker.prepare()
    except NoOrders as error:
        run = Run(plan, loaded, environment, commands)
        run.board.add(worker.tally.drain())
        run.failed(str(error))
    else:
        run = Run(plan, loaded, environment, commands)
        worker.begin(lambda: (1, 1))
        environment.events.test_stopping.add_listener(lambda **_: worker.stop())
        runner = environment.runner
        assert runner is not None
        run.go(
            lambda: run.board.add(worker.tally.drain()),
            lambda: worker.cannot_go_on,
            runner.stop,
        )
    worker.close()
    run.finish(1)
