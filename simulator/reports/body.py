"""A body as a person reads it: JSON laid out to a width with every number as it was on the wire."""

from __future__ import annotations

import json
from dataclasses import dataclass

from simulator.reports.text import grouped, printable_lines

MAX_LINES = 20
MAX_CHARACTERS = 600
_MAX_PARSED = 64 * 1024


class _Pairs(list[tuple[str, object]]):
    """A JSON object that remembers order and repeated names."""


class _Number(str):
    """A JSON number as written: `1000.0` and `1e3` must not come out as 1000."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of a body; `cut` says in words what is not, and is empty if all of it is."""

    lines: tuple[str, ...]
    cut: str = ""


def decoded(body: bytes) -> str:
    """Bytes as text; what is not UTF-8 shows as `\\xff`."""
    return body.decode("utf-8", "backslashreplace")


def is_binary(body: bytes) -> bool:
    """True if a tenth of the first bytes is nothing that a text would hold."""
    head = decoded(body[:400])
    odd = sum(1 for c in head if (c < " " and c not in "\r\n\t") or c == "\x7f") + head.count("\\x")
    return odd * 10 > len(head)


def laid_out(text: str, width: int) -> list[str]:
    """A JSON text on one line if it fits `width`, else as many members a line as fit."""
    try:
        value = json.loads(
            text,
            object_pairs_hook=_Pairs,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_Number,
        )
        return _flow(value, width)
    except (ValueError, RecursionError):
        return printable_lines(text)


def show(
    body: bytes, width: int, max_lines: int = MAX_LINES, max_characters: int = MAX_CHARACTERS
) -> Shown:
    """The beginning of a body within `max_lines` and about `max_characters`."""
    if not body:
        return Shown(("(empty body)",))
    if is_binary(body):
        return _binary(body)
    head = body[:_MAX_PARSED]
    if len(body) <= _MAX_PARSED:
        lines = laid_out(decoded(body), width)
    else:
        lines = printable_lines(decoded(head)[: 4 * max_characters])
    kept = _within(lines, max_lines, max_characters)
    whole = kept == lines and len(body) <= _MAX_PARSED
    return Shown(tuple(kept), "" if whole else f"… cut here, {grouped(len(body))} bytes in all")


def _binary(body: bytes) -> Shown:
    head = " ".join(f"{byte:02x}" for byte in body[:24])
    more = f"… {grouped(len(body))} bytes in all" if len(body) > 24 else ""
    return Shown((f"(not text) {head}",), more)


def _within(lines: list[str], max_lines: int, max_characters: int) -> list[str]:
    kept: list[str] = []
    room = max_characters
    for line in lines[:max_lines]:
        if len(line) > room:
            kept.append(line[:room] + "…")
            break
        kept.append(line)
        room -= len(line)
    return kept


def _compact(value: object) -> str:
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, _Pairs):
        return "{" + ", ".join(f"{_text(k)}: {_compact(v)}" for k, v in value) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_compact(v) for v in value) + "]"
    return _text(value)


def _text(value: object) -> str:
    return "\\n".join(printable_lines(json.dumps(value, ensure_ascii=False)))


def _flow(value: object, width: int) -> list[str]:
    """The value as lines: a member stays whole if it fits a line, else it is opened in place."""
    lines = [""]
    _put(lines, value, "", "", width, 0)
    return lines


def _put(lines: list[str], value: object, before: str, after: str, width: int, depth: int) -> None:
    """Append `before` + value + `after` behind the last line, or below it, one blank a level."""
    whole = f"{before}{_compact(value)}{after}"
    if not isinstance(value, list) or not value or depth + len(whole) <= width:
        return _append(lines, whole, width, depth)
    opening, closing = "{}" if isinstance(value, _Pairs) else "[]"
    _append(lines, f"{before}{opening}", width, depth)
    for number, item in enumerate(value, start=1):
        name, inner = (f"{_text(item[0])}: ", item[1]) if opening == "{" else ("", item)
        end = "," if number < len(value) else f"{closing}{after}"
        _put(lines, inner, name, end, width, depth + 1)
    return None


def _append(lines: list[str], words: str, width: int, depth: int) -> None:
    last = lines[-1]
    glue = "" if not last or last.endswith(("{", "[")) else " "
    if not last or len(last) + len(glue) + len(words) <= width:
        lines[-1] = f"{last}{glue}{words}"
    else:
        lines.append(f"{' ' * depth}{words}")
