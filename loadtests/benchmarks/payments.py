"""The requests of payments, made ahead, so that making them is not what is measured."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterable, Iterator

from loadtests.benchmarks.wire import Job

AMOUNT_SUM = 1000
AMOUNT_TIYIN = AMOUNT_SUM * 100


class Payments:
    """Bytes for one merchant's webhook: `path` and the kassa's key."""

    def __init__(self, path: str, key: str) -> None:
        """Ids are unique among all of this process."""
        secret = base64.b64encode(f"Paycom:{key}".encode()).decode()
        self._head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic {secret}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        ).encode()

    def cycles(self, orders: Iterable[str], first: int) -> Iterator[Job]:
        """A payment for each order: asked for, created, performed. Ids count up from `first`."""
        for number, order in enumerate(orders, first):
            yield iter(self.cycle(order, payme_id(number)))

    def cycle(self, order: str, id: str) -> list[bytes]:
        """The three requests of one payment."""
        payable = {"amount": AMOUNT_TIYIN, "account": {"order_id": order}}
        now = time.time_ns() // 1_000_000
        return [
            self.request("CheckPerformTransaction", payable),
            self.request("CreateTransaction", {"id": id, "time": now, **payable}),
            self.request("PerformTransaction", {"id": id}),
        ]

    def request(self, method: str, params: object) -> bytes:
        """One call."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        return self._head + str(len(body)).encode() + b"\r\n\r\n" + body


def payme_id(number: int) -> str:
    """Payme's id of the payment of that number: 24 hexadecimal digits."""
    return f"{number:024x}"
