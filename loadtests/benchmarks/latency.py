"""How long a call takes at half of the highest rate, counted from when it should have been sent."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from loadtests.benchmarks import wire
from loadtests.benchmarks.contestants import Reference
from loadtests.benchmarks.databases import Postgres
from loadtests.benchmarks.results import Limit

AHEAD = 30_000
CALLS = 3
P99_MS = 50.0


def measure(folder: Path, server: Postgres, seconds: float, connections: int) -> list[Limit]:
    """On each kind of database: find the rate, halve it, look at each call."""
    merchants = {
        "PostgreSQL": Reference(server.new("bench_paced"), folder / "paced-pg", 2, AHEAD),
        "SQLite": Reference(f"sqlite:///{folder}/paced/shop.db", folder / "paced", 1, AHEAD),
    }
    limits: list[Limit] = []
    with ExitStack() as running:
        for kind, merchant in merchants.items():
            merchant.start(running)
            merchant.round(connections, 1.0)
            full = merchant.round(connections, seconds)
            rate = full.cycles * CALLS / full.seconds / 2
            ran = wire.paced(merchant.server.port, merchant.jobs(), connections, seconds * 2, rate)
            shares = (0.5, 0.9, 0.99, 0.999)
            seen = ", ".join(f"p{s * 100:g} {ran.percentile_ms(s):.1f}" for s in shares)
            print(f"\n{kind} at {rate:.0f} calls/s: {seen} ms, {len(ran.latencies_ns)} calls")
            limit = Limit(f"{kind}: p99 of a call at half of the highest rate", P99_MS, "ms")
            limits.append(limit.seen(ran.percentile_ms(0.99)))
    return limits
