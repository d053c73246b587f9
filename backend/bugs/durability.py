"""Bugs that a crash brings to light: what was answered is gone, or the merchant does not return."""

from __future__ import annotations

import atexit
import os
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backend import server
from backend.bugs.row import bug
from backend.bugs.seams import around, both
from backend.bugs.ways import UNQUEUED
from backend.errors import Code, about_state
from backend.methods import perform
from backend.methods.base import Call, Method, Result
from backend.models import Payment, Status, Transaction
from backend.server import Address, CannotServe
from backend.settings import Settings
from backend.webhook import Webhook

THINKS_S = 0.1
"""How long a handler takes between its two halves."""

Decide = Callable[[Webhook, Method[Any], Any], Result]

_queue: list[Callable[[], object]] = []
_alone = threading.RLock()


def _later(
    inner: Callable[[Webhook, Method[Any], Any], Result],
    self: Webhook,
    way: Method[Any],
    asked: Any,
) -> Result:
    """A change is answered at once and committed when the next call comes."""
    with _alone:
        while _queue:
            _queue.pop(0)()
        if not way.writes:
            return inner(self, way, asked)
        now = self._clock()
        with self._database.deciding() as session:
            answered = way.decide(Call(self._settings, session, lambda: now), asked)
            session.rollback()
        _queue.append(lambda: _carry_out(self, way, asked, now))
        return answered


def _carry_out(self: Webhook, way: Method[Any], asked: Any, now: int) -> None:
    with self._database.deciding() as session:
        call = Call(self._settings, session, lambda: now)
        way.decide(call, asked)
        self._commit(call)


def _pid_file(inner: Callable[[Address, Settings], None], at: Address, settings: Settings) -> None:
    """Whoever finds the file of another process does not start."""
    path = Path("photobooth.pid")
    if path.exists():
        raise CannotServe(f"{path} is there: another process is running")
    inner(at, settings)
    path.write_text(str(os.getpid()), encoding="ascii")
    atexit.register(path.unlink, missing_ok=True)


def _order_first(inner: Callable[..., None], call: Call, one: Transaction, order: Payment) -> None:
    order.status = Status.SUCCESS.value
    call.session.commit()
    time.sleep(THINKS_S)
    inner(call, one, order)


def _marked(
    inner: Callable[[Webhook, Method[Any], Any], Result],
    self: Webhook,
    way: Method[Any],
    asked: Any,
) -> Result:
    """A file says that a transaction is being worked on; a crash leaves it there."""
    if not way.writes:
        return inner(self, way, asked)
    mark = Path(f"working-{zlib.crc32(way.line(asked).encode()):08x}")
    with _alone:
        if mark.exists():
            raise about_state(Code.IMPOSSIBLE)
        mark.touch()
        try:
            time.sleep(THINKS_S)
            return inner(self, way, asked)
        finally:
            mark.unlink()


BUGS = (
    bug(
        "durability.commits-later",
        "a change is answered at once and committed when the next call comes",
        "durability.answered-stays",
        around(Webhook._decide, _later),
        needs="crash",
    ),
    bug(
        "durability.pid-file",
        "the file of a process that was killed keeps the next one from starting",
        "durability.starts-again",
        around(server._check_ready, _pid_file),
        needs="crash",
    ),
    bug(
        "durability.two-commits",
        "the order is paid in one database transaction, its payment in the next",
        "durability.whole-or-absent",
        both(UNQUEUED, around(perform._perform, _order_first)),
        needs="crash",
    ),
    bug(
        "durability.mark-stays",
        "a mark says that a transaction is being worked on, and a crash leaves it there",
        "durability.retry-answered",
        around(Webhook._decide, _marked),
        needs="crash",
    ),
)
