"""Does a payment cost more once a million are stored, and how long does a day's statement take?"""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from loadtests.benchmarks.contestants import KEY, Reference
from loadtests.benchmarks.cycles import in_turn
from loadtests.benchmarks.databases import Postgres
from loadtests.benchmarks.payments import Payments
from loadtests.benchmarks.results import Limit, table
from loadtests.benchmarks.stored import A_DAY, day, fill

FEW, MANY = 1_000, 1_000_000
AHEAD = 40_000
GROWTH = 1.2
STATEMENT_S = 2.0
STATEMENT_MB = 50.0


@dataclass(frozen=True)
class Read:
    """A statement that was read to its end."""

    seconds: float
    size: int


def measure(
    folder: Path, server: Postgres, rounds: int, seconds: float, connections: int
) -> list[Limit]:
    """By turns on a database with few and one with many, on each kind."""
    limits: list[Limit] = []
    for kind, workers in (("PostgreSQL", 2), ("SQLite", 1)):
        limits += _kind(kind, workers, folder, server, rounds, seconds, connections)
    return limits


def _kind(
    kind: str,
    workers: int,
    folder: Path,
    server: Postgres,
    rounds: int,
    seconds: float,
    connections: int,
) -> list[Limit]:
    with ExitStack() as running:
        pair: list[Reference] = []
        for count in (FEW, MANY):
            own = folder / f"{kind}-{count}"
            url = f"sqlite:///{own}/shop.db"
            if kind == "PostgreSQL":
                url = server.new(f"bench_stored_{count}")
            one = Reference(url, own, workers, AHEAD)
            one.start(running)
            fill(url, count)
            one.round(connections, 1.0)
            one.name = f"with {count:,} stored"
            pair.append(one)
        few, many = in_turn(pair, server, rounds, seconds, connections).values()
        print(f"\n{kind}, the reference merchant\n{table([few, many])}")
        grown = Limit(f"{kind}: CPU of a payment, {MANY:,} stored / {FEW:,}", GROWTH, "×")
        return [grown.seen(many.whole_ms / few.whole_ms), *_statement(kind, pair[1])]


def _statement(kind: str, merchant: Reference) -> list[Limit]:
    before = merchant.server.memory_mb()
    reads = [read(merchant, day(number)) for number in (1, 2, 3)]
    best = min(one.seconds for one in reads)
    grown = merchant.server.memory_mb() - before
    print(f"Statement of {A_DAY:,}: {reads[0].size / 1e6:.1f} MB, fastest of three {best:.2f} s")
    return [
        Limit(f"{kind}: a day's statement of {A_DAY:,}", STATEMENT_S, "s").seen(best),
        Limit(f"{kind}: memory that statements leave", STATEMENT_MB, "MB").seen(grown),
    ]


def read(merchant: Reference, period: dict[str, int]) -> Read:
    """Ask for a statement and read it as it comes. Raises ValueError if it is not whole."""
    request = Payments(merchant.path, KEY).request("GetStatement", period)
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", merchant.server.port)) as line:
        line.sendall(request)
        with line.makefile("rb") as answer:
            length = 0
            while (header := answer.readline().strip()) != b"":
                name, _, value = header.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            items = got = 0
            rest = b""
            while got < length and (piece := answer.read(min(1 << 20, length - got))):
                got += len(piece)
                whole = rest + piece
                items += whole.count(b'"create_time"')
                rest = whole[-12:]
    if items != A_DAY:
        raise ValueError(f"{items} of {A_DAY} transactions came")
    return Read(time.perf_counter() - began, length)
