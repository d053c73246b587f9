"""Orders that exist already, listed in a CSV file."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from simulator.config.orders import OrdersConfig
from simulator.observers.engines import DatabaseError
from simulator.observers.orders.numbers import Numbers
from simulator.observers.orders.order import IsPayable, Order, OrdersError, OrdersExhausted
from simulator.observers.orders.pool_file import read_pool
from simulator.observers.orders.shapes import build_order, unlike


class PoolOrders:
    """Hands out rows, each once in a run.

    With a database, a row is taken if it is payable there; without one, a row that any run has
    taken is remembered beside the configuration and not taken again.
    """

    def __init__(
        self,
        config: OrdersConfig,
        numbers: Numbers,
        folder: Path,
        is_payable: IsPayable | None = None,
        *,
        rng: random.Random | None = None,
        clock: Callable[[], float] = time.time,
        part: tuple[int, int] = (0, 1),
    ) -> None:
        assert config.pool is not None
        self._file = config.pool.file
        self._config = config
        self._numbers = numbers
        self._is_payable = is_payable
        self._rng = rng or random.Random()
        self._rows = read_pool(self._file)[part[0] :: part[1]]
        digest = hashlib.sha256(str(self._file).encode()).hexdigest()[:8]
        self._used_file = folder / ".payme-sandbox" / f"used-orders-{digest}.txt"
        self._run = datetime.fromtimestamp(int(clock()), UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        self._used = {} if is_payable else _read_used(self._used_file)
        self._taken: set[str] = set()
        self._lock = threading.Lock()

    @property
    def notes(self) -> tuple[str, ...]:
        """Nothing: a pool has no choices to tell about."""
        return ()

    def make(self, *, amount_sum: int | None = None) -> Order:
        """The next unused row, of that amount if one is asked for."""
        with self._lock:
            for row in self._rows:
                if amount_sum is not None and row.amount != amount_sum * 100:
                    continue
                if row.number in self._taken or row.number in self._used:
                    continue
                order = build_order(self._config.account, row.number, row.amount, row.further)
                self._taken.add(row.number)
                if self._free(order):
                    return order
            raise OrdersExhausted(self._exhausted(amount_sum))

    def close(self) -> None:
        """Nothing is open: the list was read at once."""

    def unknown(self) -> Order:
        """A row that is not in the file, looking like its first one."""
        sample = self._rows[0]
        number = str(unlike(sample.number, self._numbers, self._rng))
        further = {k: unlike(v, self._numbers, self._rng) for k, v in sample.further.items()}
        return build_order(self._config.account, number, sample.amount, further)

    def _free(self, order: Order) -> bool:
        if self._is_payable is not None:
            try:
                return self._is_payable(order)
            except DatabaseError as error:
                raise OrdersError(f"[orders.pool] an order cannot be looked up: {error}") from error
        self._remember(order.number)
        return True

    def _remember(self, number: str) -> None:
        try:
            self._used_file.parent.mkdir(parents=True, exist_ok=True)
            with self._used_file.open("a", encoding="utf-8") as file:
                file.write(f"{number}\t{self._run}\n")
        except OSError as error:
            raise OrdersError(
                f"[orders.pool] {self._used_file} cannot be written: {error.strerror}; it "
                "remembers which orders are used up"
            ) from error

    def _exhausted(self, amount_sum: int | None) -> str:
        of = f" of {amount_sum} sum" if amount_sum is not None else ""
        rows = [r for r in self._rows if amount_sum is None or r.amount == amount_sum * 100]
        if not rows:
            return f"{self._file} has no order{of}; add a line with {(amount_sum or 0) * 100} tiyin"
        if self._is_payable is not None:
            return (
                f"none of the {len(rows)} orders{of} in {self._file} is left: this run took "
                f"{len(self._taken)}, and only those that the database shows as payable are used; "
                "add orders"
            )
        by_run = Counter(self._used[r.number] for r in rows if r.number in self._used)
        by_run[f"this run ({self._run})"] = sum(r.number in self._taken for r in rows)
        told = ", ".join(f"{count} by {run}" for run, count in by_run.items() if count)
        return (
            f"all {len(rows)} orders{of} in {self._file} are used: {told}; add orders, or delete "
            f"{self._used_file} if they are payable again"
        )


def _read_used(file: Path) -> dict[str, str]:
    """Number -> run that took it."""
    if not file.is_file():
        return {}
    lines = file.read_text(encoding="utf-8").splitlines()
    return {number: run for number, _, run in (line.partition("\t") for line in lines)}
