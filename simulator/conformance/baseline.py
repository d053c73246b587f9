"""Known failures: each with a reason, an owner and a last day. Stale or expired ones fail the run.

[[known]]
code = "PM-CR-04"
scenario = "create.repeat*"     # a glob over scenario names
reason = "fixed in 2.3, not yet deployed"
owner = "payments team"
until = 2027-01-15
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from simulator.config.problems import seen
from simulator.config.wording import must_be
from simulator.conformance.events import Check, Outcome


class BaselineError(Exception):
    """The baseline file is wrong; the text says where and what is accepted."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    code: str = Field(pattern=r"^PM-[A-Z]{2}-[0-9]{2}$")
    scenario: str
    reason: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    until: dt.date


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    known: list[_Row] = []


@dataclass(frozen=True, slots=True)
class Known:
    """One excused failure."""

    code: str
    scenario: str
    reason: str
    owner: str
    until: dt.date

    def fits(self, check: Check) -> bool:
        return check.code == self.code and fnmatchcase(check.scenario, self.scenario)

    def __str__(self) -> str:
        return f"{self.code} {self.scenario} (until {self.until}, {self.owner})"


def load_baseline(path: Path) -> list[Known]:
    """Read the file. Raises BaselineError."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BaselineError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BaselineError(f"{path}: not TOML: {error}") from error
    try:
        rows = _File.model_validate(data).known
    except ValidationError as error:
        raise BaselineError(f"{path}: {_told(error.errors(include_url=False)[0])}") from error
    return [Known(**row.model_dump()) for row in rows]


def _told(detail: ErrorDetails) -> str:
    """The first thing that is wrong: what was seen, what is accepted."""
    loc, kind = detail["loc"], detail["type"]
    where = ".".join(str(part + 1) if isinstance(part, int) else part for part in loc)
    if kind == "extra_forbidden":
        words = f"{where} is not a known key"
    elif kind == "missing":
        words = f"{where} is missing"
    else:
        words = f"{where} is {seen(detail['input'])}; it must be {must_be(detail)}"
    return f"{words}. Each [[known]] has code, scenario, reason, owner and until = 2027-01-15"


class Baseline:
    """Excuses checks, and remembers which of its entries were needed."""

    def __init__(
        self, known: Sequence[Known], today: dt.date, chancy: Collection[str] = ()
    ) -> None:
        """`chancy` are scenarios that fail only at times: entries for them are never stale."""
        self._known = list(known)
        self._today = today
        self._chancy = set(chancy)
        self._used: set[Known] = set()
        self._ran: list[Check] = []

    def settle(self, checks: Sequence[Check]) -> tuple[Check, ...]:
        """The checks of a scenario, those that are known marked so."""
        self._ran += checks
        return tuple(self._settle(check) for check in checks)

    def _settle(self, check: Check) -> Check:
        if check.outcome is not Outcome.FAILED:
            return check
        fitting = [entry for entry in self._known if entry.fits(check)]
        self._used.update(fitting)
        entry = next((entry for entry in fitting if entry.until >= self._today), None)
        if entry is None:
            return check
        reason = f"until {entry.until} ({entry.owner}): {entry.reason}"
        return replace(check, outcome=Outcome.KNOWN, reason=reason)

    def complaints(self) -> tuple[str, ...]:
        """Entries that have expired, and entries whose check was made and held."""
        found = []
        for entry in self._known:
            if entry.until < self._today and entry in self._used:
                found.append(f"expired: {entry}")
            elif entry not in self._used and self._held(entry):
                found.append(f"stale, it does not fail any more: {entry}; take it out")
        return tuple(found)

    def _held(self, entry: Known) -> bool:
        """A should that is broken only warns without --strict, but it is broken all the same."""
        outcomes = {
            c.outcome for c in self._ran if entry.fits(c) and c.scenario not in self._chancy
        }
        return Outcome.PASSED in outcomes and Outcome.WARNED not in outcomes
