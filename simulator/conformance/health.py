"""Whether the merchant is still there: told from what became of the calls."""

from __future__ import annotations

from collections.abc import Callable

from simulator.caller.wire import FailureKind, WireFailure

HANGS_IN_A_ROW = 3


class MerchantGone(Exception):
    """The merchant died or does not answer any more; the run ends. The text says what was seen."""


class Health:
    """Counts hangs in a row; `gone` looks whether the merchant is there and says why it is not."""

    def __init__(self, gone: Callable[[], str]) -> None:
        self._gone = gone
        self._hangs = 0

    def note(self, failure: WireFailure | None) -> None:
        """Take in what became of one call. Raises MerchantGone."""
        if failure is None:
            self._hangs = 0
        elif failure.kind is FailureKind.TIMEOUT:
            self._hangs += 1
            if self._hangs >= HANGS_IN_A_ROW:
                raise MerchantGone(
                    f"the merchant hangs: {self._hangs} calls in a row got {failure.text}"
                )
        elif failure.kind in (FailureKind.REFUSED, FailureKind.CLOSED) and (why := self._gone()):
            raise MerchantGone(why)
