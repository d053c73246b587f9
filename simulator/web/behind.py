"""A look behind the configuration's merchant: its database, where [database] maps it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from simulator.config import Loaded
from simulator.observers.database import Database, DatabaseError
from simulator.web.problems import Problem

_COLUMNS = ("state", "reason", "amount")
_AT_ONCE = 500


class Behind:
    """Opened at the first look; one look at a time."""

    def __init__(self, loaded: Loaded | None) -> None:
        self._config = loaded.config.database if loaded else None
        self._secrets = loaded.secrets if loaded else ()
        self._database: Database | None = None
        self._lock = threading.Lock()

    def rows(self, payme_ids: Sequence[str]) -> dict[str, Mapping[str, Any]] | None:
        """State, reason and amount of these transactions; None if there is nothing to look at."""
        with self._lock:
            database = self._opened()
            if database is None or not database.maps_transactions:
                return None
            found: dict[str, Mapping[str, Any]] = {}
            try:
                for start in range(0, len(payme_ids), _AT_ONCE):
                    for row in database.transactions(payme_ids[start : start + _AT_ONCE]):
                        shown = {n: _plain(row[n]) for n in _COLUMNS if n in row}
                        found[str(row["payme_id"])] = shown
            except DatabaseError as error:
                raise self._problem(error) from error
            return found

    def age(self, payme_id: str, by_ms: int) -> None:
        """Shift the transaction's times into the past. Problem where that may not be."""
        with self._lock:
            try:
                database = self._opened()
                if database is None:
                    raise DatabaseError("[database] says nothing of the merchant's rows")
                database.age([payme_id], by_ms)
            except DatabaseError as error:
                raise self._problem(error) from error

    def close(self) -> None:
        if self._database is not None:
            self._database.close()

    def _opened(self) -> Database | None:
        if self._database is None and self._config:
            try:
                self._database = Database(self._config)
            except DatabaseError as error:
                raise self._problem(error) from error
        return self._database

    def _problem(self, error: DatabaseError) -> Problem:
        text = str(error)
        for secret in self._secrets:
            text = text.replace(secret, "••••")
        return Problem(409, "the merchant's database", text, do="see [database]")


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | str) else str(value)
