"""What a method of the protocol is made of, and the surroundings in which one call is decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from backend.clock import Clock
from backend.params import Params
from backend.session import Session
from backend.settings import Settings

Asked = TypeVar("Asked")
Result = dict[str, Any]
"""The members of `result`, in Payme's units: amounts in tiyin, times in ms, 0 while unset."""


@dataclass(slots=True)
class Call:
    """One call while it is decided: within one database transaction, at one moment.

    The moment is when `now` is first asked for, which handlers do once they hold the lock, so that
    the times of an order's transactions rise in the order of their decisions. `done` collects the
    log's lines about what was changed; they are written once it is committed, so that a decision
    that had to be taken again leaves no trace of the first try.
    """

    settings: Settings
    session: Session
    clock: Clock
    done: list[str] = field(default_factory=list)
    _now: int | None = None

    @property
    def now(self) -> int:
        """The moment of the decision, in ms."""
        if self._now is None:
            self._now = self.clock()
        return self._now


@dataclass(frozen=True, slots=True)
class Method(Generic[Asked]):
    """One method: how its params are read, its line in the log, and how it is decided.

    `writes` false means that the decision cannot change anything: it gets a read transaction.
    """

    read: Callable[[Params], Asked]
    line: Callable[[Asked], str]
    decide: Callable[[Call, Asked], Result]
    writes: bool = True
