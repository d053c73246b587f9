"""What one run of load is to do: worked out once, the same for all of its processes."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from simulator.config import Loaded
from simulator.config.load import LoadConfig

PLAN = "plan.json"
FOLDER = Path(".payme-sandbox") / "load"
_MOST = 20_000


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing in it is secret: each process reads the configuration, and the key, for itself.

    seed: below 2^24. began: ms, when the run was planned. config: the file, if there is one.
    folder: where the run's files go. users, rate, duration_ms, shape: see [load]. workers: how many
    processes make the load. ahead: orders that each of them has made before it begins.
    overrides: texts by dotted key that flags had set.
    """

    seed: int
    began: int
    folder: str
    config: str | None
    url: str
    users: int
    rate: int | None
    duration_ms: int
    shape: str
    workers: int
    ahead: int
    overrides: dict[str, str] = {}

    def write(self) -> Path:
        """Beside the run's other files."""
        path = Path(self.folder) / PLAN
        draft = path.with_name(f"{PLAN}-{os.getpid()}")
        draft.write_bytes(msgspec.json.encode(self))
        draft.replace(path)
        return path


def read_plan(path: Path) -> Plan:
    """As it was written."""
    return msgspec.json.decode(path.read_bytes(), type=Plan)


def run_folder(seed: int, began: int) -> Path:
    """Where the run's files go; all of its processes on one machine share it."""
    stamp = dt.datetime.fromtimestamp(began // 1000, dt.UTC).strftime("%Y%m%d-%H%M%S")
    folder = (FOLDER / f"{stamp}-{seed}-{began % 1000:03}").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def plan_of(
    loaded: Loaded,
    seed: int,
    began: int,
    folder: Path,
    overrides: Mapping[str, str],
    share: tuple[int, int] = (1, 1),
) -> Plan:
    """The plan that [load] makes. share: orders that so many payments and scenarios take."""
    load = loaded.config.load
    return Plan(
        seed=seed,
        began=began,
        folder=str(folder),
        config=str(loaded.path.absolute()) if loaded.path else None,
        url=loaded.config.merchant.url,
        users=load.payers,
        rate=load.rate,
        duration_ms=load.duration_ms,
        shape=load.shape,
        workers=load.processes,
        ahead=-(-orders_needed(load, share) // load.processes),
        overrides=dict(overrides),
    )


def orders_needed(load: LoadConfig, share: tuple[int, int] = (1, 1)) -> int:
    """How many orders to have before it begins; `refill` makes up for a wrong guess."""
    if load.orders is not None:
        return load.orders
    spare = low_water(load.payers)
    if load.rate is not None:
        payments = load.rate * load.duration_ms * 6 // 5000
        spare += load.payers  # each waits for its moment with an order in hand
    else:
        payments = load.payers * load.duration_ms * 6 // (5 * load.payment_ms)
    orders, of = share
    return min(_MOST, payments * orders // of + spare)


def low_water(users: int) -> int:
    """More are made when fewer are left."""
    return max(20, 2 * users)
