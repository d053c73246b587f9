"""Bursts against real servers: nothing is complete before the release, everything after it."""

from __future__ import annotations

import selectors
import socket
import ssl
import statistics
import threading
from collections.abc import Callable

import pytest

from simulator.caller.burst import BurstSender
from simulator.caller.sockets import connected
from simulator.caller.wire import FailureKind, WireAnswer, WireFailure, WireRequest
from tests.simulator.caller.servers import CONTINUES, HEADERS, Handler, answer, serving

COUNT = 10
BODY = b'{"jsonrpc":"2.0","id":1,"method":"CreateTransaction","params":{}}'


def requests(url: str, count: int = COUNT, body: bytes = BODY) -> list[WireRequest]:
    headers = (("Content-Type", "application/json"), ("Authorization", "Basic клю́ч"))
    return [WireRequest(url, headers=headers, body=body) for _ in range(count)]


def test_it_is_told_how_many_calls_have_ended() -> None:
    told: list[int] = []

    with serving(lambda connection, _: connection.sendall(answer(b"{}"))) as server:
        BurstSender(5000).send(requests(server.url, 3), lambda ended, _: told.append(ended))
    assert told == [0, 1, 2, 3]


def test_calls_that_are_held_go_when_they_are_let() -> None:
    seen: list[int] = []

    def watch(ended: int, let_go: Callable[[], None]) -> None:
        seen.append(len(server.requests))
        if ended == 2:
            let_go()

    with serving(lambda connection, _: connection.sendall(answer(b"{}"))) as server:
        arrivals = BurstSender(5000).send(requests(server.url, 3), watch, held=1)
    assert max(seen[:3]) == 2
    assert [type(arrival.answer) for arrival in arrivals] == [WireAnswer] * 3


class Watching:
    """A server that reads as much as comes, and can say how much came on each connection."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.connections: list[socket.socket] = []
        self.data: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}/payme"

    def complete(self) -> int:
        return sum(data.endswith(BODY) for data in self.data)

    def read_until(self, enough: Callable[[], bool]) -> None:
        """Accept and read, on the calling thread, until enough has come."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.listener, selectors.EVENT_READ)
            for index, connection in enumerate(self.connections):
                selector.register(connection, selectors.EVENT_READ, index)
            while not enough():
                for key, _ in selector.select():
                    if key.fileobj is self.listener:
                        connection, _ = self.listener.accept()
                        selector.register(connection, selectors.EVENT_READ, len(self.data))
                        self.connections.append(connection)
                        self.data.append(b"")
                    else:
                        part = self.connections[key.data].recv(65536)
                        self.data[key.data] += part

    def answer_all(self) -> None:
        for connection in self.connections:
            connection.sendall(answer(b"{}"))


def test_no_request_is_complete_before_the_release() -> None:
    server = Watching()
    held: list[int] = []

    def settle(_: float) -> None:
        """What the pause before the release is for: all but the last bytes have arrived."""
        server.read_until(
            lambda: len(server.data) == COUNT and all(d.endswith(BODY[:-1]) for d in server.data)
        )
        held.append(server.complete())
        threading.Thread(target=finish).start()

    def finish() -> None:
        server.read_until(lambda: server.complete() == COUNT)
        server.answer_all()

    arrivals = BurstSender(20_000, settle).send(requests(server.url))
    for each in (*server.connections, server.listener):
        each.close()
    assert held == [0]
    assert [type(arrival.answer) for arrival in arrivals] == [WireAnswer] * COUNT
    assert len({arrival.released_at for arrival in arrivals}) == 1


def test_a_threaded_server_gets_them_together(
    record_property: Callable[[str, object], None],
) -> None:
    """How far apart the arrivals are is measured and told, not judged: machines differ."""
    spreads: list[int] = []
    for _ in range(5):
        with serving(lambda connection, _: connection.sendall(answer(b"{}"))) as server:
            arrivals = BurstSender(20_000).send(requests(server.url))
            assert [type(arrival.answer) for arrival in arrivals] == [WireAnswer] * COUNT
            assert len(server.complete_at) == COUNT
            spreads.append((max(server.complete_at) - min(server.complete_at)) // 1000)
    record_property("spread_of_arrivals_us", spreads)
    print(f"spread of {COUNT} arrivals: median {statistics.median(spreads)} µs, all {spreads}")


def test_answers_belong_to_their_requests() -> None:
    def echo(connection: socket.socket, request: bytes) -> None:
        connection.sendall(answer(request.partition(b"\r\n\r\n")[2]))

    with serving(echo) as server:
        sent = [WireRequest(server.url, body=str(n).encode()) for n in range(20)]
        arrivals = BurstSender(20_000).send(sent)
    bodies = [a.answer.body for a in arrivals if isinstance(a.answer, WireAnswer)]
    assert bodies == [request.body for request in sent]


def test_the_request_is_http_as_it_should_be() -> None:
    with serving(lambda connection, _: connection.sendall(answer(b"{}"))) as server:
        BurstSender(20_000).send(requests(f"{server.url}/?a=b", 1))
    (raw,) = server.requests
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST /payme/?a=b HTTP/1.1"
    assert f"Content-Length: {len(BODY)}".encode() in lines
    assert "Authorization: Basic клю́ч".encode() in lines
    assert body == BODY


def test_an_address_may_have_letters_beyond_ascii() -> None:
    with serving(lambda connection, _: connection.sendall(answer(b"{}"))) as server:
        place = server.url.split("/")[2]
        (arrival,) = BurstSender(20_000).send(requests(f"{server.url}/плат?ключ=ё", 1))
    assert isinstance(arrival.answer, WireAnswer)
    (raw,) = server.requests
    first, host = raw.split(b"\r\n")[:2]
    assert first == (
        b"POST /payme/%D0%BF%D0%BB%D0%B0%D1%82?%D0%BA%D0%BB%D1%8E%D1%87=%D1%91 HTTP/1.1"
    )
    assert host == f"Host: {place}".encode()


def test_nothing_is_left_open_by_a_refused_handshake(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[socket.socket] = []

    def refuse(_: ssl.SSLContext, sock: socket.socket, **more: object) -> None:
        taken.append(sock)
        raise ValueError("server_hostname cannot start with a dot")

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", refuse)
    with serving(lambda *_: None) as server, pytest.raises(ValueError, match="a dot"):
        connected(server.url.replace("http:", "https:"), 1000)
    assert [sock.fileno() for sock in taken] == [-1]


def outcome(
    handler: Callable[[socket.socket, bytes], object], timeout_ms: int = 20_000
) -> WireFailure:
    def handle(connection: socket.socket, request: bytes) -> None:
        handler(connection, request)

    with serving(handle) as server:
        (arrival,) = BurstSender(timeout_ms).send(requests(server.url, 1))
    assert isinstance(arrival.answer, WireFailure)
    return arrival.answer


def test_closed_without_a_word() -> None:
    failure = outcome(lambda connection, _: None)
    assert failure.kind is FailureKind.CLOSED
    assert failure.text == "the merchant closed the connection with no answer"


def test_closed_in_the_middle_of_the_body() -> None:
    half = answer(b'{"result": {}}')[:-5]
    assert outcome(lambda connection, _: connection.sendall(half)).kind is FailureKind.CLOSED


@pytest.mark.parametrize("garbage", [b"hello\r\n\r\n", b"\x16\x03\x01\x02\x00" * 20])
def test_garbage_instead_of_http(garbage: bytes) -> None:
    failure = outcome(lambda connection, _: connection.sendall(garbage))
    assert failure.kind is FailureKind.NOT_HTTP
    assert failure.text.startswith("the answer is not HTTP: ")


def test_ten_megabytes_are_not_read_to_the_end() -> None:
    failure = outcome(lambda connection, _: connection.sendall(answer(b" " * 10_000_000)))
    assert failure.kind is FailureKind.TOO_LARGE


def test_a_merchant_that_never_answers() -> None:
    over = threading.Event()
    failure = outcome(lambda connection, _: over.wait(30), timeout_ms=50)
    over.set()
    assert (failure.kind, failure.text) == (FailureKind.TIMEOUT, "no whole answer within 50 ms")


@pytest.mark.parametrize("handler", [HEADERS, CONTINUES])
def test_one_that_trickles_has_no_more_time_by_that(handler: Handler) -> None:
    failure = outcome(handler, timeout_ms=300)
    assert (failure.kind, failure.text) == (FailureKind.TIMEOUT, "no whole answer within 300 ms")


def test_one_that_breaks_off_does_not_spoil_the_others() -> None:
    turn = iter(range(COUNT))

    def handle(connection: socket.socket, _: bytes) -> None:
        if next(turn):
            connection.sendall(answer(b"{}"))

    with serving(handle) as server:
        arrivals = BurstSender(20_000).send(requests(server.url))
    kinds = [type(arrival.answer) for arrival in arrivals]
    assert kinds.count(WireFailure) == 1
    assert kinds.count(WireAnswer) == COUNT - 1


def test_a_header_that_cannot_be_sent() -> None:
    request = WireRequest("http://127.0.0.1:9/", headers=(("X-A", "b\r\nX-B: c"),), body=b"{}")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        (arrival,) = BurstSender(1000).send([WireRequest(url, headers=request.headers)])
    assert isinstance(arrival.answer, WireFailure)
    assert arrival.answer.kind is FailureKind.REFUSED
    assert arrival.answer.text.startswith("the call cannot be sent: ")


def test_times_count_from_the_release() -> None:
    with serving(lambda connection, _: connection.sendall(answer(b"{}"))) as server:
        arrivals = BurstSender(20_000).send(requests(server.url))
    assert all(0 <= arrival.took <= 20_000 for arrival in arrivals)
