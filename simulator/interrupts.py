"""Signals that ask us to end: Ctrl-C, SIGTERM and SIGHUP, which all do what Ctrl-C does.

The first raises KeyboardInterrupt: what was started is stopped and what had run is reported.
Whoever cancels often sends several at once, so more of them in the first second change nothing.
One after that ends everything on the spot, with no report.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator

_SAME_WISH_S = 1.0
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no SIGHUP


class Interrupts:
    """What was heard so far in this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._first = 0
        self._at = 0.0
        self._holding = 0
        self._owed = False
        self.last_resorts: dict[int, Callable[[], None]] = {}
        """Called when we end on the spot, each by its own key: short, and never waiting."""

    def listen(self) -> None:
        """Hear the signals from now on; those that our parent had us ignore stay ignored."""
        for name in _NAMES:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._hear)

    @property
    def heard(self) -> bool:
        return bool(self._first)

    @property
    def code(self) -> int:
        """The exit code of a run that was interrupted: 128 and the signal's number."""
        return 128 + (self._first or signal.SIGINT)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """A block that is done whole: a signal that comes during it is obeyed at its end."""
        if threading.current_thread() is not threading.main_thread():
            yield  # signals are heard by the main thread only
            return
        self._holding += 1
        try:
            yield
        finally:
            self._holding -= 1
            if self._owed and not self._holding:
                self._owed = False
                raise KeyboardInterrupt

    def _hear(self, number: int, _: object) -> None:
        if not self._first:
            self._first, self._at = number, self._clock()
            if not self._holding:
                raise KeyboardInterrupt
            self._owed = True
        elif self._clock() - self._at > _SAME_WISH_S:
            self._end_now()

    def _end_now(self) -> None:
        for end in list(self.last_resorts.values()):
            with contextlib.suppress(Exception):  # the others have to be ended, too
                end()
        os.write(2, b"interrupted again: ended on the spot, with no report\n")
        os._exit(self.code)


interrupts = Interrupts()
"""Those of this process."""
