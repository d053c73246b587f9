"""`serve` and the shop are killed while people pay, and started again.

Nothing is lost, nothing is paid twice, and what was under way goes on by itself. Which moments it
happens at is drawn from a seed, counted in transactions that the shop has made by then.
`KILL_ROUNDS=9 KILL_PAYERS=50 KILL_SEED=7` makes it longer.
"""

from __future__ import annotations

import asyncio
import html
import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from loadtests.benchmarks.checkout.browser import Tab, Times, WentWrong
from loadtests.benchmarks.checkout.payers import KASSA, go_on
from simulator.protocol.checkout import Checkout, code_of
from tests.backend.merchant import KEY, free_port, listening, start
from tests.simulator.cli.command import Command

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
PAYERS = int(os.environ.get("KILL_PAYERS", "16"))
KILLS = int(os.environ.get("KILL_ROUNDS", "3"))
SEED = int(os.environ.get("KILL_SEED", "1"))
_PAUSE_S = 0.05
_CONFIG = """\
log = false
[merchant]
url = "http://127.0.0.1:{shop}/payme"
key = "${{SHOP_KEY}}"
[retry]
attempts = 2
pauses = [100]
[orders]
amount = 1000
account = {{ order_id = "{{number}}" }}
[orders.http]
url = "http://127.0.0.1:{shop}/api/generate-qr"
json = {{ order_id = "{{number}}", paymentType = "payme", amount = "{{amount_sum}}" }}
[database]
url = "sqlite:///shop/photobooth.db"
[database.transactions]
table = "transactions"
columns = {{ payme_id = "payme_id", state = "state", reason = "reason", amount = "amount" }}
"""


@dataclass
class Both:
    """The server and the shop, each a process that can be killed and started again."""

    command: Command
    ports: dict[str, int] = field(
        default_factory=lambda: {"serve": free_port(), "shop": free_port()}
    )
    processes: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['serve']}"

    def begin(self, name: str) -> None:
        """Start it, and wait until it answers."""
        port = self.ports[name]
        if name == "shop":
            process = start(self.command.folder / "shop", port=port)
        else:
            process = self.command.start("serve", "--port", str(port))
        self.processes[name] = process
        with httpx.Client(trust_env=False, timeout=60) as client:
            while True:
                try:
                    client.get(f"http://127.0.0.1:{port}/healthz").raise_for_status()
                    return
                except httpx.TransportError:
                    assert process.poll() is None, process.communicate()
                    time.sleep(_PAUSE_S)

    def kill(self, name: str) -> None:
        """SIGKILL, and nobody listens there any more."""
        self.processes[name].kill()
        self.processes.pop(name).communicate()
        while listening(self.ports[name]):
            time.sleep(_PAUSE_S)

    def transactions(self) -> int:
        """How many the shop has made."""
        path = self.command.folder / "shop" / "photobooth.db"
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as shop:
            return int(shop.execute("SELECT count(*) FROM transactions").fetchone()[0])

    def asked(self, path: str, body: object = None) -> Any:
        verb = "GET" if body is None else "POST"
        data = None if body is None else json.dumps(body)
        headers = {"Content-Type": "application/json"}
        with httpx.Client(trust_env=False, timeout=60) as client:
            answer = client.request(verb, self.url + path, content=data, headers=headers)
        return answer.raise_for_status().json()


@pytest.fixture
def both(command: Command) -> Iterator[Both]:
    made = Both(command)
    command.write("payme-sandbox.toml", _CONFIG.format(shop=made.ports["shop"]))
    command.variables["SHOP_KEY"] = KEY
    (command.folder / "shop").mkdir()
    try:
        for name in ("shop", "serve"):
            made.begin(name)
        yield made
    finally:
        for process in made.processes.values():
            process.terminate()
            process.communicate(timeout=60)


async def pays(base: str, order: Checkout) -> bool:
    """Somebody who loads the page again whenever it does not come; whether it is paid at last."""
    async with Tab(base, Times()) as tab:
        while True:
            try:
                await tab.open(tab.address or f"/{code_of(order)}", "page")
                return await go_on(tab)
            except WentWrong:
                await asyncio.sleep(_PAUSE_S)


async def killed(both: Both) -> None:
    """One or the other, once so many more transactions are there."""
    rng, made = random.Random(SEED), 0
    for kill in range(KILLS):
        made += rng.randint(1, PAYERS // KILLS)
        while both.transactions() < made:
            await asyncio.sleep(_PAUSE_S / 10)
        name = ("serve", "shop")[kill % 2]
        await asyncio.to_thread(both.kill, name)
        await asyncio.to_thread(both.begin, name)


def test_nothing_is_lost_or_paid_twice(both: Both) -> None:
    made = [both.asked("/control/orders", {}) for _ in range(PAYERS)]
    orders = [Checkout(KASSA, one["amount"], one["account"]) for one in made]

    async def everybody() -> list[bool]:
        killing = asyncio.create_task(killed(both))
        paid = await asyncio.gather(*(pays(both.url, order) for order in orders))
        await killing
        return paid

    assert asyncio.run(everybody()) == [True] * PAYERS
    books = both.asked(f"/control/kassas/{KASSA}/books")
    assert (books["differing"], books["has_database"]) == (0, True)
    assert [line["verdict"] for line in books["lines"]] == ["agrees"] * PAYERS
    bought = [line["statement"]["account"]["order_id"] for line in books["lines"]]
    assert sorted(bought) == sorted(order.account["order_id"] for order in orders)
    assert {line["statement"]["state"] for line in books["lines"]} == {2}


@asynccontextmanager
async def queued(both: Both) -> AsyncIterator[Tab]:
    """A payer's page: the shop has made the transaction, was killed, and has not performed it."""
    fault = {"kind": "wrong-key", "method": "PerformTransaction", "times": 2}
    both.asked("/control/faults", fault)
    made = both.asked("/control/orders", {})
    async with Tab(both.url, Times()) as tab:
        order = Checkout(KASSA, made["amount"], made["account"], "en")
        await tab.open(f"/{code_of(order)}", "the link")
        await tab.press(f"{tab.address}/card", "the card", take="8600069195406311")
        await tab.press(f"{tab.address}/pay", "the code", code="666666")
        await shown(tab, "The money was debited, but the shop has not confirmed the payment.")
        both.kill("shop")
        await tab.press(f"{tab.address}/again", "try now")
        await shown(tab, "the merchant does not answer", "no connection")
        yield tab


async def shown(tab: Tab, *words: str) -> None:
    """The page, once it says one of these."""
    while not any(word in html.unescape(tab.text) for word in words):
        await asyncio.sleep(_PAUSE_S)
        await tab.open(tab.address, "the page")


def the_line(both: Both) -> dict[str, Any]:
    """The one transaction in both books, which agree."""
    (line,) = both.asked(f"/control/kassas/{KASSA}/books")["lines"]
    assert (line["verdict"], line["differences"]) == ("agrees", [])
    return dict(line["statement"])


def test_a_shop_killed_between_create_and_perform_performs_once_it_is_back(both: Both) -> None:
    async def payer() -> bool:
        async with queued(both) as tab:
            both.begin("shop")
            await tab.press(f"{tab.address}/again", "try now")
            return await go_on(tab)

    assert asyncio.run(payer())
    assert the_line(both)["state"] == 2


def test_a_shop_that_stays_dead_for_12_hours_cancels_once_it_is_back(both: Both) -> None:
    async def payer() -> None:
        async with queued(both) as tab:
            await tab.press(f"{tab.address}/age", "let 12 hours pass")
            await shown(tab, "The payment is being cancelled")
            await shown(tab, "Try now")  # the first attempts are over
            both.begin("shop")
            await tab.press(f"{tab.address}/again", "try now")
            await shown(tab, "The payment was cancelled")
            assert "It was not finished within 12 hours." in tab.text
            assert "The money was given back." in tab.text

    asyncio.run(payer())
    line = the_line(both)
    assert (line["state"], line["reason"]) == (-1, 4)
