"""The run's first transactions, kept until the end so that they can be asked for once more."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from simulator.conformance.books import Transaction

_FEW = 4
_MANY = 50

Record = Mapping[str, object]


@dataclass(slots=True)
class Firsts:
    """The first few transactions with CheckTransaction's last answer, and how many came since."""

    later: int = 0
    kept: list[tuple[Transaction, Record]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, shown: Sequence[tuple[Transaction, Record]], count: int) -> None:
        """The end of a scenario of `count` transactions, of which these were looked at."""
        with self._lock:
            free = _FEW - len(self.kept)
            fit = [(tx, record) for tx, record in shown if not tx.aged_ms][:free]
            self.kept += fit
            self.later += count - len(fit)

    def worth_a_look(self) -> Sequence[tuple[Transaction, Record]]:
        """Those to look at again: none if few have come since, as in a run of a few scenarios."""
        return self.kept if self.later >= _MANY else ()
