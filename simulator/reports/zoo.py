"""Bugs that the reference merchant was given, and which rules told of each: list and matrix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Self

from simulator.conformance.events import Check, Level, Outcome, Rule
from simulator.reports.text import counted, seconds


class Caught(StrEnum):
    """What became of a bug."""

    YES = "caught"
    BY_ACCIDENT = "by accident"  # something told of it, but not every rule that it breaks
    NO = "missed"
    CLEAN = "clean"  # there was no bug, and nothing was told
    ALARM = "false alarm"  # there was no bug, and yet something was told


@dataclass(frozen=True, slots=True)
class Row:
    """One bug as the reference merchant tells of it; `breaks` is empty for no bug at all."""

    name: str
    family: str
    does: str
    breaks: tuple[str, ...]
    level: str
    needs: str
    setup: str
    profile: str

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """A row of the list's JSON."""
        known = {name: told[name] for name in cls.__dataclass_fields__}
        return cls(**{**known, "breaks": tuple(told["breaks"])})

    @classmethod
    def without_bug(cls, setup: str, profile: str) -> Self:
        """The reference merchant as it is, in one of its set-ups."""
        name = f"none ({setup}, {profile})"
        return cls(name, "reference", "no bug", (), "", "", setup, profile)

    def told(self) -> dict[str, object]:
        """The row as JSON."""
        return {**asdict(self), "rule": self.breaks[0] if self.breaks else ""}


@dataclass(frozen=True, slots=True)
class Told:
    """One rule that told of something, and where it did so first."""

    rule: str
    outcome: Outcome
    scenario: str
    step: str
    message: str

    @classmethod
    def of(cls, check: Check) -> Self:
        """What a check that did not pass says."""
        return cls(check.rule, check.outcome, check.scenario, check.step, check.message)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a run against one bug came to. `stopped` says why it ended early."""

    row: Row
    told: tuple[Told, ...]
    stopped: str = ""

    @property
    def rules(self) -> dict[str, Outcome]:
        """Rule -> how it told of the bug; a failure counts more than a warning."""
        found: dict[str, Outcome] = {}
        for one in self.told:
            if found.get(one.rule) is not Outcome.FAILED:
                found[one.rule] = one.outcome
        return found

    @property
    def caught(self) -> Caught:
        """Whether the bug's own rules told of it."""
        bound = {r for r, o in self.rules.items() if o in (Outcome.FAILED, Outcome.WARNED)}
        if not self.row.breaks:
            return Caught.ALARM if self.told or self.stopped else Caught.CLEAN
        if set(self.row.breaks) <= bound:
            return Caught.YES
        return Caught.BY_ACCIDENT if self.told or self.stopped else Caught.NO

    @property
    def good(self) -> bool:
        """True for a bug that was caught, and for no bug and no alarm."""
        return self.caught in (Caught.YES, Caught.CLEAN)


@dataclass(frozen=True)
class Matrix:
    """All runs, the rules of the catalogue, and how many seconds it took."""

    seen: tuple[Seen, ...]
    rules: Mapping[str, Rule]
    took_s: int

    @cached_property
    def bugs(self) -> list[Seen]:
        """The runs that had a bug."""
        return [one for one in self.seen if one.row.breaks]

    @property
    def alarms(self) -> int:
        """In how many set-ups something was told of the reference merchant without a bug."""
        return sum(one.caught is Caught.ALARM for one in self.seen)

    @property
    def good(self) -> bool:
        """True if every bug is caught and the reference is clean."""
        return all(one.good for one in self.seen)

    @cached_property
    def telling(self) -> list[Rule]:
        """The rules that told of some bug, in the catalogue's order."""
        told = {rule for one in self.seen for rule in one.rules}
        return [rule for name, rule in self.rules.items() if name in told]

    @cached_property
    def silent(self) -> list[Rule]:
        """The musts that told of no bug."""
        told = {rule for one in self.bugs for rule, o in one.rules.items() if o is Outcome.FAILED}
        must = (r for r in self.rules.values() if r.level is Level.MUST)
        return [rule for rule in must if rule.id not in told]


def listed(rows: Sequence[Row]) -> str:
    """The list for people: a family at a time."""
    lines: list[str] = []
    widest = max(len(row.name) for row in rows)
    for family in dict.fromkeys(row.family for row in rows):
        lines += ["", f" {family}"]
        for row in (row for row in rows if row.family == family):
            lines.append(f" {row.name:<{widest}}  {row.level:<6}  {row.breaks[0]}  ({row.needs})")
            lines.append(f" {'':<{widest}}  {row.does}")
    lines += ["", f" {counted(len(rows), 'bug')}"]
    return "\n".join(lines)


def summed_up(matrix: Matrix) -> str:
    """The matrix in words: what was not caught first, then the sums."""
    lines: list[str] = []
    for one in matrix.seen:
        if not one.good:
            lines += _trouble(one)
    caught = sum(one.good for one in matrix.bugs)
    references = [one for one in matrix.seen if not one.row.breaks]
    clean = sum(one.good for one in references)
    lines.append(
        f" {caught} of {counted(len(matrix.bugs), 'bug')} caught by the rules they break, "
        f"the reference clean in {clean} of {counted(len(references), 'set-up')}   "
        f"{seconds(matrix.took_s * 1000)}"
    )
    return "\n".join(lines)


def _trouble(one: Seen) -> Iterable[str]:
    yield f" {one.caught.upper()}  {one.row.name}: {one.row.does}"
    if one.row.breaks:
        yield f"       should be told by {', '.join(one.row.breaks)}"
    if one.told:
        yield f"       told by {', '.join(f'{rule} ({o})' for rule, o in one.rules.items())}"
    if one.stopped:
        yield f"       the run ended early: {one.stopped}"
    yield ""


def matrix_document(matrix: Matrix) -> dict[str, object]:
    """The matrix as JSON: a row a bug, and under `told` the rules that noticed it."""
    return {
        "schema": 1,
        "good": matrix.good,
        "took_s": matrix.took_s,
        "totals": {
            "bugs": len(matrix.bugs),
            "caught": sum(one.good for one in matrix.bugs),
            "setups": len(matrix.seen) - len(matrix.bugs),
            "alarms": matrix.alarms,
        },
        "musts_without_bug": [rule.id for rule in matrix.silent],
        "rows": [
            {
                **one.row.told(),
                "caught": str(one.caught),
                "stopped": one.stopped,
                "told": [asdict(told) for told in one.told],
            }
            for one in matrix.seen
        ],
    }
