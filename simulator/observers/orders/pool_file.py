"""The CSV file of a pool: number, amount and whatever else an order has."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from simulator.observers.database.values import Unreadable, tiyin
from simulator.observers.orders.order import OrdersError

_AMOUNT_UNITS: dict[str, Literal["sum", "tiyin"]] = {
    "amount_tiyin": "tiyin",
    "amount": "tiyin",
    "amount_sum": "sum",
}


@dataclass(frozen=True, slots=True)
class PoolRow:
    """One line of the file: amount in tiyin, further columns by heading."""

    number: str
    amount: int
    further: dict[str, Any]


def read_pool(file: Path) -> list[PoolRow]:
    """Rows of a CSV file with or without headings. OrdersError names the line that is wrong."""
    text = _text(file)
    first = text.partition("\n")[0]
    delimiter = ";" if ";" in first and "," not in first else ","
    lines = [
        (number, [cell.strip() for cell in cells])
        for number, cells in enumerate(csv.reader(text.splitlines(), delimiter=delimiter), start=1)
        if any(cell.strip() for cell in cells)
    ]
    if not lines:
        raise OrdersError(f"[orders.pool] {file} is empty; a line is: number,amount_tiyin")
    headings = _headings(lines[0][1], file)
    orders = lines[1:] if headings else lines
    if not orders:
        raise OrdersError(f"[orders.pool] {file} has headings and no orders")
    return [_row(cells, headings, f"{file}:{number}") for number, cells in orders]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise OrdersError(f"[orders.pool] there is no file {file}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise OrdersError(f"[orders.pool] {file} cannot be read: {error}") from error


def _headings(cells: list[str], file: Path) -> list[str]:
    """Names of the columns; none if the first line is an order already."""
    if len(cells) > 1 and isinstance(tiyin(cells[1], "tiyin"), int):
        return []
    names = [cell.lower() if cell.lower() in _AMOUNT_UNITS else cell for cell in cells]
    names = ["number" if name.lower() == "number" else name for name in names]
    if "number" not in names or not set(names) & set(_AMOUNT_UNITS):
        raise OrdersError(
            f"[orders.pool] {file}:1: the headings are {', '.join(cells)}; there must be number "
            "and amount_tiyin (or amount_sum)"
        )
    return names


def _row(cells: list[str], headings: list[str], place: str) -> PoolRow:
    further = [f"column{n}" for n in range(3, len(cells) + 1)]
    names = headings or ["number", "amount_tiyin", *further]
    if len(cells) != len(names):
        raise OrdersError(f"[orders.pool] {place}: {len(cells)} columns, wanted {len(names)}")
    by_name = dict(zip(names, cells, strict=True))
    heading = next(name for name in names if name in _AMOUNT_UNITS)
    amount = tiyin(by_name.pop(heading), _AMOUNT_UNITS[heading])
    number = by_name.pop("number")
    if not number or amount is None or isinstance(amount, Unreadable) or amount <= 0:
        raise OrdersError(f"[orders.pool] {place}: wanted a number and an amount, saw {cells}")
    return PoolRow(number, amount, dict(by_name))
