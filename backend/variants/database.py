"""The database as a Flask shop opens it that never thought about two calls at once.

SQLite begins a transaction at the first write and not before, PostgreSQL is in its usual read
committed, and nobody locks a row: two calls may read the same and both write.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, inspect
from sqlalchemy.orm import Session, sessionmaker

from backend.db import Sessions, parsed
from backend.schema import VERSIONS
from backend.settings import Settings, SettingsError
from backend.variants.model import Base, Payment


class PlainDatabase:
    """An engine and its sessions, with every default of SQLAlchemy and of the driver."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is connected yet. Raises SettingsError for a bad URL."""
        # Without the driver the error is told where the reference merchant tells it.
        try:
            self.engine = create_engine(parsed(settings.database), hide_parameters=True)
        except ModuleNotFoundError as error:
            raise SettingsError(
                f"{error.name} is not installed; PostgreSQL needs payme-sandbox[postgres]"
            ) from None
        self._sessions: sessionmaker[Session] = sessionmaker(self.engine, expire_on_commit=False)

    def read(self) -> Session:
        """A session."""
        return self._sessions()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session; the caller commits."""
        with self._sessions() as session:
            yield session


def open_database(settings: Settings) -> PlainDatabase:
    """The database, not connected yet. Raises SettingsError for a bad URL."""
    return PlainDatabase(settings)


def prepare(database: Sessions) -> None:
    """Make the table if it is not there.

    Raises SettingsError if the database is the reference merchant's or its `payments` is another
    one, SQLAlchemyError if it cannot be reached.
    """
    there = inspect(database.engine)
    names = set(there.get_table_names())
    if Payment.__tablename__ in names:
        found = {column["name"] for column in there.get_columns(Payment.__tablename__)}
        missing = set(Base.metadata.tables[Payment.__tablename__].columns.keys()) - found
        if VERSIONS.name in names or missing:
            raise SettingsError(
                "the database has a table payments that is not this variant's; name an empty "
                "database, such as --database sqlite:///variant.db"
            )
    Base.metadata.create_all(database.engine)
