"""The zoo: named bugs of the reference merchant, each of which can be switched on by itself."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from backend.bugs import (
    accounts,
    amounts,
    auth,
    cancel,
    create,
    database,
    durability,
    envelope,
    fault,
    fiscal,
    log,
    perform,
    simultaneous,
    statement,
    transport,
)
from backend.bugs import check as looking
from backend.bugs.row import Bug
from backend.bugs.seams import all_off

_FAMILIES = (
    *(auth, transport, envelope, amounts, accounts),
    *(looking, create, perform, cancel, statement, fiscal),
    *(simultaneous, durability, log, database, fault),
)

BUGS: dict[str, Bug] = {bug.name: bug for family in _FAMILIES for bug in family.BUGS}
"""Name -> bug, family by family."""

_on: set[str] = set()


class UnknownBug(ValueError):
    """No bug has that name; the text tells near ones."""


def check(name: str) -> str:
    """The name itself. Raises UnknownBug."""
    if name not in BUGS:
        near = difflib.get_close_matches(name, BUGS, 3, 0.5) or [
            known for known in BUGS if name and name in known
        ]
        hint = f"near: {', '.join(near[:3])}; " if near else ""
        raise UnknownBug(f"{name!r} is no bug ({hint}see: payme-sandbox bugs)")
    return name


def switch_on(names: Iterable[str]) -> None:
    """Switch bugs on in this process; one that is on stays on. Raises UnknownBug."""
    for name in names:
        if check(name) not in _on:
            BUGS[name].switch()
            _on.add(name)


def switch_off() -> None:
    """Switch all bugs off."""
    all_off()
    _on.clear()


__all__ = ["BUGS", "Bug", "UnknownBug", "check", "switch_off", "switch_on"]
