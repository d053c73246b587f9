"""Databases to look at: SQLite files, a real PostgreSQL, and a real MariaDB where there is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, inspect, text

from simulator.config.database import DatabaseConfig
from simulator.observers.database import Database
from simulator.observers.orders import Order
from tests.databases.mariadb import why_missing
from tests.databases.postgres import NewDatabase

PAYME_ID = "694e00000000000000000001"
OTHER_ID = "694e00000000000000000002"
NOW = 1_763_881_200_123


def order(number: str = "Psb-1", **captured: Any) -> Order:
    """An order of 1000 sum."""
    return Order(number, 100_000, 1000, {"order_id": number}, "order_id", captured)


@pytest.fixture(scope="session")
def postgres_url(new_postgres: NewDatabase) -> str:
    """A database on the run's PostgreSQL."""
    return new_postgres()


@pytest.fixture(scope="session")
def mariadb_url(new_mariadb: NewDatabase) -> str:
    """A database on the run's MariaDB."""
    return new_mariadb()


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
def mariadb(mariadb_url: str) -> Iterator[Engine]:
    """A writing engine on a database without tables."""
    engine = create_engine(mariadb_url)
    with engine.begin() as connection:
        for table in inspect(connection).get_table_names():
            connection.execute(text(f"DROP TABLE `{table}`"))
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


ENGINES = {"sqlite": "sqlite_engine", "postgres": "postgres"}
"""Kind of database -> the fixture that gives an engine on an empty one."""
if not why_missing():
    ENGINES["mariadb"] = "mariadb"  # else one test says that it is missing: test_mariadb.py


def engine_of(request: pytest.FixtureRequest) -> Engine:
    """The engine that a parametrised fixture asks for."""
    found = request.getfixturevalue(ENGINES[request.param])
    assert isinstance(found, Engine)
    return found


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each test on all databases."""
    return engine_of(request)
