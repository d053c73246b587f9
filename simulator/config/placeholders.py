"""`{name}` inside a text of the configuration.

A text that is one placeholder and nothing else takes the value with its type; inside a longer
text the value is written out. `{{name}}` stands for the text `{name}` itself. Braces around
anything that is not a plain name are left alone, so JSON and code can be written as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}|\{([A-Za-z_]\w*)\}")

# Known for every order, whatever makes it: number as text, its digits and the amounts as integers.
AMOUNTS = ("amount_sum", "amount_tiyin")
ORDER_NAMES = ("number", "digits", *AMOUNTS)


def order_values(number: str, amount: int) -> dict[str, Any]:
    """The values of ORDER_NAMES for an order of `amount` tiyin."""
    digits = "".join(filter(str.isdigit, number.encode("ascii", "ignore").decode()))
    return {
        "number": number,
        "digits": int(digits or "0"),
        "amount_sum": amount // 100,
        "amount_tiyin": amount,
    }


def names_in(template: Any) -> Iterator[str]:
    """Every placeholder's name in a value of any depth, in order, with repetitions."""
    if isinstance(template, str):
        yield from (m[2] for m in _PLACEHOLDER.finditer(template) if m[2])
    elif isinstance(template, Mapping):
        for value in template.values():
            yield from names_in(value)
    elif isinstance(template, list | tuple):
        for value in template:
            yield from names_in(value)


def names_order(template: Any) -> bool:
    """Whether the value is another one for another order of the same price."""
    return any(name not in AMOUNTS for name in names_in(template))


def naming_member(account: Mapping[str, Any]) -> str:
    """The first member that depends on the order, or "" if all are constant."""
    return next((member for member, value in account.items() if names_order(value)), "")


def render(template: Any, values: Mapping[str, Any]) -> Any:
    """The same value with every placeholder filled in. An unknown name is a KeyError."""
    if isinstance(template, str):
        return _render_text(template, values)
    if isinstance(template, Mapping):
        return {key: render(value, values) for key, value in template.items()}
    if isinstance(template, list | tuple):
        return [render(value, values) for value in template]
    return template


def render_text(template: str, values: Mapping[str, Any]) -> str:
    """Like `render`, and always a text."""
    return as_text(_render_text(template, values))


def as_text(value: Any) -> str:
    """How a value is written inside a longer text: JSON's words for true, false and null."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def _render_text(template: str, values: Mapping[str, Any]) -> Any:
    whole = _PLACEHOLDER.fullmatch(template)
    if whole and whole[2]:
        return values[whole[2]]
    return _PLACEHOLDER.sub(lambda m: "{" + m[1] + "}" if m[1] else as_text(values[m[2]]), template)
