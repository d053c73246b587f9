"""How quickly a long journal is written and searched: `make bench-journal`.

Exits with 1 if a search took longer than 100 ms, the best of three.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from simulator.caller.wire import Exchange, WireAnswer, WireRequest
from simulator.protocol.vocabulary import Method
from simulator.web.journal import Context, Journal, Wanted
from simulator.web.server import Options, Server

EXCHANGES = 100_000
MOST_MS = 100
KASSA = "65a000000000000000000001"
_JSON = ("Content-Type", "application/json")


def exchanges(count: int, rng: random.Random) -> Iterator[tuple[Exchange, str]]:
    """Calls and their answers as payments make them, each with its transaction's id."""
    for number in range(count):
        payme_id = f"{rng.getrandbits(96):024x}"
        method = rng.choice(list(Method))
        params = {"id": payme_id, "amount": 100_000, "account": {"order_id": f"Psb-{number}"}}
        sent = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        told = {"id": number, "result": {"create_time": number, "transaction": "1", "state": 1}}
        headers = (_JSON, ("Authorization", "Basic ••••"))
        request = WireRequest("http://127.0.0.1/payme", "POST", headers, json.dumps(sent).encode())
        answer = WireAnswer(200, (_JSON,), json.dumps(told).encode())
        yield Exchange(number, "", "", method, number, 5, request, answer), payme_id


def fill(journal: Journal, count: int) -> str:
    """Write them one by one, as callers do; the last transaction's id."""
    payme_id = ""
    for exchange, payme_id in exchanges(count, random.Random(1)):
        with journal.within(Context(KASSA, "payment", payme_id, payme_id)):
            journal.take(exchange)
    return payme_id


def searches(last: str) -> dict[str, Wanted]:
    """What people look for: rare words and common ones, with filters and without."""
    return {
        "the newest": Wanted(),
        "a transaction": Wanted(text=last),
        "an order": Wanted(text="Psb-77777"),
        "a word in every exchange": Wanted(text="create_time"),
        "a method as a word": Wanted(text="CreateTransaction"),
        "a word that is nowhere": Wanted(text="nothing-like-this"),
        "two words": Wanted(text="order_id create_time"),
        "a word and a method": Wanted(text="Psb-5", method=Method.CREATE.value),
        "two letters that are nowhere": Wanted(text="zq"),
        "spoiled on purpose": Wanted(faulted=True),
        "no usable answer": Wanted(kassa=KASSA, verdict="flaw"),
        "of a payment": Wanted(payment=last),
        "of an old day": Wanted(kassa=KASSA, sent_to=EXCHANGES // 50),
        "a common word of an old day": Wanted(text="create_time", sent_to=EXCHANGES // 50),
        "a method of the middle": Wanted(
            method="CreateTransaction", sent_from=50_000, sent_to=50_010
        ),
        "a word of no day": Wanted(text="create_time", sent_from=EXCHANGES * 2),
    }


def milliseconds(journal: Journal, wanted: Wanted) -> float:
    """The best of three."""
    took = []
    for _ in range(3):
        began = time.perf_counter()
        journal.search(wanted)
        took.append((time.perf_counter() - began) * 1000)
    return min(took)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sandbox.db"
        server = Server(options=Options(database=path))
        began = time.perf_counter()
        last = fill(server.journal, EXCHANGES)
        each = (time.perf_counter() - began) * 1000 / EXCHANGES
        size = path.stat().st_size // 1_000_000
        print(f"{EXCHANGES:,} exchanges: {each:.2f} ms to write one, {size} MB")
        slow = 0
        for name, wanted in searches(last).items():
            took = milliseconds(server.journal, wanted)
            slow += took > MOST_MS
            print(f"{took:8.1f} ms  {name}")
        server.close()
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
