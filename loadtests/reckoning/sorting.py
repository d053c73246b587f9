"""The first pass: what each source knows, sorted into buckets by Payme's id."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from loadtests.ledger import CALLS, Ended, LedgerError, LedgerFile, line_of
from loadtests.reckoning.again import KILLED
from loadtests.reckoning.buckets import Buckets, Put
from loadtests.reckoning.statement import Ask, statement_items
from simulator.observers.database import Database
from simulator.observers.database.values import plain
from simulator.protocol.vocabulary import MUTATING

_MAYBE = tuple(method.value for method in MUTATING)


class _Key(msgspec.Struct):
    """What of a call must be known to put it into its bucket."""

    sent: int
    took_us: int
    id: str | None = None
    time: int | None = None
    why: str = "pay"
    order: str = ""


@dataclass(slots=True)
class Sorted:
    """What the calls are about. times: Payme's, of all Creates. torn: files of killed workers.

    contested: orders that had a second payer.
    """

    times: array[int] = field(default_factory=lambda: array("q"))
    calls: int = 0
    torn: list[str] = field(default_factory=list)
    contested: set[str] = field(default_factory=set)


def sort_calls(folder: Path, buckets: Buckets, grace_ms: int) -> Sorted:
    """Every call that names a transaction. LedgerError if a file cannot be read.

    Where a worker was killed, nobody knows what its last calls were; whatever it did within
    `grace_ms` before its end may have gone on by any call.
    """
    found = Sorted()
    with buckets.filling() as put:
        for path in sorted(folder.glob(CALLS)):
            file = LedgerFile(path)
            last = _sort_file(file, put, found)
            if not file.closed:
                found.torn.append(path.name)
                _any_call_more(file, put, last - grace_ms)
    return found


def _sort_file(file: LedgerFile, put: Put, found: Sorted) -> int:
    last = 0
    for key, line in _keys(file):
        last = max(last, key.sent + key.took_us // 1000)
        found.calls += 1
        if key.id is not None:
            put(key.id, line)
            if key.why == "second-payer":
                found.contested.add(key.order)
            if key.time is not None:
                found.times.append(key.time)
    return last


def _keys(file: LedgerFile) -> Iterator[tuple[_Key, bytes]]:
    decode = msgspec.json.Decoder(_Key).decode
    for number, line in enumerate(file.lines(), start=1):
        try:
            yield decode(line), line
        except msgspec.DecodeError as error:
            text = f"{file.path}:{number}: not a line of a ledger: {error}"
            raise LedgerError(text) from error


def _any_call_more(file: LedgerFile, put: Put, since: int) -> None:
    open_ = {key.id for key, _ in _keys(file) if key.id and key.sent + key.took_us // 1000 >= since}
    for payme_id in open_:
        for method in _MAYBE:
            call = Ended(
                at=since,
                sent=since,
                took_us=0,
                method=method,
                answer="none",
                id=payme_id,
                fault=KILLED,
            )
            put(payme_id, line_of(call))


def sort_statement(ask: Ask, times: array[int], buckets: Buckets) -> int:
    """Every item of the statement; how many there were. StatementError."""
    count = 0
    with buckets.filling() as put:
        for item in statement_items(ask, times):
            if isinstance(item, Mapping) and isinstance(item.get("id"), str):
                put(item["id"], line_of(item))
            count += 1
    return count


def sort_rows(database: Database, buckets: Buckets) -> int:
    """Every row of the transactions table that has a Payme id; how many. DatabaseError."""
    count = 0
    with buckets.filling() as put:
        for values in database.each_transaction():
            payme_id = plain(values[0])
            if isinstance(payme_id, str) and payme_id:
                put(payme_id, line_of((payme_id, *map(plain, values[1:]))))
                count += 1
    return count
