"""Decisions on SQLite: one after the other on one connection, committed several at a time.

The disk is what a commit waits for, so whoever is ready while others still wait for their turn
leaves the commit to them. An answer leaves when the commit that holds its decision is done; if that
fails, none of them is answered as done. Each decision is a savepoint: one that fails undoes itself.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Engine, PoolProxiedConnection

from backend import link
from backend.link import Link

MOST_TURNS = 32
"""So many decisions at most wait for each other."""


class _Group:
    """Decisions that one commit makes last."""

    def __init__(self, connection: PoolProxiedConnection) -> None:
        self.connection = connection
        self.cursor: Any = connection.cursor()
        self._driven: Any = connection.dbapi_connection
        self.turns = 0
        self.error: Exception | None = None
        self._over = threading.Event()

    @property
    def alive(self) -> bool:
        """Whether the transaction is still there."""
        return bool(self._driven.in_transaction)

    def wait(self) -> None:
        """Until it is committed. Raises what the commit raised."""
        self._over.wait()
        if self.error is not None:
            raise self.error

    def end(self) -> None:
        """Commit, and let everyone go on."""
        try:
            if self.error is None:
                self.error = RuntimeError("the commit was broken off")
                self.connection.commit()
                self.error = None
        except Exception as error:
            self.error = error
        finally:
            self._over.set()
            self.connection.close()  # the pool rolls back what could not be committed


class Together:
    """The queue of those who want to write, and the group whose commit is due."""

    def __init__(self, engine: Engine, patience: float) -> None:
        """Nobody waits longer than `patience` seconds for a turn."""
        self._engine = engine
        self._patience = patience
        self._mutex = threading.Lock()
        self._taken = False
        self._queue: deque[threading.Lock] = deque()
        self._group: _Group | None = None

    def take(self) -> None:
        """Wait for the turn. Raises TimeoutError."""
        with self._mutex:
            if not self._taken:
                self._taken = True
                return
            called = threading.Lock()
            called.acquire()
            self._queue.append(called)
        if called.acquire(timeout=self._patience):
            return
        with self._mutex:
            if called in self._queue:
                self._queue.remove(called)
                raise TimeoutError("no turn to write to the database")

    def leave(self) -> None:
        """Give the turn to the next one. Without one, or when it is time, commit first."""
        if self._group is not None:
            self._group.turns += 1
        while not self._passed_on():
            self.settle()

    def _passed_on(self) -> bool:
        group = self._group
        with self._mutex:
            if group is not None and (not self._queue or group.turns >= MOST_TURNS):
                return False
            if self._queue:
                self._queue.popleft().release()
            else:
                self._taken = False
            return True

    def settle(self, error: Exception | None = None) -> None:
        """Commit what is due, or end it with the error that has undone it. Only with the turn."""
        group, self._group = self._group, None
        if group is not None:
            group.error = error
            group.end()

    def group(self) -> _Group:
        """The one that a decision joins, begun if there is none. Only with the turn."""
        if self._group is None:
            made = _Group(self._engine.raw_connection())
            try:
                link.begin(made.cursor)
            except BaseException:
                made.connection.close()
                raise
            self._group = made
        return self._group

    @contextmanager
    def alone(self) -> Iterator[None]:
        """The turn for somebody with a connection of their own. Raises TimeoutError."""
        self.take()
        try:
            self.settle()
            yield
        finally:
            self.leave()


class Seat(Link):
    """The link of one decision: a savepoint within its group's transaction."""

    def __init__(self, engine: Engine, together: Together) -> None:
        """Nothing is begun yet."""
        super().__init__(engine, writes=True)
        self._together = together
        self._has_turn = False
        self._group: _Group | None = None

    def __enter__(self) -> Self:
        """Wait for the turn. Raises TimeoutError."""
        self._together.take()
        self._has_turn = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Whatever was not committed is rolled back."""
        try:
            self.rollback()
        finally:
            if self._has_turn:
                self._leave()

    def run(self, sql: str, values: Any) -> Any:
        """The cursor after one statement."""
        try:
            return self._joined().cursor.execute(sql, values)
        except self._error as error:
            self._look_after(error)
            self._fail(error, sql)

    def commit(self) -> None:
        """Make it last, together with others'. The next statement begins anew."""
        group = self._group
        if group is None:
            return
        self._group = None
        self._leave()
        try:
            group.wait()
        except self._error as error:
            self._fail(error, "COMMIT")

    def rollback(self) -> None:
        """Undo everything since the last commit."""
        group, self._group = self._group, None
        if group is not None:
            try:
                group.cursor.execute("ROLLBACK TO decision")
            except self._error as error:
                # Nobody can tell any more what of the group is there.
                self._together.settle(error)
                self._fail(error, "ROLLBACK")

    def _joined(self) -> _Group:
        if not self._has_turn:
            self.__enter__()
        if self._group is None:
            group = self._together.group()
            group.cursor.execute("SAVEPOINT decision")
            self._group = group
        return self._group

    def _look_after(self, error: Exception) -> None:
        """Some errors (a full disk) undo the whole transaction, that of the others with it."""
        group = self._group
        if group is not None and not group.alive:
            self._group = None
            self._together.settle(error)

    def _leave(self) -> None:
        self._has_turn = False
        self._together.leave()
