"""The clocks of a run: what can move the merchant's time, and why the rest cannot."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack

import httpx

from simulator.config import Config
from simulator.observers.clock import Clock, FaketimeClock, HookClock, find_faketime
from simulator.observers.process import MerchantProcess

_NO_HOOK = "the merchant has no test hook for its clock ([clock] hook)"
_NO_FAKETIME = "libfaketime was not asked for ([clock] faketime = true)"
_NO_LIBRARY = "libfaketime is not installed here (Debian, Ubuntu: apt-get install faketime)"
_NO_ROWS = "the merchant's rows must not be aged (age_rows = false, or no database)"

_UNSAID_TIME = (
    "age_rows = true shifts the columns that are mapped, and the one with Payme's time is not: map "
    'payme_time = "…" in the columns of [database.transactions], or write payme_time = false there '
    "if the merchant keeps none"
)


def why_no_ageing(config: Config) -> str:
    """Why rows that may be aged cannot be, or an empty text: a merchant that counts from a column
    nobody shifts would look wrong though it is right."""
    table = config.database.transactions if config.database else None
    return "" if not table or table.columns.payme_time is not None else _UNSAID_TIME


def open_faketime(config: Config, stack: ExitStack) -> FaketimeClock | None:
    """libfaketime for a process that is about to start, if it is asked for and installed."""
    if config.clock is None or not config.clock.faketime:
        return None
    library = find_faketime()
    if library is None:
        return None
    clock = FaketimeClock(library)
    stack.callback(clock.close)
    return clock


def open_clocks(
    config: Config, client: httpx.Client, process: MerchantProcess | None, seconds: int
) -> tuple[Mapping[str, Clock], Mapping[str, str]]:
    """The clocks by name, and why there is no other. `seconds`: how long a restart may take."""
    clocks: dict[str, Clock] = {}
    missing = {"hook": _NO_HOOK, "faketime": _NO_FAKETIME, "rows": _NO_ROWS}
    if config.database and config.database.age_rows and config.database.transactions:
        missing["rows"] = why_no_ageing(config)
    if not missing["rows"]:
        del missing["rows"]
    asked = config.clock
    if asked is not None and asked.hook is not None:
        clocks["hook"] = HookClock(asked.hook, client)
        del missing["hook"]
    if process is not None and process.faketime is not None:
        process.faketime.restart = lambda: _restart(process, seconds)
        clocks["faketime"] = process.faketime
        del missing["faketime"]
    elif asked is not None and asked.faketime:
        missing["faketime"] = _NO_LIBRARY
    return clocks, missing


def _restart(process: MerchantProcess, seconds: int) -> None:
    process.kill()
    process.start_again(seconds)
