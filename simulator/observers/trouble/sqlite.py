"""An SQLite file that is locked, write-protected or moved away."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import URL

_PATIENCE_S = 10.0
_BESIDE = ("-wal", "-shm", "-journal")
_AWAY = ".payme-sandbox-away"
_WRITING = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


class SqliteTrouble:
    """Each way to begin gives back the way to end. OSError if it cannot be done, and nothing is
    left of it then."""

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

        def allow() -> None:
            # SQLite gives files that it makes meanwhile the mode that the database has
            for path in self._files():
                path.chmod(mode)

        with _taken_back_by(allow):
            for path in self._files():
                path.chmod(path.stat().st_mode & ~_WRITING)
        return allow

    def take_away(self) -> Callable[[], None]:
        """Renamed; a folder stands in its place, or SQLite would make an empty database there.

        Who has the file open goes on with it, and finds it at its place again afterwards.
        """
        moved: list[tuple[Path, Path]] = []

        def bring_back() -> None:
            if moved and self._file.is_dir():
                self._file.rmdir()
            for here, away in reversed(moved):  # the database itself last
                if away.exists():
                    os.replace(away, here)

        with _taken_back_by(bring_back):
            for here in self._files():
                away = here.with_name(here.name + _AWAY)
                here.rename(away)
                moved.append((here, away))
            self._file.mkdir()
        return bring_back

    def _files(self) -> list[Path]:
        """The database and what SQLite keeps beside it."""
        beside = [self._file.with_name(self._file.name + end) for end in _BESIDE]
        return [self._file, *(path for path in beside if path.exists())]


@contextmanager
def _taken_back_by(end: Callable[[], None]) -> Iterator[None]:
    """What fails half way leaves nothing behind."""
    try:
        yield
    except BaseException:
        end()
        raise
