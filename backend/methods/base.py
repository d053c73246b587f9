"""What a method of the protocol is made of, and the surroundings in which one call is decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from backend.params import Params
from backend.settings import Settings

Asked = TypeVar("Asked")
Result = dict[str, Any]
"""The members of `result`, in Payme's units: amounts in tiyin, times in ms, 0 while unset."""


@dataclass(slots=True)
class Call:
    """One call while it is decided: within one database transaction, at one moment.

    `done` collects the log's lines about what the decision changed; they are written once it is
    committed, so a decision that had to be taken again leaves no trace of the first try.
    """

    settings: Settings
    session: Session
    now: int
    done: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Method(Generic[Asked]):
    """One method: how its params are read, its line in the log, and how it is decided.

    `writes` false means that the decision cannot change anything: it gets a read transaction.
    """

    read: Callable[[Params], Asked]
    line: Callable[[Asked], str]
    decide: Callable[[Call, Asked], Result]
    writes: bool = True
