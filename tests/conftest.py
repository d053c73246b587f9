"""Database servers that several parts of the tests share, one a worker."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.databases.mariadb import mariadb
from tests.databases.missing import Missing
from tests.databases.postgres import NewDatabase, postgres


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
