"""The schema at start: made if the database is empty, checked if it is not.

The tables are made from the models and stamped with the newest migration, so that a database which
began like this can be migrated by alembic later; a test holds the two ways together.
"""

from __future__ import annotations

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select, text

from backend.db import BEGIN_OPTION, Sessions
from backend.models import Base
from backend.settings import SettingsError

SCHEMA_VERSION = "0002"
"""The newest revision in `backend/migrations/versions`."""

VERSIONS = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))


def prepare(database: Sessions) -> None:
    """Make the tables in an empty database; several processes may do so at once.

    Raises SettingsError if the database holds another version of the schema, or tables of the same
    names that are not ours; SQLAlchemyError if it cannot be reached.
    """
    if database.engine.dialect.name == "sqlite":
        _write_ahead(database)
    with database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(7291001)"))
        present = set(inspect(connection).get_table_names())
        if VERSIONS.name in present:
            _check_version(connection)
        elif present & set(Base.metadata.tables):
            raise SettingsError(
                "the database has a table payments or transactions of unknown origin; "
                "name an empty database, or stamp it with alembic"
            )
        else:
            _create(connection)


def _write_ahead(database: Sessions) -> None:
    # The journal mode is kept in the file and cannot be changed within a transaction.
    outside = database.engine.execution_options(**{BEGIN_OPTION: None})
    with outside.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")


def _check_version(connection: Connection) -> None:
    found = connection.scalar(select(VERSIONS.c.version_num))
    if found != SCHEMA_VERSION:
        raise SettingsError(
            f"the database's schema is {found}, this backend needs {SCHEMA_VERSION}: "
            "run `alembic -c backend/alembic.ini upgrade head`"
        )


def _create(connection: Connection) -> None:
    Base.metadata.create_all(connection)
    VERSIONS.create(connection)
    connection.execute(VERSIONS.insert().values(version_num=SCHEMA_VERSION))
