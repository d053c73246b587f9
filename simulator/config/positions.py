"""Where each key and value of a TOML text stands. The text is known to be valid TOML.

tomllib tells values but not places, and a message without a place is of little help.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

_BLANK = re.compile(r"[ \t]*")
_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r'[A-Za-z0-9_-]+|"((?:[^"\\]|\\.)*)"|\'([^\']*)\'')
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""+|\'\'\'.*?\'\'\'+|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL
)
_BARE = re.compile(r"[^,\]}#\n]*")


@dataclass(frozen=True, slots=True)
class Spot:
    """1-based line and column, and how many characters of that line are meant."""

    line: int
    column: int
    length: int


@dataclass(slots=True)
class Positions:
    """Spots by path; a path's parts are keys and list indexes."""

    keys: dict[Path, Spot] = field(default_factory=dict)
    values: dict[Path, Spot] = field(default_factory=dict)

    def nearest(self, path: Path, *, key: bool = False) -> Spot | None:
        """The value's spot (or the key's), or that of the closest table around it."""
        for end in range(len(path), 0, -1):
            first, second = (self.keys, self.values) if key else (self.values, self.keys)
            spot = first.get(path[:end]) or second.get(path[:end])
            if spot is not None:
                return spot
        return None


def scan(text: str) -> Positions:
    """Find every key and value. Wrong TOML gives wrong places but never an endless loop."""
    return _Scanner(text).run()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found = Positions()
        self.lengths: dict[Path, int] = {}

    def run(self) -> Positions:
        table: Path = ()
        while True:
            self.skip(_SPACE)
            if self.at >= len(self.text):
                return self.found
            before = self.at
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            if self.at == before:
                self.at += 1

    def skip(self, what: re.Pattern[str]) -> None:
        match = what.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def spot(self, start: int, end: int) -> Spot:
        line_start = self.text.rfind("\n", 0, start) + 1
        line_end = self.text.find("\n", start)
        line_end = len(self.text) if line_end < 0 else line_end
        line = self.text.count("\n", 0, start) + 1
        return Spot(line, start - line_start + 1, max(1, min(end, line_end) - start))

    def key(self) -> list[str]:
        parts: list[str] = []
        while match := _KEY.match(self.text, self.at):
            quoted = match[1] if match[1] is not None else match[2]
            parts.append(match[0] if quoted is None else quoted)
            self.at = match.end()
            self.skip(_BLANK)
            if self.text[self.at : self.at + 1] != ".":
                break
            self.at += 1
            self.skip(_BLANK)
        return parts

    def header(self) -> Path:
        start = self.at
        many = self.text.startswith("[[", start)
        self.at += 2 if many else 1
        self.skip(_BLANK)
        path: Path = ()
        names = self.key()
        for place, name in enumerate(names):
            path += (name,)
            if many and place == len(names) - 1:
                self.lengths[path] = self.lengths.get(path, 0) + 1
            if path in self.lengths:
                path += (self.lengths[path] - 1,)
        self.at += 2 if many else 1
        self.found.keys[path] = self.spot(start, self.at)
        return path

    def pair(self, table: Path) -> None:
        start = self.at
        path = table
        for name in self.key():
            path += (name,)
            self.found.keys.setdefault(path, self.spot(start, self.at))
        self.found.keys[path] = self.spot(start, len(self.text[: self.at].rstrip()))
        self.skip(_BLANK)
        if self.text[self.at : self.at + 1] == "=":
            self.at += 1
            self.skip(_BLANK)
            self.value(path)

    def value(self, path: Path) -> None:
        start = self.at
        opening = self.text[start : start + 1]
        if opening == "[":
            self.items(path, "]")
        elif opening == "{":
            self.items(path, "}")
        else:
            match = _STRING.match(self.text, start) or _BARE.match(self.text, start)
            end = match.end() if match else start
            self.at = start + len(self.text[start:end].rstrip())
        self.found.values[path] = self.spot(start, self.at)

    def items(self, path: Path, closing: str) -> None:
        """The inside of an array or an inline table."""
        self.at += 1
        index = 0
        while True:
            self.skip(_SPACE)
            here = self.text[self.at : self.at + 1]
            if here in ("", closing):
                self.at += 1
                return
            before = self.at
            if here == ",":
                self.at += 1
                index += 1
            elif closing == "]":
                self.value((*path, index))
            else:
                self.pair(path)
            self.at += 1 if self.at == before else 0
