"""Database servers that several parts of the tests share, one a worker."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.databases.mariadb import mariadb
from tests.databases.missing import Missing
from tests.databases.postgres import NewDatabase, postgres


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c() -> None:
    """Ctrl-C works: where the tests run in the background, a shell has them ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


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
