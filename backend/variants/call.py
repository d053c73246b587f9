"""The surroundings of one call to a variant."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from backend.clock import Clock
from backend.settings import Settings


@dataclass
class Call:
    """One call, with a session of SQLAlchemy's that has every default."""

    settings: Settings
    session: Session
    clock: Clock

    @cached_property
    def now(self) -> int:
        """The moment of the call, in ms."""
        return self.clock()
