"""A merchant that says yes to everything at once: `python -m loadtests.benchmarks.at_once`.

It prints its port. Raw asyncio, so that the driver is the limit and not the server.
"""

from __future__ import annotations

import asyncio
import re

_RESULTS = {
    b"CheckPerformTransaction": b'{"allow":true}',
    b"CreateTransaction": b'{"create_time":1795449118016,"transaction":"256","state":1}',
    b"PerformTransaction": b'{"perform_time":1795449118016,"transaction":"256","state":2}',
}

_ID = re.compile(rb'"id": ?(\d+)')


class _Merchant(asyncio.Protocol):
    def __init__(self) -> None:
        self._came = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._came += data
        while True:
            head, whole, rest = self._came.partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
            if not whole or len(rest) < length:
                return
            body, self._came = rest[:length], rest[length:]
            self._transport.write(_answer(body))


def _answer(body: bytes) -> bytes:
    result = next((r for method, r in _RESULTS.items() if method in body), b"{}")
    id = _ID.search(body)
    answer = b'{"jsonrpc":"2.0","id":%s,"result":%s}' % (id[1] if id else b"null", result)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % len(answer) + answer


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Merchant, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
