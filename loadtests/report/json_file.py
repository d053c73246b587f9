"""A load run as JSON, for programs."""

from __future__ import annotations

import json
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
    """The same for a script element, in ASCII: nothing in it can end the element or hides."""
    text = json.dumps(json.loads(line_of(document(run))), separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
