"""Small things that are asked for all the time and hardly ever change: read once, then kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from simulator.web.store.database import Store

T = TypeVar("T")


class Kept(Generic[T]):
    """What `load` reads, until it is forgotten."""

    def __init__(self, store: Store, load: Callable[[Session], T]) -> None:
        self._store = store
        self._load = load
        self._loaded: tuple[T] | None = None

    def value(self) -> T:
        """As it is now."""
        loaded = self._loaded
        if loaded is None:
            with self._store.write() as session:  # after whoever is changing it
                loaded = self._loaded = (self._load(session),)
        return loaded[0]

    def forget(self) -> None:
        """Say so within the session that changes it, or after it."""
        self._loaded = None
