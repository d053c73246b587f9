"""Bugs that show only when the merchant is killed and started again."""

from __future__ import annotations

import sqlite3

from tests.merchants.bugs.row import bug
from tests.merchants.calls import Call

_MUTATING = ("CreateTransaction", "PerformTransaction", "CancelTransaction")
_UNMARK = "DELETE FROM marks WHERE ext_id = :id"


def _marked(call: Call) -> str:
    """Refuse a call whose transaction is being worked on; else mark it, for good if we die."""
    if call.method not in _MUTATING:
        return ""
    try:
        call.work.run("INSERT INTO marks VALUES (:id)", call.values)
    except sqlite3.IntegrityError:
        return "perform-refused"
    return ""


CRASHES = (
    bug(
        "crash.locked-out",
        "durability.starts-again",
        "a file says that the merchant runs, and nobody removes it from a dead one",
        only="durability.perform-kept",
        starts={"locked"},
    ),
    bug(
        "crash.memory",
        "durability.answered-stays",
        "nothing outlives the process",
        only="durability.perform-kept",
        starts={"afresh"},
    ),
    bug(
        "crash.paid-forgotten",
        "durability.answered-stays",
        "what became of the bills is not read back",
        only="durability.paid-kept",
        starts={"unpaid"},
    ),
    bug(
        "crash.write-behind",
        "durability.answered-stays",
        "the file is written every four seconds, not before the answer",
        only="durability.perform-kept",
        saves_ms=4000,
    ),
    bug(
        "crash.half-done",
        "durability.whole-or-absent",
        "a transaction and its bill are saved one after the other",
        only="durability.under-load",
        locks=False,
        dawdles_ms=dict.fromkeys(_MUTATING, 60),
    ),
    bug(
        "crash.mark-stays",
        "durability.retry-answered",
        "a mark keeps two calls from working on one transaction, and outlives a crash",
        only="durability.under-load",
        locks=False,
        schema="CREATE TABLE marks (ext_id TEXT PRIMARY KEY);",
        balks=dict.fromkeys(_MUTATING, _marked),
        sql=dict.fromkeys(("created", "performed", "cancelled"), _UNMARK),
        thinks_ms=dict.fromkeys(_MUTATING, 60),
    ),
    bug(
        "crash.done-anew",
        "durability.retry-answered",
        "a repeated PerformTransaction performs once more",
        only="durability.under-load",
        performs_from={"new", "done"},
        hangs_ms={"PerformTransaction": 100},
    ),
)
