"""What a judgement consists of: a rule, a sentence, and what differs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

MISSING = object()
"""Stands for a member that is not there."""

_LONGEST = 300
_encode = json.JSONEncoder(ensure_ascii=False).encode


def show(value: object) -> str:
    """A JSON value as one short line; types stay visible ("1" is not 1)."""
    if type(value) is int:
        return str(value)
    if value is MISSING:
        return "nothing"
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    try:
        text = _encode(value)
    except (TypeError, ValueError):
        text = repr(value)
    if not text.isascii():  # half a character cannot be written
        text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule broken in one place. `path` is where in the answer, like `result.state`."""

    rule: str
    message: str
    path: str = ""
    expected: str = ""
    actual: str = ""


@dataclass(slots=True)
class Report:
    """What was looked at, and what was found: a rule nobody looked at is not a rule kept."""

    looked_at: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def expect(self, holds: bool, finding: Finding) -> bool:
        """Note that a rule was looked at, and the finding if it does not hold."""
        self.looked_at.add(finding.rule)
        if not holds:
            self.findings.append(finding)
        return holds
