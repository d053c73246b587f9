"""What the load driver itself can do, and what the payer costs over a bare FastHttpUser.

`python -m loadtests.benchmarks.driver [SECONDS] [ROUNDS]`: sixteen users of each kind post the same
three calls to a server that answers at once, in turn; the medians are told. Processor time a call
is what counts: calls a second depend on what else the machine does.
"""

from __future__ import annotations

import locust  # isort: skip  # first of all others: it patches what they are going to use

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, ClassVar

import gevent
from locust.env import Environment

from loadtests.calls import Call
from loadtests.payer import Payer
from loadtests.plan import plan_of
from loadtests.pool import PoolOrder
from loadtests.worker import Worker
from simulator.config import Loaded, load
from simulator.protocol.vocabulary import Method

_USERS = 16
_WARM_S = 1.0
_ID = "6b04611b0023940100000010"
_ORDER = PoolOrder("Psb-2001184007", 100_000, {"order_id": "Psb-2001184007"})
_CONFIG = """\
database = false
log = false
[merchant]
url = "http://127.0.0.1:{port}/payme"
key = "benchmark-key"
[load]
pause = "0ms"
users = 16
mix = {{ double = 0, lost = 0, second_payer = 0, cancel_before = 0, cancel_after = 0, \
crossed = 0, check = 0, statement = 0 }}
[orders]
account = {{ order_id = "{{number}}" }}
[orders.http]
url = "http://127.0.0.1:{port}/orders"
"""


def _bodies() -> list[bytes]:
    whole = {"id": _ID, "time": 1_795_449_115_227, "amount": 100_000, "account": _ORDER.account}
    params: dict[Method, dict[str, Any]] = {
        Method.CHECK_PERFORM: {"amount": 100_000, "account": _ORDER.account},
        Method.CREATE: whole,
        Method.PERFORM: {"id": _ID},
    }
    return [Call(method=m, params=p, why="pay").body(1) for m, p in params.items()]


class Bare(locust.FastHttpUser):
    """Posts the bytes of a payment and looks at nothing."""

    headers: ClassVar[dict[str, str]] = {}
    bodies: ClassVar[list[str]] = [body.decode() for body in _bodies()]

    @locust.task
    def pay(self) -> None:
        """The three calls."""
        for body in self.bodies:
            self.client.post("/payme", data=body, headers=self.headers, name="a call")


class _Endless:
    """A pool that has always an order."""

    def take(self) -> PoolOrder:
        return _ORDER


def _measured(user: type[Any], host: str, seconds: float) -> tuple[int, int]:
    """Calls a second, and processor time a call in µs."""
    environment = Environment(user_classes=[user], host=host)
    runner = environment.create_local_runner()
    runner.start(_USERS, 100)
    gevent.sleep(_WARM_S)
    calls, cpu, began = environment.stats.total.num_requests, time.process_time(), time.monotonic()
    gevent.sleep(seconds)
    calls = environment.stats.total.num_requests - calls
    cpu, took = time.process_time() - cpu, time.monotonic() - began
    runner.quit()
    if not calls or environment.stats.total.num_failures:
        raise SystemExit(f"{environment.stats.total.num_failures} of {calls} calls failed")
    return round(calls / took), round(cpu / calls * 1_000_000)


def _payer(loaded: Loaded, folder: Path, number: int) -> type[Payer]:
    folder = folder / str(number)
    folder.mkdir()
    worker = Worker(plan_of(loaded, 1, 1, folder, {}), loaded, 0)
    worker.pool = _Endless()  # type: ignore[assignment]
    worker.begin(lambda: (1, 1))
    Payer.worker = worker
    return Payer


def main(seconds: float, rounds: int) -> None:
    """Print both kinds and the ratio."""
    command = [sys.executable, "-m", "loadtests.benchmarks.at_once"]
    with (
        tempfile.TemporaryDirectory() as name,
        subprocess.Popen(command, stdout=subprocess.PIPE) as server,
    ):
        try:
            assert server.stdout is not None
            port, folder = int(server.stdout.readline()), Path(name)
            (folder / "shop.toml").write_text(_CONFIG.format(port=port), encoding="utf-8")
            loaded, host = load(folder / "shop.toml", {}, {}), f"http://127.0.0.1:{port}"
            found: dict[str, list[tuple[int, int]]] = {"bare FastHttpUser": [], "payer": []}
            for number in range(rounds):
                found["bare FastHttpUser"].append(_measured(Bare, host, seconds))
                found["payer"].append(_measured(_payer(loaded, folder, number), host, seconds))
        finally:
            server.terminate()
    costs = {}
    for kind, seen in found.items():
        rate, costs[kind] = (round(statistics.median(one)) for one in zip(*seen, strict=True))
        print(f"{kind:<18} {rate:>6} calls/s   {costs[kind]:>4} µs of processor a call")
    ratio = 100 * costs["payer"] // costs["bare FastHttpUser"]
    print(f"the payer costs {ratio} % of a bare FastHttpUser")


if __name__ == "__main__":
    main(
        float(sys.argv[1]) if len(sys.argv) > 1 else 5,
        int(sys.argv[2]) if len(sys.argv) > 2 else 5,
    )
