"""Memory of the reference merchant while it takes payments for a while."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from loadtests.benchmarks.contestants import Reference
from loadtests.benchmarks.databases import Postgres
from loadtests.benchmarks.results import Limit

LEAST_LOOKS = 5
MOST_MB = 150.0
GROWTH_MB = 10.0
MOST_PER_SECOND = 2_500


def measure(folder: Path, server: Postgres, seconds: float, connections: int) -> list[Limit]:
    """On each kind of database, for `seconds` each: own memory of the largest process."""
    merchants = {
        "PostgreSQL": Reference(server.new("bench_soak"), folder / "soak-pg", 2, 0),
        "SQLite": Reference(f"sqlite:///{folder}/soak/shop.db", folder / "soak", 1, 0),
    }
    limits: list[Limit] = []
    for kind, merchant in merchants.items():
        seen = _memory_mb(merchant, seconds, connections, kind)
        # The first look is the warm-up's: pools and caches are being filled.
        limits += [
            Limit(f"{kind}: own memory of a process", MOST_MB, "MB").seen(max(seen)),
            Limit(f"{kind}: growth since it was warm", GROWTH_MB, "MB").seen(seen[-1] - seen[1]),
        ]
    return limits


def _memory_mb(merchant: Reference, seconds: float, connections: int, kind: str) -> list[float]:
    """Looked at five times at least along the way."""
    step = min(30.0, seconds / LEAST_LOOKS)
    seen: list[float] = []
    with ExitStack() as running:
        merchant.start(running)
        for number in range(round(seconds / step) + 1):
            merchant.more_orders(int(step * MOST_PER_SECOND), f"soak-{number}")
            merchant.round(connections, step)
            seen.append(merchant.server.memory_mb())
    told = ", ".join(f"{one:.1f}" for one in seen)
    print(f"\n{kind}: memory of a process, every {step:.0f} s, MB: {told}")
    return seen
