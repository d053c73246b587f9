"""`make bench-checkout`: what `payme-sandbox serve` carries, and whether it stays the same.

    python -m loadtests.benchmarks.checkout [--payers 50] [--duration 60s] [--tabs 2]

Exit code 0 if nothing went wrong and both books agree at the end, 1 otherwise, 2 if it could not be
measured. Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from loadtests.benchmarks import environment
from loadtests.benchmarks.checkout.ending import ending
from loadtests.benchmarks.checkout.payers import Till, crowd
from loadtests.benchmarks.checkout.vitals import HEAD, Look, Watch
from loadtests.benchmarks.contestants import ROOT
from loadtests.benchmarks.durations import seconds
from loadtests.benchmarks.servers import CannotStart, Server, serving

_LOOKS = 20
_PATIENCE_S = 120.0


def main() -> int:
    options = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="psb-bench-") as name:
        folder = Path(name)
        command = [sys.executable, "-m", "simulator", "serve", "--port", "{port}"]
        try:
            with serving(command, folder, folder, {"PYTHONPATH": str(ROOT)}) as server:
                print(f"{environment.told()}\n", flush=True)
                return _measured(server, folder, options)
        except CannotStart as error:
            sys.stderr.write(f"bench-checkout: {error}\n")
            return 2


def _measured(server: Server, folder: Path, options: argparse.Namespace) -> int:
    base, length = f"http://127.0.0.1:{server.port}", options.duration
    watch = Watch(server.pid, folder / ".payme-sandbox/serve/sandbox.db", length / _LOOKS)
    began_ms, began = time.time_ns() // 1_000_000, time.monotonic()
    cpu, own = server.cpu_seconds(), server.own_cpu_seconds()
    till = Till()
    print(HEAD)
    watch.once()
    looking = watch.begin()
    visiting = _visitor(base, length, options.tabs)
    asyncio.run(crowd(base, options.payers, length, till))
    took = time.monotonic() - began
    watch.end()
    looking.join()
    said, _ = visiting.communicate(timeout=_PATIENCE_S + length)
    own = (server.own_cpu_seconds() - own) * 1000 / max(len(till.paid), 1)
    cpu = (server.cpu_seconds() - cpu) * 1000 / max(len(till.paid), 1)
    time.sleep(options.rest)
    last = watch.once()
    seen = json.loads(said)
    ended = ending(base, began_ms, till.paid)
    errors = [*till.times.errors, *seen["errors"]]
    print(
        f"\n{len(till.paid)} paid by {options.payers} payers at once in {took:.0f} s: "
        f"{len(till.paid) / took:.1f} a second; CPU a payment: {own:.0f} ms of the server's, "
        f"{cpu - own:.0f} ms of the shop's"
    )
    _times("what the payers did", till.times.took)
    _times("the cabinet meanwhile", seen["took"])
    print(f"\n{_memory(watch.looks[1:-1], last)}\n{len(errors)} errors")
    for error in sorted(set(errors))[:10]:
        print(f"  {errors.count(error)} × {error}")
    print(ended.told())
    return 0 if ended.good and not errors and till.paid else 1


def _visitor(base: str, length: float, tabs: int) -> subprocess.Popen[str]:
    module = "loadtests.benchmarks.checkout.visitor"
    words = [sys.executable, "-m", module, base, str(length), str(tabs)]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _times(title: str, took: Mapping[str, Sequence[float]]) -> None:
    print(f"\n{title + ', ms':<32}{'times':>9}{'p50':>8}{'p99':>8}{'max':>8}")
    for name, every in took.items():
        ranked = sorted(every)
        at = [ranked[min(int(len(ranked) * share), len(ranked) - 1)] for share in (0.5, 0.99, 1)]
        print(f"{name:<32}{len(ranked):>9}" + "".join(f"{one:>8.0f}" for one in at))


def _memory(looks: Sequence[Look], last: Look) -> str:
    """The first third is the warm-up's: pools and caches are being filled."""
    warm = looks[len(looks) // 3 :]
    if len(warm) < 2:
        return "too short to say anything about memory"
    grown = warm[-1].pss - warm[0].pss
    return (
        f"memory (PSS) since it was warm: {warm[0].pss:.1f} to {warm[-1].pss:.1f} MB, "
        f"{grown:+.1f}; at rest {last.pss:.1f} MB, {last.threads} threads, {last.files} files"
    )


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="make bench-checkout", description=__doc__)
    made.add_argument("--payers", type=int, default=50, help="at once (50)")
    made.add_argument("--duration", type=seconds, default=60.0, help="how long (60s; 10m)")
    made.add_argument(
        "--rest", type=seconds, default=20.0, help="until the last look; heartbeats take 15 s (20s)"
    )
    made.add_argument("--tabs", type=int, default=2, help="pages of the cabinet left open (2)")
    return made


if __name__ == "__main__":
    sys.exit(main())
