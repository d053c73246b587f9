"""A load of several processes: Locust's master and workers, and what they tell each other.

A worker has its orders made when the master says so, tells what it measured with each of Locust's
reports, and has its last words when the load has ended.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gevent

from loadtests.board import Board
from loadtests.engine import ASKED, Commands, Run, Shape, environment_of
from loadtests.payer import Payer
from loadtests.plan import Plan
from loadtests.pool import NoOrders
from loadtests.worker import Worker
from simulator.config import Loaded

_READY_S = 60
_AGAIN_S = 1
_LAST_WORDS_S = 10
_OURS = "payme"


def work(plan: Plan, loaded: Loaded, port: int) -> None:
    """A worker: prepares when the master says so, and tells it what was measured."""
    environment = environment_of(plan, loaded, None)
    runner = environment.create_worker_runner("127.0.0.1", port)
    while runner.worker_index < 0:
        gevent.sleep(0.01)
    worker = Payer.worker = Worker(plan, loaded, runner.worker_index)

    asked: list[str | None] = []

    def prepare(**_: Any) -> None:
        if not asked:
            asked.append(None)
            try:
                worker.prepare()
                asked[0] = ""
            except NoOrders as error:
                asked[0] = str(error)
        if asked[0] is not None:  # the master asks until it has heard it
            told = worker.tally.drain() if asked[0] else None  # a load that begins tells it later
            runner.send_message("payme-ready", {"failed": asked[0], "drained": told})

    def report(data: dict[str, Any], **_: Any) -> None:
        data[_OURS] = {"drained": worker.tally.drain(), "cannot_go_on": worker.cannot_go_on}

    def finish(**_: Any) -> None:
        runner.stop()
        worker.close()
        runner.send_message("payme-ended", {"drained": worker.tally.drain()})

    runner.register_message("payme-prepare", prepare, concurrent=True)
    runner.register_message("payme-finish", finish, concurrent=True)
    share = lambda: (max(1, runner.user_count), plan.users)  # noqa: E731
    events = environment.events
    events.test_start.add_listener(lambda **_: worker.begin(share))
    events.test_stopping.add_listener(lambda **_: worker.stop())
    events.report_to_master.add_listener(report)
    runner.greenlet.join()


class Master:
    """Starts the workers, waits for their orders, gathers what they measure."""

    def __init__(self, plan: Plan, loaded: Loaded, path: Path) -> None:
        self._plan = plan
        self._loaded = loaded
        self._commands = Commands()
        self._environment = environment_of(plan, loaded, Shape(plan))
        self._runner = self._environment.create_master_runner("127.0.0.1", 0)
        self._waiting: list[dict[str, Any]] = []
        self._ready: dict[str, str] = {}
        self._ended = 0
        self._cannot_go_on = ""
        self._processes = [
            subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "loadtests",
                    str(path),
                    str(self._runner.server.port),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
            for _ in range(plan.workers)
        ]
        self._environment.events.worker_report.add_listener(self._reported)
        self._runner.register_message("payme-ready", self._is_ready)
        self._runner.register_message("payme-ended", self._has_ended)

    def go(self) -> None:
        try:
            why = self._prepare()
            run = Run(self._plan, self._loaded, self._environment, self._commands)
            if why:
                self._finish()
                self._collect(run.board)
                run.failed(why)
            else:
                run.go(lambda: self._collect(run.board), lambda: self._cannot_go_on, self._finish)
            lost = self._plan.workers - self._ended if not why else 0
            if lost:
                run.board.totals.notes.append(f"{lost} of {self._plan.workers} workers were lost")
            run.finish(self._plan.workers)
        finally:
            for process in self._processes:
                process.kill()  # each has had its last words, or will have none
                process.wait()

    def _prepare(self) -> str:
        workers = self._plan.workers
        clients = self._runner.clients
        self._await(lambda: len(clients.ready) >= workers or self._alive() < workers, _READY_S)
        if len(clients.ready) < workers:
            return f"only {len(clients.ready)} of {workers} workers came up"
        stop = self._commands.stop
        while not stop.is_set() and len(self._ready) < self._alive():
            # again and again: a worker that has just connected may not listen to it yet
            self._runner.send_message("payme-prepare", {})
            self._await(lambda: stop.is_set() or len(self._ready) >= self._alive(), _AGAIN_S)
        return ASKED if stop.is_set() else next((why for why in self._ready.values() if why), "")

    def _finish(self) -> None:
        """First of all nobody is to give payers to workers any more."""
        shape = self._runner.shape_greenlet
        if shape is not None:
            shape.kill()
        self._runner.send_message("payme-finish", {})
        patience = self._environment.stop_timeout + _LAST_WORDS_S
        self._await(lambda: self._ended >= self._alive(), patience)

    def _alive(self) -> int:
        return sum(process.poll() is None for process in self._processes)

    def _await(self, done: Callable[[], bool], seconds: float | None) -> bool:
        until = None if seconds is None else time.monotonic() + seconds
        while not done():
            if until is not None and time.monotonic() > until:
                return False
            gevent.sleep(0.05)
        return True

    def _is_ready(self, msg: Any, **_: Any) -> None:
        self._ready[msg.node_id] = msg.data["failed"]
        if msg.data["drained"] is not None:
            self._waiting.append(msg.data["drained"])

    def _has_ended(self, msg: Any, **_: Any) -> None:
        self._ended += 1
        self._waiting.append(msg.data["drained"])

    def _reported(self, client_id: str, data: dict[str, Any], **_: Any) -> None:
        told = data.get(_OURS)
        if told is not None:
            self._waiting.append(told["drained"])
            self._cannot_go_on = self._cannot_go_on or told["cannot_go_on"]

    def _collect(self, board: Board) -> None:
        waiting, self._waiting = self._waiting, []
        for drained in waiting:
            board.add(drained)
