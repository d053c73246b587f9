"""What a merchant says of an order or a refusal, as plain text: any JSON can come, and none may
break the page or be longer than it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from simulator.protocol.kinds import is_int
from simulator.reports.text import printable

_MOST_LINES = 50
_LONGEST = 200
_LONGEST_MESSAGE = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One thing on the order. price and total are tiyin, None where the merchant has no number."""

    title: str
    count: str = ""
    price: int | None = None
    total: int | None = None


def lines_of(detail: object) -> list[Line]:
    """The goods of `detail`, and what is delivered or taken off."""
    if not isinstance(detail, Mapping):
        return []
    items = detail.get("items")
    lines = [_item(one) for one in items[:_MOST_LINES]] if isinstance(items, list) else []
    for name, sign in (("shipping", 1), ("discount", -1)):
        extra = detail.get(name)
        if isinstance(extra, Mapping):
            price = _tiyin(extra.get("price"))
            total = price * sign if price is not None else None
            lines.append(Line(_plain(extra.get("title")), total=total))
    return lines


def _item(item: object) -> Line:
    if not isinstance(item, Mapping):
        return Line(_plain(item))
    price, count = _tiyin(item.get("price")), item.get("count")
    off = _tiyin(item.get("discount")) or 0
    total = price * count - off if price is not None and type(count) is int else None
    return Line(_plain(item.get("title")), _plain(count), price, total)


def _tiyin(value: object) -> int | None:
    return value if type(value) is int and abs(value) < 2**53 else None


def facts_of(additional: object, language: str) -> list[tuple[str, str]]:
    """`additional` as names and values."""
    return list(_facts(additional, language))[:_MOST_LINES]


def _facts(additional: object, language: str) -> Iterator[tuple[str, str]]:
    if isinstance(additional, Mapping):
        for name, value in additional.items():
            yield _plain(name), message_of(value, language)
    elif additional is not None:
        yield "", _plain(additional)


def message_of(value: object, language: str) -> str:
    """A text, or the one of the page's language where there are several."""
    if isinstance(value, Mapping) and value:
        named = [value.get(one) for one in (language, "ru", "uz", "en")]
        texts = [one for one in named if isinstance(one, str) and one.strip()]
        if texts:
            return _plain(texts[0], _LONGEST_MESSAGE)
    return _plain(value, _LONGEST_MESSAGE)


def description_of(description: Mapping[str, str], language: str) -> str:
    """The shop's own words for the payment: in the page's language, without one, or in Russian."""
    for name in (language, "", "ru", "uz", "en"):
        if description.get(name):
            return _plain(description[name], _LONGEST_MESSAGE)
    return ""


def _plain(value: object, limit: int = _LONGEST) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        text = value
    elif is_int(value):
        text = str(value)[:_LONGEST]
    else:
        text = json.dumps(value, ensure_ascii=False)
    return printable(text if len(text) <= limit else f"{text[:limit]}…")
