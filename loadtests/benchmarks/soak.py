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
MOST_PER_SECOND = 2_000


def measure(folder: Path, server: Postgres, seconds: float, connections: int) -> list[Limit]:
    """Own memory of the largest process, looked at at least five times along the way."""
    step = min(30.0, seconds / LEAST_LOOKS)
    looks = round(seconds / step)
    url = server.new("bench_soak")
    merchant = Reference(url, folder / "soak", 2, 0)
    seen: list[float] = []
    with ExitStack() as running:
        merchant.start(running)
        for number in range(looks + 1):
            merchant.more_orders(int(step * MOST_PER_SECOND), f"soak-{number}")
            merchant.round(connections, step)
            seen.append(merchant.server.memory_mb())
    told = ", ".join(f"{one:.1f}" for one in seen)
    print(f"\nMemory of a process, every {step:.0f} s, MB: {told}")
    # The first look is the warm-up's: pools and caches are being filled.
    return [
        Limit("PostgreSQL: own memory of a process", MOST_MB, "MB").seen(max(seen)),
        Limit("PostgreSQL: growth since it was warm", GROWTH_MB, "MB").seen(seen[-1] - seen[1]),
    ]
