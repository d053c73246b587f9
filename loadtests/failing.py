"""Orders that could not be made: one by one they are told and made up for; only when none can be
made at all does the load end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import msgspec

from loadtests.tally import Trouble
from simulator.observers.orders import OrdersError, OrdersUnreachable
from simulator.reports.text import counted

_FIRST = 5
"""So many answered and refused before there was any order: the file or the shop is not right."""
_WHILE_S = 20
_MOST = 20
_PAUSE_S = 0.25
_LONG_PAUSE_S = 1
_OTHERS = "orders could not be made, in further ways"


class Failed(msgspec.Struct, frozen=True):
    """One order that could not be made. text: the same for all that failed alike. example: which
    order it was, what was sent, what came back. Nothing in it is masked yet."""

    text: str
    example: str
    trouble: Trouble


class Failures:
    """Of one worker's orders, which are made by several threads. `clock` is in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._any = False
        self._row = self._refused = 0
        self._since = 0.0
        self._texts: set[str] = set()

    def made(self) -> None:
        """One was made: the row has ended."""
        with self._lock:
            self._any, self._row, self._refused = True, 0, 0

    def failed(self, error: OrdersError) -> Failed:
        """Counts it, and puts it into words."""
        with self._lock:
            if not self._row:
                self._since = self._clock()
            self._row += 1
            self._refused += not isinstance(error, OrdersUnreachable)
            return self._worded(error)

    @property
    def pause_s(self) -> float:
        """How long to wait before the next try: a shop in trouble is not to be pressed."""
        return _PAUSE_S if self._row < _FIRST else _LONG_PAUSE_S

    def hopeless(self, error: OrdersError) -> str:
        """Why no more is to be tried, or an empty text. error: the last one."""
        with self._lock:
            lasted = int(self._clock() - self._since)
            few = not self._any and self._refused >= _FIRST
            if not few and (lasted < _WHILE_S or self._row < (_FIRST if self._any else 2)):
                return ""
            row = counted(self._row, "try", "tries")
        which = "the last" if self._any else "the first"
        seconds = f" within {counted(lasted, 'second')}" if lasted else ""
        sent = f"\nsent was: {error.sent}" if error.sent else ""
        return f"no order can be made: {which} {row}{seconds} all failed\n{error}{sent}"

    def _worded(self, error: OrdersError) -> Failed:
        text, _, further = str(error).partition("\n")
        for value, name in error.own:
            text = text.replace(value, name)
        if text not in self._texts and len(self._texts) >= _MOST:
            text, further = _OTHERS, str(error)
        self._texts.add(text)
        number = next((value for value, _ in error.own), "")
        parts = (
            f"order {number}" if number else "",
            f"sent {error.sent}" if error.sent else "",
            " ".join(further.split()),
        )
        unanswered = isinstance(error, OrdersUnreachable)
        return Failed(text, "; ".join(filter(None, parts)), "unanswered" if unanswered else "wrong")
