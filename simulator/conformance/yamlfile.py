"""YAML 1.2 with places: plain data, and for every key and value where in the file it stands.

Only what JSON has: texts, integers, fractions, booleans, null. `on`, `no`, `12:30` and
`2024-05-01` are texts; a member twice in one mapping is an error, and so are tags.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.conformance.events import Place

Path_ = tuple[str | int, ...]
Node = Any  # ruamel's scalar, sequence and mapping nodes share no typed base
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FRACTION = re.compile(r"[-+]?[0-9]+\.[0-9]+([eE][-+]?[0-9]+)?")
_TAG = "tag:yaml.org,2002:"
_DEEPEST = 40
_WORDS: dict[str, object] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}
_BY_ITSELF = {
    str: ("str", "int", "float", "timestamp", "merge", "value"),  # 0x1F and 2024-05-01 are texts
    int: ("int",),
    float: ("float",),
    bool: ("bool",),
    type(None): ("null",),
}


class ScenarioError(Exception):
    """A scenario, rule or fragment file is wrong. The text is for the user, with its place."""


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its data, and the place (line, column, length; from 1) of each path in it."""

    file: str
    data: object
    marks: dict[Path_, tuple[int, int, int]] = field(repr=False)
    lines: list[str] = field(repr=False)

    def place(self, path: Path_) -> Place | None:
        """The place of a path, or of the nearest thing that holds it."""
        while path and path not in self.marks:
            path = path[:-1]
        mark = self.marks.get(path)
        if mark is None:
            return None
        line, column, length = mark
        return Place(self.file, line, column, length, self.lines[line - 1])

    def error(self, path: Path_, message: str) -> ScenarioError:
        """An error that shows its place with a caret."""
        place = self.place(path)
        return ScenarioError(f"{self.file}: {message}" if place is None else _shown(place, message))


Fault = tuple[Document, Path_, str]
"""Something that is wrong, with the place of it."""


def all_told(faults: Iterable[Fault]) -> ScenarioError:
    """One error for several faults: each once, in the order of the files."""

    def order(fault: Fault) -> tuple[str, int, int]:
        place = fault[0].place(fault[1])
        return (fault[0].file, place.line, place.column) if place else (fault[0].file, 0, 0)

    ordered = sorted(faults, key=order)
    texts = dict.fromkeys(str(home.error(path, text)) for home, path, text in ordered)
    return ScenarioError("\n".join(texts))


def _shown(place: Place, message: str) -> str:
    gutter = f"{place.line:5} | "
    caret = " " * (len(gutter) - 2) + "| " + " " * (place.column - 1) + "^" * max(1, place.length)
    return f"{place.file}:{place.line}:{place.column}: {message}\n{gutter}{place.text}\n{caret}"


def read(path: Path, name: str) -> Document:
    """Read one file; `name` is how messages call it. Raises ScenarioError."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ScenarioError(f"{name}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{name}: is not UTF-8 text") from error
    return parse(text, name)


def parse(text: str, name: str) -> Document:
    """Parse one document. Raises ScenarioError with the place and the line."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    lines = text.splitlines() or [""]
    try:
        node = YAML(typ="safe", pure=False).compose(text)  # by libyaml where it is installed
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = min(mark.line + 1 if mark else 1, len(lines))
        column = mark.column + 1 if mark else 1
        place = Place(name, line, column, 1, lines[line - 1])
        raise ScenarioError(_shown(place, f"not YAML: {error.problem}")) from error
    except YAMLError as error:
        raise ScenarioError(f"{name}: not YAML: {error}") from error
    document = Document(name, None, {}, lines)
    if node is None:
        raise ScenarioError(f"{name}: the file is empty")
    data = _Builder(document).build(node, ())
    return Document(name, data, document.marks, lines)


class _Builder:
    """Turns ruamel's nodes into plain data, noting where each stands."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def build(self, node: Node, path: Path_) -> object:
        self._document.marks.setdefault(path, _mark(node))
        if len(path) > _DEEPEST:
            raise self._document.error(path, "this is nested too deeply")
        kind: dict[str, Callable[[Node, Path_], object]] = {
            "scalar": self._scalar,
            "sequence": self._sequence,
            "mapping": self._mapping,
        }
        return kind[node.id](node, path)

    def _sequence(self, node: Node, path: Path_) -> list[object]:
        self._no_tag(node, path, "seq")
        return [self.build(child, (*path, i)) for i, child in enumerate(node.value)]

    def _mapping(self, node: Node, path: Path_) -> dict[str, object]:
        self._no_tag(node, path, "map")
        data: dict[str, object] = {}
        for key_node, value_node in node.value:
            if key_node.id != "scalar":
                raise self._document.error(path, "a key is a text, not a list or a mapping")
            key = str(key_node.value)
            here = (*path, key)
            if key in data:
                self._document.marks[here] = _mark(key_node)
                raise self._document.error(here, f'"{key}" stands twice in one mapping')
            self._document.marks[here] = _mark(key_node)
            data[key] = self.build(value_node, here)
        return data

    def _scalar(self, node: Node, path: Path_) -> object:
        text: str = node.value
        quoted = node.style in ('"', "'", "|", ">")
        value = text if quoted else _plain(text)
        self._no_tag(node, path, *(("str",) if quoted else _BY_ITSELF[type(value)]))
        return value

    def _no_tag(self, node: Node, path: Path_, *expected: str) -> None:
        """A tag that YAML gave by itself is fine; one that somebody wrote is not."""
        if node.tag not in [_TAG + name for name in expected]:
            raise self._document.error(path, "tags (!) are not known here; quote what is a text")


def _plain(text: str) -> object:
    """A text without quotes as YAML 1.2 and JSON read it."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FRACTION.fullmatch(text) else text


def _mark(node: Node) -> tuple[int, int, int]:
    start, end = node.start_mark, node.end_mark
    length = end.column - start.column if end.line == start.line else 1
    return start.line + 1, start.column + 1, max(1, length)
