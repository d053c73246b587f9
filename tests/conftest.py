"""Database servers that several parts of the tests share, one a worker."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases.mariadb import mariadb
from tests.databases.missing import Missing
from tests.databases.postgres import NewDatabase, postgres

_WITH_REAL_PROCESSES = (
    "backend/test_process.py",
    "backend/test_races.py",
    "backend/test_session.py",
    "browser",
    "loadtests",
    "scenarios/test_servers.py",
    "simulator/cli",
    "simulator/conformance/test_durability.py",
    "simulator/observers",
)
"""Where browsers, servers and kills share two processors with all other tests. One that fails there
is run once more; pytest's summary names it (`RERUN`) and counts it, so that it is not forgotten."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what may be run once more."""
    home = Path(__file__).parent
    places = tuple(str(home / place) for place in _WITH_REAL_PROCESSES)
    for item in items:
        if str(item.path).startswith(places):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session", autouse=True)
def _signals() -> None:
    """What we start can be ended: a shell's background ignores Ctrl-C, and nohup a hang-up."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


@pytest.fixture(scope="session")
def new_postgres() -> Iterator[NewDatabase]:
    """Makes empty databases on a PostgreSQL of this test run."""
    try:
        with postgres() as new:
            yield new
    except Missing as why:
        pytest.skip(str(why))


@pytest.fixture(scope="session")
def new_mariadb() -> Iterator[NewDatabase]:
    """Makes empty databases on a MariaDB of this test run."""
    try:
        with mariadb() as new:
            yield new
    except Missing as why:
        pytest.skip(str(why))
