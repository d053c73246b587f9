"""Merchants and databases for the tests of the reference backend."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.settings import Settings
from tests.backend.merchant import KEY, Clock, Merchant, Server, serving
from tests.databases.postgres import NewDatabase

Make = Callable[..., Merchant]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Makes merchants within this process; settings by name, SQLite unless told otherwise."""
    made: list[Merchant] = []

    def build(clock: Clock | None = None, **settings: Any) -> Merchant:
        defaults = {
            "key": KEY,
            "database": f"sqlite:///{tmp_path}/shop.db",
            "log_file": str(tmp_path / "shop.log"),
        }
        made.append(Merchant(Settings(**(defaults | settings)), clock or Clock()))
        return made[-1]

    yield build
    for merchant in made:
        merchant.close()


@pytest.fixture
def merchant(make: Make) -> Merchant:
    """A one-time merchant of the default profile."""
    return make()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/empty.db"
    new: NewDatabase = request.getfixturevalue("new_postgres")
    return new()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A merchant of two processes, the hardest to keep right, over each kind of database."""
    folder = tmp_path_factory.mktemp(f"server-{request.param}")
    options = ["--workers", "2"]
    if request.param == "postgresql":
        new: NewDatabase = request.getfixturevalue("new_postgres")
        options += ["--database", new()]
    with serving(folder, *options) as running:
        yield running
