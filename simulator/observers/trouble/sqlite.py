"""An SQLite file that is locked, write-protected or moved away."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import URL

_PATIENCE_S = 10.0
_BESIDE = ("-wal", "-shm", "-journal")
_AWAY = ".payme-sandbox-away"
_WRITING = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


class SqliteTrouble:
    """Each way to begin gives back the way to end. OSError if it cannot be done."""

    def __init__(self, url: URL) -> None:
        self._file = Path(str(url.database))

    def lock(self) -> Callable[[], None]:
        """A writer that holds the lock; in WAL mode others can still read."""
        connection: sqlite3.Connection | None = None
        try:
            connection = sqlite3.connect(
                f"{self._file.absolute().as_uri()}?mode=rw",
                uri=True,
                timeout=_PATIENCE_S,
                isolation_level=None,
                check_same_thread=False,
            )
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            if connection is not None:
                connection.close()
            raise OSError(str(error)) from error

        def unlock() -> None:
            connection.rollback()
            connection.close()

        return unlock

    def make_read_only(self) -> Callable[[], None]:
        """By the file's mode: it does not stop root, nor who has the file open already."""
        mode = self._file.stat().st_mode
        for path in self._files():
            path.chmod(path.stat().st_mode & ~_WRITING)

        def allow() -> None:
            # SQLite gives files that it makes meanwhile the mode that the database has
            for path in self._files():
                path.chmod(mode)

        return allow

    def take_away(self) -> Callable[[], None]:
        """Renamed; a folder stands in its place, or SQLite would make an empty database there.

        Who has the file open goes on with it, and finds it at its place again afterwards.
        """
        moved = [(path, path.with_name(path.name + _AWAY)) for path in self._files()]
        for here, away in moved:
            here.rename(away)
        self._file.mkdir()

        def bring_back() -> None:
            self._file.rmdir()
            for here, away in reversed(moved):  # the database itself last
                if away.exists():
                    os.replace(away, here)

        return bring_back

    def _files(self) -> list[Path]:
        """The database and what SQLite keeps beside it."""
        beside = [self._file.with_name(self._file.name + end) for end in _BESIDE]
        return [self._file, *(path for path in beside if path.exists())]
