"""Merchant's text made fit to be shown: nothing in it moves a cursor, turns a line or hides.

Every writer passes what came from outside through here; the escape is visible (`\\x1b`, `\\u202e`),
because a reader must see that the merchant sent it.
"""

from __future__ import annotations

import re
import unicodedata

# Controls, formats (bidi, zero width), lone surrogates, line separators, private use, unassigned.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_ORDINARY = re.compile(r"[\x20-\x7e\u0400-\u045f\u2010-\u201f\u2026\u2190-\u2193]*")


def hidden(character: str) -> bool:
    """True for a character that shows nothing by itself or changes how its neighbours show."""
    return unicodedata.category(character) in _HIDDEN


def escaped(character: str) -> str:
    """One character as the shortest escape that Python and most readers know."""
    code = ord(character)
    if code < 0x100:
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def printable(text: str) -> str:
    """`text` on one line: line ends, controls and invisible characters as escapes."""
    if _ORDINARY.fullmatch(text):
        return text
    return text.translate({ord(c): escaped(c) for c in set(text) if hidden(c)})


def printable_lines(text: str) -> list[str]:
    """`text` line by line, each printable; tabs become blanks, a last line end adds no line."""
    lines = text.replace("\r\n", "\n").replace("\t", "    ").split("\n")
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    return [printable(line) for line in lines]


def shortened(text: str, limit: int) -> str:
    """`text` cut to `limit` characters, the cut marked and counted."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit} more characters)"


def seconds(ms: int) -> str:
    """Milliseconds as people say them: `14 ms`, `3.1 s`, `2 min 05 s`. Integer arithmetic only."""
    if ms < 1000:
        return f"{ms} ms"
    if ms < 60_000:
        return f"{ms // 1000}.{ms % 1000 // 100} s"
    return f"{ms // 60_000} min {ms // 1000 % 60:02d} s"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 rule`, `2 rules`, `1 240 checks`: the number with its noun."""
    return f"{grouped(number)} {one if number == 1 else many or one + 's'}"


def grouped(number: int) -> str:
    """A number with its thousands apart by a blank, from 10 000 on."""
    return str(number) if abs(number) < 10_000 else f"{number:,}".replace(",", " ")
