"""Trouble with the merchant's database, made on purpose where the configuration allows it.

Each kind begins before calls are made and is ended after them, whatever happened in between.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Literal

from sqlalchemy.exc import SQLAlchemyError

from simulator.config.database import DatabaseConfig
from simulator.observers.engines import DatabaseError, driver_url, masked, reason
from simulator.observers.trouble.postgres import PostgresTrouble
from simulator.observers.trouble.sqlite import SqliteTrouble

TroubleKind = Literal["locked", "read-only", "gone"]


def why_no_trouble(config: DatabaseConfig) -> str:
    """Why this database may or can not be troubled, or an empty text."""
    if not config.trouble:
        return "trouble = false"
    try:
        url = driver_url(config.url)
    except DatabaseError as error:
        return str(error)
    name = url.get_backend_name()
    if name == "sqlite":
        is_file = bool(url.database) and not str(url.database).startswith((":", "file:"))
        return "" if is_file else "only an SQLite database in a plain file can be troubled"
    if name == "postgresql":
        return ""
    return f"trouble is known for SQLite and PostgreSQL, and this is {name}"


def begin_trouble(config: DatabaseConfig, kind: TroubleKind) -> Callable[[], None]:
    """Begin; what is given back ends it, once, from any thread. Both may raise DatabaseError."""
    if why := why_no_trouble(config):
        raise DatabaseError(f"the database may not be troubled: {why}")
    url = driver_url(config.url)
    place = masked(config.url)
    tables = [table.table for table in (config.orders, config.transactions) if table]
    maker = (
        SqliteTrouble(url) if url.get_backend_name() == "sqlite" else PostgresTrouble(url, tables)
    )
    begin = {"locked": maker.lock, "read-only": maker.make_read_only, "gone": maker.take_away}
    try:
        return _once(begin[kind](), place)
    except (OSError, SQLAlchemyError) as error:
        raise DatabaseError(f"{place} cannot be made {kind}: {reason(error)}") from error


def _once(end: Callable[[], None], place: str) -> Callable[[], None]:
    lock = threading.Lock()
    ended = False

    def end_once() -> None:
        nonlocal ended
        with lock:
            if ended:
                return
            ended = True
            try:
                end()
            except (OSError, SQLAlchemyError) as error:
                raise DatabaseError(
                    f"{place} is still in trouble, which payme-sandbox made and could not end: "
                    f"{reason(error)}"
                ) from error

    return end_once
