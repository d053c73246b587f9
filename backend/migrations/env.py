"""Run by alembic: connects to PAYME_BACKEND_DATABASE and runs the revisions."""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import Connection

from backend.db import make_engine
from backend.environment import PREFIX
from backend.models import Base
from backend.settings import DEFAULT_DATABASE


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection, target_metadata=Base.metadata, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()


def _run() -> None:
    if context.is_offline_mode():
        raise SystemExit("migrations look at the database, so --sql is not supported")
    engine = make_engine(os.environ.get(PREFIX + "DATABASE", DEFAULT_DATABASE))
    with engine.connect() as connection:
        _migrate(connection)
        connection.commit()
    engine.dispose()


_run()
