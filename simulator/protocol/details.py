"""`detail`: the fiscal data of a receipt. Every rule here is a should: the documents differ.

Source: developer.help.paycom.uz, CheckPerformTransaction, "detail".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from simulator.protocol.finding import MISSING, Finding, Report, show
from simulator.protocol.kinds import is_int

_TEXTS = ("title", "code", "package_code")
_NUMBERS = ("price", "count", "vat_percent")


def _is_number(value: object) -> bool:
    return is_int(value) or type(value) is float


def _finding(path: str, expected: str, actual: object) -> Finding:
    message = "`detail` describes the goods as the fiscal receipt needs them."
    return Finding("types.detail", message, path, expected, show(actual))


def check_detail(detail: object, amount: object, report: Report) -> None:
    """Shape and types of `result.detail`, and its total against the amount asked, in tiyin."""
    if detail is None:
        return
    if not isinstance(detail, Mapping):
        report.expect(False, _finding("result.detail", "an object", detail))
        return
    kind = detail.get("receipt_type", MISSING)
    report.expect(is_int(kind), _finding("result.detail.receipt_type", "a number", kind))
    items = detail.get("items", [])
    if not isinstance(items, list) or not all(isinstance(i, Mapping) for i in items):
        report.expect(False, _finding("result.detail.items", "an array of objects", items))
        return
    for index, item in enumerate(items):
        _check_item(item, f"result.detail.items[{index}]", report)
    total = _total(detail, items)
    if total is not None and is_int(amount):
        wanted = f"prices that add up to {amount} tiyin"
        report.expect(total == amount, _finding("result.detail.items", wanted, str(total)))


def _total(detail: Mapping[str, object], items: Sequence[Mapping[str, object]]) -> Decimal | None:
    """What the goods cost together, or None where a number is missing."""
    lines = [(item.get("price"), item.get("count"), item.get("discount", 0)) for item in items]
    extras = [(detail.get("shipping"), 1), (detail.get("discount"), -1)]
    lines += [(one.get("price"), sign, 0) for one, sign in extras if isinstance(one, Mapping)]
    if not items or not all(_is_number(number) for line in lines for number in line):
        return None
    exact = [[Decimal(str(number)) for number in line] for line in lines]
    return sum((price * count - off for price, count, off in exact), Decimal(0))


def _check_item(item: Mapping[str, object], path: str, report: Report) -> None:
    for name in _TEXTS:
        value = item.get(name, MISSING)
        report.expect(isinstance(value, str), _finding(f"{path}.{name}", "a string", value))
    for name in _NUMBERS:
        value = item.get(name, MISSING)
        report.expect(_is_number(value), _finding(f"{path}.{name}", "a number", value))
    code = item.get("code")
    report.expect(
        isinstance(code, str) and len(code) == 17 and code.isdigit(),
        _finding(f"{path}.code", "17 digits", code),
    )
