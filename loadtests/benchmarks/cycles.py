"""Payments a second: the reference merchant, the package, and the databases alone."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from loadtests.benchmarks.contestants import Ceiling, Contestant, Nothing, PaymePkg, Reference
from loadtests.benchmarks.databases import Postgres
from loadtests.benchmarks.results import Goal, Measured, table

AHEAD = 40_000
"""Orders that each contestant has."""

WARM_UP_S = 1.0

LEAST = {"PostgreSQL": (5, 0, 0.4), "SQLite": (3, 0.4)}
"""How many times the payments of each of the others are to be reached; 0 is no goal."""


def measure(
    folder: Path, server: Postgres, rounds: int, seconds: float, connections: int
) -> list[Goal]:
    """Start them all, let them take turns, print the table; answers the goals."""
    groups = {"PostgreSQL": _postgres(folder, server), "SQLite": _sqlite(folder)}
    nothing = Nothing("", folder / "nothing")
    everybody = [one for group in groups.values() for one in group] + [nothing]
    with ExitStack() as running:
        for one in everybody:
            one.start(running)
            one.round(connections, WARM_UP_S)
        results = in_turn(everybody, server, rounds, seconds, connections)
    goals: list[Goal] = []
    for name, group in groups.items():
        ours, *others = (results[one] for one in group)
        print(f"\n{name}, {connections} connections\n{table([ours, *others])}")
        goals += [
            Goal(f"{name}: against {other.name}", ours, other, least)
            for other, least in zip(others, LEAST[name], strict=True)
        ]
    print(f"\nThe driver's own ceiling\n{table([results[nothing]])}")
    return goals


def in_turn(
    everybody: Sequence[Contestant],
    server: Postgres,
    rounds: int,
    seconds: float,
    connections: int,
) -> dict[Contestant, Measured]:
    """Rounds of each, one after the other, with the CPU time of the database and of the driver."""
    results = {one: Measured(one.name) for one in everybody}
    for _ in range(rounds):
        for one in everybody:
            database, driver = server.cpu_seconds(), time.process_time()
            done = one.round(connections, seconds)
            driver = time.process_time() - driver
            database = server.cpu_seconds() - database
            results[one].rounds.append(
                replace(done, database_seconds=database, driver_seconds=driver)
            )
    return results


def _postgres(folder: Path, server: Postgres) -> list[Contestant]:
    return [
        Reference(server.new("bench_ours"), folder / "pg-ours", 2, AHEAD),
        PaymePkg(server.new("bench_theirs"), folder / "pg-theirs", AHEAD),
        PaymePkg(server.new("bench_kept"), folder / "pg-kept", AHEAD, keeps=True),
        Ceiling(server.new("bench_bare"), folder / "pg-bare", 2, AHEAD),
    ]


def _sqlite(folder: Path) -> list[Contestant]:
    return [
        Reference(f"sqlite:///{folder}/lite-ours/shop.db", folder / "lite-ours", 1, AHEAD),
        PaymePkg(f"sqlite:///{folder}/lite-theirs/shop.db", folder / "lite-theirs", AHEAD),
        Ceiling(f"sqlite:///{folder}/lite-bare/shop.db", folder / "lite-bare", 1, AHEAD),
    ]
