"""The guide on scenario files names everything that a file may hold, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import pytest

from simulator.caller.auth import VARIANTS
from simulator.caller.faults import FaultKind
from simulator.conformance import format as fmt
from simulator.conformance.arguments import WAYS
from simulator.conformance.matchers import TYPES
from simulator.conformance.syntax import MAKERS, MATCHERS

GUIDE = (Path(__file__).parents[3] / "docs" / "scenarios.md").read_text(encoding="utf-8")


def _part(begin: str, end: str) -> str:
    rest = GUIDE.partition(begin)[2]
    assert end in rest, begin
    return rest.partition(end)[0]


def _words(text: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", text))


def _first_cells(text: str) -> set[str]:
    return {
        word for row in re.findall(r"^\| (`.+?`) \|", text, re.MULTILINE) for word in _words(row)
    }


@pytest.mark.parametrize(
    ("begin", "end", "there_are"),
    [
        ("is one of `right` (default), ", ". The last two", set(VARIANTS) - {"right"}),
        ("The ways: ", ". Rows whose way", WAYS),
        ("any of `refunds`", ": what the configuration", set(get_args(fmt.Need)) - {"refunds"}),
        ("Events: ", ".", get_args(fmt.LogEvent)),
    ],
    ids=["credentials", "ways", "requires", "events"],
)
def test_every_name_of_a_list_is_told(begin: str, end: str, there_are: Iterable[str]) -> None:
    told = {re.sub(r" .*", "", word) for word in _words(re.sub(r"\(.*?\)", "", _part(begin, end)))}
    assert told == set(there_are)


@pytest.mark.parametrize(
    ("begin", "end", "there_are"),
    [
        ("## The scenario", "## A step", fmt.Scenario.model_fields),
        ("## A step", "### Fragments", [f.alias or n for n, f in fmt.Step.model_fields.items()]),
        ("### Faults", "The numbers shown", [kind.value for kind in FaultKind]),
    ],
    ids=["scenario", "step", "faults"],
)
def test_every_row_of_a_table_is_told(begin: str, end: str, there_are: Iterable[str]) -> None:
    in_a_fragments_use = {"use", "as", "with"} if begin == "## A step" else set()
    assert _first_cells(_part(begin, end)) == set(there_are) - in_a_fragments_use


def test_every_maker_and_matcher_is_told() -> None:
    makers, matchers = _part("## Makers", "The ways: "), _part("### Matchers", "### Bursts")
    assert set(re.findall(r"\{(\$\w+)", makers)) == MAKERS
    assert set(re.findall(r"\{(\$\w+)", matchers)) == MATCHERS
    assert set(TYPES) <= _words(matchers)
