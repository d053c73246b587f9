"""Whether what the configuration maps is there, told before any payment is made."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Inspector, inspect
from sqlalchemy.exc import NoSuchTableError, SQLAlchemyError

from simulator.config.database import DatabaseConfig
from simulator.config.problems import nearest
from simulator.observers.database.reading import Reader
from simulator.observers.engines import DatabaseError, reason

_SHOWN_NAMES = 20


def probe(config: DatabaseConfig, reader: Reader) -> None:
    """DatabaseError if the database cannot be reached, or with all tables and columns missing."""
    try:
        inspector = inspect(reader.engine)
        problems = list(_problems(config, inspector))
    except SQLAlchemyError as error:
        raise DatabaseError(
            f"{reader.place} cannot be read: {reason(error)}\n"
            "is it running, has the merchant made it yet, and is database.url right?"
        ) from error
    if problems:
        raise DatabaseError(f"{reader.place}: " + "\n".join(problems))


def _problems(config: DatabaseConfig, inspector: Inspector) -> Iterator[str]:
    inspector.get_table_names()  # SQLite does not look at its file before it has to
    if config.orders:
        wanted = [*config.orders.where, *(c for _, c in config.orders.columns if c)]
        yield from _table("orders", config.orders.table, wanted, inspector)
    if config.transactions:
        columns = config.transactions.columns.mapped().values()
        wanted = [*columns, *config.transactions.where]
        yield from _table("transactions", config.transactions.table, wanted, inspector)


def _table(logical: str, name: str, wanted: list[str], inspector: Inspector) -> Iterator[str]:
    schema, _, bare = name.rpartition(".")
    try:
        present = [c["name"] for c in inspector.get_columns(bare, schema=schema or None)]
    except NoSuchTableError:
        present = []
    if not present:
        tables = inspector.get_table_names(schema or None)
        tables += inspector.get_view_names(schema or None)
        yield f"[database.{logical}] there is no table {name}; {_names(bare, tables)}"
        return
    # Only PostgreSQL tells names apart by their case alone.
    exact = inspector.dialect.name == "postgresql"
    known = set(present) if exact else {column.lower() for column in present}
    for column in dict.fromkeys(wanted):
        if (column if exact else column.lower()) not in known:
            yield (
                f"[database.{logical}] table {name} has no column {column}; "
                f"{_names(column, present)}"
            )


def _names(name: str, present: list[str]) -> str:
    meant = nearest(name, present)
    if meant:
        return f"did you mean {meant}?"
    listed = ", ".join(sorted(present)[:_SHOWN_NAMES])
    return f"there are {listed}" if listed else "there is none at all"
