"""A load run as JSON, for programs."""

from __future__ import annotations

from typing import Any

import msgspec

from loadtests.ledger import line_of
from loadtests.report.words import headline
from loadtests.results import LoadRun

VERSION = 1


def document(run: LoadRun) -> dict[str, Any]:
    """Members of LoadRun, with the tool and the verdict before them."""
    told = msgspec.to_builtins(run)
    version = told.pop("version")
    reckoning = told.pop("reckoning")
    if reckoning is not None and run.reckoning is not None:
        reckoning = {"good": run.reckoning.good, **reckoning}
    return {
        "version": VERSION,
        "tool": {"name": "payme-sandbox", "version": version},
        "verdict": headline(run),
        **told,
        "calls": run.calls,
        "reckoning": reckoning,
    }


def json_report(run: LoadRun) -> str:
    """The file as text."""
    return msgspec.json.format(line_of(document(run)), indent=2).decode() + "\n"


def embedded(run: LoadRun) -> str:
    """The same for a script element: nothing in it can end the element."""
    text = line_of(document(run)).decode()
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
