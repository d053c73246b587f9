"""What Locust's own command needs so that its processes find each other, and all of them end.

All of its masters and workers meet at one port unless told otherwise. Of two runs with --processes
on one machine the second dies at once, and leaves its workers, who wait for minutes and then serve
whichever master comes next. And Ctrl-C raises KeyboardInterrupt in whatever runs at that moment,
which may be a line of the ledger, or a place where Locust swallows it.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

import gevent
import zmq
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

_LINGER_MS = 2_000
_HERE = "127.0.0.1"
_master = 0  # the process that forks workers and commands them, if this is one or one of them


def meet_here(parser: Any) -> None:
    """The processes of --processes meet at a port of their own, unless one is named."""
    if {"-h", "--help", "-V", "--version"} & set(sys.argv):
        return
    global _master
    options, _ = parser.parse_known_args()
    if getattr(options, "processes", None) and not options.worker:
        _master = os.getpid()
        with socket.create_server((_HERE, 0)) as free:
            port = free.getsockname()[1]
        parser.set_defaults(master_port=port, master_bind_port=port, master_bind_host=_HERE)


def mind_interrupts(environment: Environment, begun: Callable[[], bool]) -> None:
    """From now on Ctrl-C reaches Locust's main part alone, and between two things it does. What a
    worker has yet to tell a master that is gone does not keep it from ending.

    A terminal gives Ctrl-C to everybody; forked workers leave the first one to their master, who
    tells them to end and waits for their last words.
    """
    runner = environment.runner
    options: Any = environment.parsed_options
    before: list[bool] = []
    if isinstance(runner, WorkerRunner):
        runner.client.socket.setsockopt(zmq.LINGER, _LINGER_MS)

    def interrupt() -> None:
        before.append(True)
        if isinstance(runner, WorkerRunner) and os.getppid() == _master and len(before) == 1:
            return
        if isinstance(runner, MasterRunner) and not begun() and options.headless:
            sys.stderr.write("interrupted before the load began\n")
            runner.quit()
            raise SystemExit(130)  # Locust does not expect it while it waits for its workers
        gevent.get_hub().handle_system_error(KeyboardInterrupt, KeyboardInterrupt())

    gevent.signal_handler(signal.SIGINT, interrupt)


def restore_interrupts() -> None:
    """The end has come: whoever presses Ctrl-C now does not want to wait for it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
