"""`python -m loadtests.benchmarks [PART…]`: what the reference merchant carries, in one table."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from loadtests.benchmarks import cycles, environment, growth, latency, soak
from loadtests.benchmarks.contestants import PaymePkg
from loadtests.benchmarks.databases import Postgres, postgres
from loadtests.benchmarks.durations import seconds
from loadtests.benchmarks.results import Goal, Limit
from loadtests.benchmarks.servers import CannotStart
from loadtests.benchmarks.wire import BadAnswer

PARTS = ("cycles", "latency", "growth", "soak")


def main() -> int:
    """Exit code 0 if every goal is reached, 1 if one is missed, 2 if it could not be measured."""
    options = _parser().parse_args()
    parts = options.parts or PARTS
    if "cycles" in parts and not PaymePkg.installed():
        sys.stderr.write("bench: payme-pkg is not installed; run `make bench` once\n")
        return 2
    try:
        with tempfile.TemporaryDirectory(prefix="psb-bench-") as name, postgres() as server:
            print(f"{environment.told()}, PostgreSQL {server.version}", flush=True)
            results = _measured(parts, options, Path(name), server)
    except (BadAnswer, CannotStart) as error:
        sys.stderr.write(f"bench: {error}\n")
        return 2
    print()
    for one in results:
        print(one.told())
    return 0 if all(one.reached for one in results) else 1


def _measured(
    parts: Sequence[str], options: argparse.Namespace, folder: Path, server: Postgres
) -> list[Goal | Limit]:
    rounds, seconds, connections = options.rounds, options.seconds, options.connections
    results: list[Goal | Limit] = []
    if "cycles" in parts:
        results += cycles.measure(folder, server, rounds, seconds, connections)
    if "latency" in parts:
        results += latency.measure(folder, server, seconds, connections)
    if "growth" in parts:
        results += growth.measure(folder, server, rounds, seconds, connections)
    if "soak" in parts:
        results += soak.measure(folder, server, options.soak, connections)
    return results


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="make bench", description=__doc__)
    made.add_argument("parts", nargs="*", type=_part, help=f"of {', '.join(PARTS)}; or all")
    made.add_argument("--rounds", type=int, default=5, help="rounds, taken in turn (5)")
    made.add_argument("--seconds", type=seconds, default=2.0, help="of one round (2s)")
    made.add_argument("--connections", type=int, default=16, help="keep-alive connections (16)")
    made.add_argument("--soak", type=seconds, default=20.0, help="length of the soak (20s; 10m)")
    return made


def _part(text: str) -> str:
    if text not in PARTS:
        raise argparse.ArgumentTypeError(f"{text!r}: there are {', '.join(PARTS)}")
    return text


if __name__ == "__main__":
    sys.exit(main())
