"""Who looks at the cabinet meanwhile: a process of its own, so that its times are the server's.

    python -m loadtests.benchmarks.checkout.visitor URL SECONDS TABS

One tab goes from page to page and holds the stream of events of each for as long as it is there.
TABS more stay open and load themselves anew when something happens, as cabinet.js does. Prints the
times as JSON.
"""

from __future__ import annotations

import asyncio
import html
import itertools
import json
import re
import sys
import time
from contextlib import AsyncExitStack

from loadtests.benchmarks.checkout.browser import Tab, Times, WentWrong

_STAY_S = 0.5
_SOON_S = 0.25
_STREAM = re.compile(r'data-events="([^"]+)"')
_PAYMENT = re.compile(r"/payments/([0-9a-f]{24})")
_EXCHANGE = re.compile(r"/journal/(\d+)")
_ORDER = re.compile(r"Psb-\d+")
_LEFT_OPEN = ("/payments", "/journal")


async def walk(base: str, seconds: float, tabs: int) -> Times:
    """So long; what was seen."""
    times, until = Times(), time.monotonic() + seconds
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        walking = await stack.enter_async_context(Tab(base, times))
        group.create_task(_round(walking, until, times))
        for number in range(tabs):
            tab = await stack.enter_async_context(Tab(base, times))
            path = _LEFT_OPEN[number % len(_LEFT_OPEN)]
            group.create_task(_left_open(tab, path, until, times))
    return times


async def _round(tab: Tab, until: float, times: Times) -> None:
    """From page to page, again and again."""
    seen = {"payment": "", "exchange": "", "order": "Psb-1"}
    for turn in itertools.count():
        for name, path in _pages(seen, turn).items():
            if time.monotonic() >= until:
                return
            try:
                await tab.open(path, name)
            except WentWrong as error:
                times.errors.append(str(error))
            _learn(seen, tab.text)
            await _stay(tab, _STAY_S)


def _pages(seen: dict[str, str], turn: int) -> dict[str, str]:
    pages = {
        "payments": "/payments",
        "payments, searched": f"/payments?text={seen['order']}",
        "a payment": f"/payments/{seen['payment']}",
        "journal": "/journal",
        "journal, searched": f"/journal?text={seen['order']}",
        "an exchange": f"/journal/{seen['exchange']}",
        "sandbox": "/sandbox",
        "faults": "/faults",
        "settings": "/settings",
    }
    if turn % 5 == 0:  # the merchant is asked for all of the hour
        pages["both books"] = "/books?period=hour"
    return {name: path for name, path in pages.items() if not path.endswith("/")}


def _learn(seen: dict[str, str], text: str) -> None:
    """What is looked at next is what the page shows."""
    for name, pattern in (("payment", _PAYMENT), ("exchange", _EXCHANGE), ("order", _ORDER)):
        if found := pattern.findall(text):
            seen[name] = found[len(found) // 2]


async def _stay(tab: Tab, seconds: float) -> None:
    """Look at the page, with its stream open; then the page is left, and the stream with it."""
    stream = _STREAM.search(tab.text)
    if stream is None:
        await asyncio.sleep(seconds)
        return
    await tab.listen(html.unescape(stream[1]), seconds)


async def _left_open(tab: Tab, path: str, until: float, times: Times) -> None:
    try:
        await tab.open(path, f"{path[1:]}, anew")
        stream = _STREAM.search(tab.text)
        if stream is None:
            raise WentWrong(f"{path}: no stream of events")
        woken, left = asyncio.Event(), until - time.monotonic()
        listening = asyncio.create_task(tab.listen(html.unescape(stream[1]), left, woken))
        while not listening.done():
            await asyncio.wait(
                (listening, asyncio.create_task(woken.wait())),
                timeout=1,
                return_when="FIRST_COMPLETED",
            )
            if not listening.done() and woken.is_set():
                await asyncio.sleep(_SOON_S)
                woken.clear()
                await tab.open(path, f"{path[1:]}, anew")
    except WentWrong as error:
        times.errors.append(str(error))


def main() -> int:
    base, seconds, tabs = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    times = asyncio.run(walk(base, seconds, tabs))
    json.dump({"took": times.took, "errors": times.errors}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
