"""One process of a load: `python -m loadtests PLAN`, and `python -m loadtests PLAN PORT` for a
worker, which the first starts.

It prints a line of JSON a second and ends the load early when its stdin ends.
"""

from __future__ import annotations

import logging
import signal
import sys
from pathlib import Path

import locust  # noqa: F401  # first of all others: it patches what they are going to use

from loadtests.distributed import Master, work
from loadtests.engine import alone
from loadtests.plan import read_plan
from loadtests.settings import load_of


def main(arguments: list[str]) -> int:
    """One process of the load, from its plan to its end."""
    try:
        return _load(arguments)
    except OSError as error:  # a full disk, a folder that is gone
        where = error.filename or Path(arguments[0]).parent
        sys.stderr.write(f"{where} cannot be written: {error.strerror}\n")
        return 1


def _load(arguments: list[str]) -> int:
    for name in ("SIGINT", "SIGTERM"):  # who started us ends the load by closing our stdin
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    path = Path(arguments[0])
    plan = read_plan(path)
    loaded = load_of(plan)
    if len(arguments) > 1:
        work(plan, loaded, int(arguments[1]))
    elif plan.workers > 1:
        Master(plan, loaded, path).go()
    else:
        alone(plan, loaded)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
