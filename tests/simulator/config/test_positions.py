"""Lines and columns of everything that TOML can write."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from simulator.config.positions import Path, scan

TEXT = '''\
top = 1
"quoted key" = "x = [y] # no comment"
dotted . inner."deep" = 'a'

[table]  # comment = 1
multi = """
[not.a.table]
key = "no" \\
"""
raw = \'\'\'
it's "here"\'\'\'
list = [
  "a",  # "b",
  { x = 1, y = [2, 3] },
  [],
]
inline = { a = { b = "}" }, "c" = 1979-05-27T07:32:00 }
[[many]]
n = 1
[many.sub]
z = 1
[[many]]
n = 2
[[many.sub2]]
z = 2
[a."b.c"]
d = -1.5
'''


def _leaves(value: Any, path: Path = ()) -> list[Path]:
    if isinstance(value, dict):
        return [p for k, v in value.items() for p in _leaves(v, (*path, k))]
    if isinstance(value, list):
        return [p for i, v in enumerate(value) for p in _leaves(v, (*path, i))]
    return [path]


def test_every_value_has_a_place_and_nothing_else_has_one() -> None:
    found = scan(TEXT)
    leaves = set(_leaves(tomllib.loads(TEXT)))
    assert leaves <= set(found.values)
    inner = [p for p in found.values if p not in leaves]
    assert all(p in [leaf[: len(p)] for leaf in leaves] or p == ("table", "list", 2) for p in inner)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("top",), (1, 7, 1)),
        (("quoted key",), (2, 16, 22)),
        (("dotted", "inner", "deep"), (3, 25, 3)),
        (("table", "raw"), (10, 7, 3)),
        (("table", "list", 0), (13, 3, 3)),
        (("table", "list", 1, "y", 1), (14, 20, 1)),
        (("table", "inline", "a", "b"), (17, 22, 3)),
        (("table", "inline", "c"), (17, 35, 19)),
        (("many", 0, "sub", "z"), (21, 5, 1)),
        (("many", 1, "n"), (23, 5, 1)),
        (("many", 1, "sub2", 0, "z"), (25, 5, 1)),
        (("a", "b.c", "d"), (27, 5, 4)),
    ],
)
def test_places_of_values(path: Path, place: tuple[int, int, int]) -> None:
    spot = scan(TEXT).values[path]
    assert (spot.line, spot.column, spot.length) == place


def test_places_of_keys_and_of_what_is_missing() -> None:
    found = scan(TEXT)
    assert found.keys[("quoted key",)].length == len('"quoted key"')
    assert found.keys[("many", 1)].line == 22
    near = found.nearest(("many", 1, "absent"), key=True)
    assert near is not None
    assert near.line == 22
    assert found.nearest(("absent",)) is None


@pytest.mark.parametrize("text", ["[", "a = [", "a = {", "a", '= "', "a = '''", "]]", "a.b.", "{"])
def test_broken_text_ends(text: str) -> None:
    assert scan(text).values is not None
