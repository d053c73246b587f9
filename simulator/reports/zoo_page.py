"""The matrix bug × rule for people: one HTML file that needs no network and no script."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from simulator.conformance.events import Outcome, Rule
from simulator.reports.html import asset, hash_of, templates
from simulator.reports.text import counted, seconds
from simulator.reports.zoo import Matrix, Seen

_SIGNS = {Outcome.FAILED: "●", Outcome.WARNED: "○", Outcome.NOT_TESTABLE: "?"}


@dataclass(frozen=True, slots=True)
class Cell:
    """What one rule said of one bug; `own` if the bug is known to break that rule."""

    sign: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """One bug and its cells, a cell a column."""

    seen: Seen
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Family:
    """Bugs of one family; `good` of them are as they should be."""

    name: str
    lines: list[Line]

    @property
    def good(self) -> int:
        """How many are as they should be."""
        return sum(line.seen.good for line in self.lines)


def matrix_page(matrix: Matrix) -> str:
    """The page as text."""
    style = asset("report.css") + asset("matrix.css")
    lines = [Line(one, [_cell(one, rule) for rule in matrix.telling]) for one in matrix.seen]
    names = dict.fromkeys(one.row.family for one in matrix.seen)
    families = [Family(f, [one for one in lines if one.seen.row.family == f]) for f in names]
    return (
        templates()
        .get_template("matrix.html.j2")
        .render(
            style=Markup(style),
            style_hash=hash_of(style),
            good=matrix.good,
            headline=_headline(matrix),
            took=seconds(matrix.took_s * 1000),
            rules=matrix.telling,
            families=families,
            lost=[one for one in matrix.seen if not one.good],
            silent=matrix.silent,
            columns=len(matrix.telling),
            known=len(matrix.rules),
        )
    )


def _headline(matrix: Matrix) -> str:
    caught = sum(one.good for one in matrix.bugs)
    total = counted(len(matrix.bugs), "bug")
    return f"{caught} of {total} caught, {counted(matrix.alarms, 'false alarm')} on the reference"


def _cell(one: Seen, rule: Rule) -> Cell:
    outcome = one.rules.get(rule.id)
    own = rule.id in one.row.breaks
    if outcome is None:
        return Cell("×", "lost", f"{rule.id} should have told of it") if own else Cell("", "", "")
    kind = f"{outcome}{' own' if own else ''}"
    where = next(told.scenario for told in one.told if told.rule == rule.id)
    return Cell(_SIGNS[outcome], kind, f"{one.row.name}: {rule.id} {outcome} in {where}")
