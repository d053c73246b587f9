"""Bugs that show while the database is locked, write-protected or gone, and after that."""

from __future__ import annotations

from tests.merchants.bugs.row import bug

TROUBLES = (
    bug(
        "trouble.pretends",
        "trouble.whole-or-absent",
        "an exception of the database is caught, and PerformTransaction answered all the same",
        only="trouble.gone",
        pretends=True,
    ),
    bug(
        "trouble.sulks",
        "trouble.recovers",
        "once the database was gone every call is refused until the merchant is restarted",
        only="trouble.gone",
        sulks=True,
    ),
    bug(
        "trouble.impossible",
        "trouble.system-error",
        "a database that cannot be reached is told as an operation that is not possible",
        only="trouble.gone",
        codes={"broken": -31008},
    ),
)
