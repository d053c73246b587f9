"""Lines on a terminal or in a pipe: the same words, wrapped with a hanging indent, never cut."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

Piece = str | tuple[str, str]

_PLAIN = str.maketrans(
    {"→": "->", "←": "<-", "─": "-", "…": "...", "›": ">", "·": "-", "—": "-", "•": "*", "–": "-"}
)
# A CI runner takes a line that begins so for its own command; what a merchant sent is none.
_COMMANDS = ("::", "##[")
_STYLES = {
    "FAIL": "bold red",
    "failed": "bold red",
    "not testable": "bold red",
    "warn": "yellow",
    "known": "cyan",
    "ok": "green",
    "skipped": "dim",
    "not looked at": "dim",
}


def style_of(word: str) -> str:
    """Colour of a mark; the word says the same without it."""
    return _STYLES.get(word, "")


def dim(words: str) -> Piece:
    """A piece that steps back: labels, line numbers."""
    return (words, "dim")


class Page:
    """Writes lines of (text, style) pieces to a console; texts must be printable already."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._encoding = console.encoding or "utf-8"
        self._plain = not self._encoding.lower().replace("-", "").startswith("utf")

    @property
    def width(self) -> int:
        """Columns for wrapped text; even a very narrow terminal gets some."""
        return max(self.console.width, 40)

    @property
    def terminal(self) -> bool:
        """True if somebody watches; a pipe gets long data lines whole."""
        return self.console.is_terminal

    def gap(self) -> None:
        """An empty line."""
        self.console.print(Text(""), soft_wrap=True)

    def rule(self) -> None:
        """A line across."""
        self.whole([("─" * (min(self.width, 100) - 2), "dim")], indent=1)

    def line(self, pieces: Iterable[Piece], indent: int = 7, label: Piece = "") -> None:
        """Words wrapped at the width; what `label` heads hangs below its first line."""
        head = self._text([label])
        room = max(min(self.width, 100) - indent - len(head), 20)
        lines = self._text(pieces).wrap(self.console, room, overflow="fold", no_wrap=False)
        for number, part in enumerate(lines or [Text()]):
            self._put(part if number else head + part, indent + (len(head) if number else 0))

    def data(self, pieces: Iterable[Piece], indent: int = 7, label: Piece = "") -> None:
        """What may be copied or searched for: folded on a terminal, whole in a pipe."""
        if self.terminal:
            self.line(pieces, indent, label)
        else:
            self.whole([label, *pieces], indent)

    def whole(self, pieces: Iterable[Piece], indent: int = 7) -> None:
        """A line that must not be broken, such as a command."""
        self._put(self._text(pieces), indent)

    def _put(self, text: Text, indent: int) -> None:
        line = Text(" " * indent)
        if text.plain.lstrip().startswith(_COMMANDS):
            line.append("\\")
        line.append_text(text)
        line.rstrip()
        self.console.print(line, soft_wrap=True, emoji=False, markup=False, highlight=False)

    def _text(self, pieces: Iterable[Piece]) -> Text:
        text = Text()
        for piece in pieces:
            words, style = (piece, "") if isinstance(piece, str) else piece
            text.append(self._encodable(words), style or None)
        return text

    def _encodable(self, words: str) -> str:
        if not self._plain:
            return words
        plain = words.translate(_PLAIN)
        return plain.encode(self._encoding, "backslashreplace").decode(self._encoding)
