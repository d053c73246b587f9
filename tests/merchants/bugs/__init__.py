"""The table of bugs. Each one is single: a merchant that is right but for it."""

from __future__ import annotations

from tests.merchants.bugs import (
    bills,
    cancelling,
    choices,
    crashes,
    creating,
    credentials,
    faults,
    members,
    others,
    performing,
    reading,
    timing,
    troubles,
    wire,
)
from tests.merchants.bugs.row import Bug

CHOICES = choices.CHOICES

BUGS: tuple[Bug, ...] = (
    *wire.TRANSPORT,
    *wire.ENVELOPE,
    *wire.ERRORS,
    *members.MEMBERS,
    *credentials.AUTH,
    *bills.AMOUNTS,
    *bills.ACCOUNTS,
    *bills.ASKED,
    *creating.CREATE,
    *performing.PERFORM,
    *cancelling.CANCEL,
    *reading.CHECK,
    *reading.STATEMENT,
    *timing.RACES,
    *timing.LATE,
    *crashes.CRASHES,
    *troubles.TROUBLES,
    *others.WALLETS,
    *others.DOCUMENTS,
    *others.LOG,
    *others.IN_STEP,
    *faults.FAULTS,
)

__all__ = ["BUGS", "CHOICES", "Bug"]
