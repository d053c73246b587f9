"""The payers: each opens a link, takes a card, types the code, looks on until it is paid; again."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field

import httpx

from loadtests.benchmarks.checkout.browser import Tab, Times, WentWrong, client
from simulator.protocol.checkout import Checkout, code_of

KASSA = "65a000000000000000000001"
LOOK_S = 0.6
"""How often a page asks whether its payment has moved, as checkout.js does."""

_CARD = "8600069195406311"
_CODE = "666666"
_MOST_STEPS = 200
_BACK = "http://shop.example/back?order=:account.order_id&id=:transaction"
_WATCHED = re.compile(r'data-watched="([^"]+)" data-version="([^"]+)"')


@dataclass
class Till:
    """What the payers were told, and how long it took. `paid` are the orders' numbers."""

    times: Times = field(default_factory=Times)
    paid: list[str] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)


async def crowd(base: str, payers: int, seconds: float, till: Till) -> None:
    """So many payers at once for so long; what was begun is ended."""
    until = time.monotonic() + seconds
    async with asyncio.TaskGroup() as group:
        for _ in range(payers):
            group.create_task(_one(base, until, till))


async def _one(base: str, until: float, till: Till) -> None:
    """A chair at the till: one payer after the other, each with a browser of their own."""
    async with client(base) as shop:
        while time.monotonic() < until:
            try:
                order = await _order(shop)
                async with Tab(base, till.times) as tab:
                    number = await _pay(tab, order, till.times)
            except WentWrong as error:
                till.times.errors.append(str(error))
                await asyncio.sleep(LOOK_S)
            else:
                till.paid.append(number)
                till.ended.append(time.monotonic())


async def _order(shop: httpx.AsyncClient) -> Checkout:
    """The shop's own work, not measured: an order, and the link to pay it."""
    try:
        made = (await shop.post("/control/orders", json={})).raise_for_status().json()
    except httpx.HTTPError as error:
        raise WentWrong(f"order: {type(error).__name__} {error}") from error
    return Checkout(KASSA, made["amount"], made["account"], "ru", _BACK)


async def _pay(tab: Tab, order: Checkout, times: Times) -> str:
    """The whole way; the order's number. Raises WentWrong if it does not end in paid."""
    began = time.perf_counter()
    await tab.open(f"/{code_of(order)}", "the link")
    if not await go_on(tab):
        raise WentWrong(f"{tab.address}: it did not end in paid")
    times.add("from the link to paid", began)
    way_back = await tab.ask(f"{tab.address}/return", "the way back")
    if not way_back.headers.get("Location", "").startswith("http://shop.example/back?order="):
        raise WentWrong(f"{tab.address}: no way back to the shop, HTTP {way_back.status_code}")
    return str(order.account["order_id"])


async def go_on(tab: Tab) -> bool:
    """Do what the page asks for until the payment is over; whether it is paid.

    Raises WentWrong if a page does not come, or it never ends.
    """
    for _ in range(_MOST_STEPS):
        text, receipt = tab.text, tab.address
        if 'class="good"' in text:
            return True
        if 'name="take"' in text:
            await tab.press(f"{receipt}/card", "the card", take=_CARD)
        elif 'id="code"' in text:
            await tab.press(f"{receipt}/pay", "the code", code=_CODE)
        elif f'action="{receipt}/again"' in text:
            await asyncio.sleep(LOOK_S)
            await tab.press(f"{receipt}/again", "try now")
        elif (watched := _WATCHED.search(text)) is not None:
            await _look_on(tab, watched[1], watched[2])
        else:
            return False
    raise WentWrong(f"{tab.address}: it never ends")


async def _look_on(tab: Tab, path: str, version: str) -> None:
    """Until the page would be another one."""
    for _ in range(_MOST_STEPS):
        await asyncio.sleep(LOOK_S)
        answer = await tab.ask(path, "a look")
        if answer.status_code != 200:
            raise WentWrong(f"a look: HTTP {answer.status_code}")
        if answer.json()["version"] != version:
            await tab.open(tab.address, "how it goes on")
            return
    raise WentWrong(f"{tab.address}: it never moves")
