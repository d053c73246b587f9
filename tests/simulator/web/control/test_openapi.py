"""The document is the API's own, and the API keeps to it whatever it is sent."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from simulator.caller.retry import RetryPolicy
from simulator.caller.wire import Exchange
from simulator.cli.runs import opener_of
from simulator.conformance.events import Rule
from simulator.conformance.floor import Floor
from simulator.web.app import create_app
from simulator.web.clock import true_ms
from simulator.web.control.operation import OPERATIONS
from simulator.web.hosts import bound
from simulator.web.kassas import NewKassa
from simulator.web.pages.running import Opened, Opener, Terms
from simulator.web.server import Options, Server
from simulator.web.serving import Listener
from tests.simulator.web.conftest import KASSA
from tests.simulator.web.merchant import KEY, Merchant

_LIMIT_S = 300
_FAST = 1_000
"""So many times faster the time of this server goes: nothing has to be waited for."""


_SHORT = 12
"""So many calls a run may make here: everything is run again and again."""


def _shortly(opener: Opener) -> Opener:
    """Runs end early, by themselves."""

    @contextmanager
    def opened(
        kassa_id: str,
        terms: Terms,
        rules: Mapping[str, Rule],
        journal: Callable[[Exchange], None],
        floor: Floor,
    ) -> Iterator[Opened]:
        numbers = count(1)

        def counted(exchange: Exchange) -> None:
            journal(exchange)
            if next(numbers) >= _SHORT:
                floor.end()

        with opener(kassa_id, terms, rules, counted, floor) as made:
            yield made

    return opened


@pytest.fixture
def address(merchant: Merchant) -> Iterator[str]:
    """A server as people run it, with background work."""
    began = true_ms()
    with bound("127.0.0.1", 0) as sock:
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        options = Options(
            public_url=url,
            true_time=lambda: began + (true_ms() - began) * _FAST,
            rng=random.Random(7),
            sleep=lambda ms: None,
        )
        server = Server(options=options)
        retry = RetryPolicy(2, (1,))
        server.kassas.add(
            NewKassa(name="shop", url=merchant.url, key=KEY, id=KASSA, retry=retry, timeout_ms=2000)
        )
        server.open_run = _shortly(opener_of(server, None))
        server.start()
        with Listener(create_app(server), "127.0.0.1", sock) as listener:
            thread = listener.start()
            yield url
            listener.stop()
            thread.join()
        server.close()


@pytest.mark.timeout(_LIMIT_S)
def test_schemathesis_finds_nothing(address: str, tmp_path: Path) -> None:
    words = [
        *("run", f"{address}/control/openapi.json", "--no-color", "--max-examples", "2"),
        *("--phases", "coverage,fuzzing,stateful", "--seed", "7", "--generation-deterministic"),
    ]
    program = "from schemathesis.cli import schemathesis; schemathesis()"
    ran = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=_LIMIT_S - 20,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-8000:] + ran.stderr[-2000:]
    assert f"Tested: {len(OPERATIONS)}" in ran.stdout


def test_every_operation_is_described(client: FlaskClient) -> None:
    told = client.get("/control/openapi.json").json
    assert told is not None
    described = [(verb.upper(), path) for path, verbs in told["paths"].items() for verb in verbs]
    assert described == sorted(
        ((one.verb, f"/control{one.path}") for one in OPERATIONS),
        key=lambda pair: described.index(pair),
    )
    assert all(verb["summary"] for path in told["paths"].values() for verb in path.values())


def test_every_reference_leads_somewhere(client: FlaskClient) -> None:
    told = client.get("/control/openapi.json").json
    assert told is not None
    schemas = told["components"]["schemas"]
    text = json.dumps(told)
    named = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named <= set(schemas)
