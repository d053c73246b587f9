"""What becomes of a call: every way in which a merchant can fail to answer has a name."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator

import httpx
import pytest
import respx

from simulator.caller.http import LARGEST_ANSWER, HttpTransport
from simulator.caller.wire import FailureKind, WireAnswer, WireFailure, WireRequest
from tests.simulator.caller.servers import (
    CONTINUES,
    HEADERS,
    Handler,
    answer,
    closed_port,
    serving,
)

URL = "http://127.0.0.1:5000/payme"
REQUEST = WireRequest(URL, headers=(("Content-Type", "application/json"),), body=b'{"id":1}')


@pytest.fixture
def transport() -> Iterator[HttpTransport]:
    with HttpTransport(timeout_ms=10_000) as opened:
        yield opened


def failed(outcome: WireAnswer | WireFailure) -> tuple[FailureKind, str]:
    assert isinstance(outcome, WireFailure)
    return outcome.kind, outcome.text


@respx.mock
def test_an_answer_is_whole(transport: HttpTransport) -> None:
    route = respx.post(URL).respond(201, headers={"X-A": "b"}, content=b"\xff\x00")
    outcome = transport.send(REQUEST)
    assert isinstance(outcome, WireAnswer)
    assert (outcome.status, outcome.body, outcome.header("x-a")) == (201, b"\xff\x00", "b")
    assert outcome.header("X-B") == ""
    sent = route.calls.last.request
    assert (sent.content, sent.headers["content-type"]) == (b'{"id":1}', "application/json")
    assert sent.headers["content-length"] == "8"


@respx.mock
@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (httpx.ConnectTimeout("t"), FailureKind.TIMEOUT, "no whole answer within 10000 ms"),
        (httpx.ReadTimeout("t"), FailureKind.TIMEOUT, "no whole answer within 10000 ms"),
        (httpx.WriteTimeout("t"), FailureKind.TIMEOUT, "no whole answer within 10000 ms"),
        (httpx.PoolTimeout("t"), FailureKind.TIMEOUT, "no whole answer within 10000 ms"),
        (httpx.ConnectError("refused"), FailureKind.REFUSED, "no connection: refused"),
        (httpx.ReadError(""), FailureKind.CLOSED, "broke before an answer came: ReadError"),
        (httpx.WriteError("pipe"), FailureKind.CLOSED, "broke before an answer came: pipe"),
        (
            httpx.RemoteProtocolError("Server disconnected"),
            FailureKind.CLOSED,
            "the merchant closed the connection with no answer",
        ),
        (
            httpx.RemoteProtocolError("illegal status line"),
            FailureKind.NOT_HTTP,
            "the answer is not HTTP: illegal status line",
        ),
        (httpx.DecodingError("bad gzip"), FailureKind.NOT_HTTP, "the answer is not HTTP: bad gzip"),
        (httpx.LocalProtocolError("header"), FailureKind.REFUSED, "cannot be sent: header"),
        (httpx.UnsupportedProtocol("ftp"), FailureKind.REFUSED, "cannot be sent: ftp"),
    ],
)
def test_each_failure_has_its_kind(
    transport: HttpTransport, error: Exception, kind: FailureKind, words: str
) -> None:
    respx.post(URL).mock(side_effect=error)
    found, text = failed(transport.send(REQUEST))
    assert found is kind
    assert text.endswith(words)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(transport: HttpTransport, status: int) -> None:
    with respx.mock(assert_all_called=False) as mocked:
        mocked.post(URL).respond(status, headers={"Location": f"{URL}/"})
        elsewhere = mocked.post(f"{URL}/").respond(200)
        outcome = transport.send(REQUEST)
    assert isinstance(outcome, WireAnswer)
    assert (outcome.status, outcome.header("location")) == (status, f"{URL}/")
    assert not elsewhere.called


@respx.mock
def test_header_values_may_hold_any_letters(transport: HttpTransport) -> None:
    route = respx.post(URL).respond(200)
    transport.send(WireRequest(URL, headers=(("Authorization", "Bearer ключ"),)))
    raw = dict(route.calls.last.request.headers.raw)
    assert raw[b"Authorization"] == "Bearer ключ".encode()


@respx.mock
def test_a_get_has_no_body(transport: HttpTransport) -> None:
    route = respx.get(URL).respond(200)
    transport.send(WireRequest(URL, method="GET"))
    assert "content-length" not in route.calls.last.request.headers


def test_nobody_listens(transport: HttpTransport) -> None:
    kind, text = failed(transport.send(WireRequest(f"http://127.0.0.1:{closed_port()}/")))
    assert kind is FailureKind.REFUSED
    assert text.startswith("no connection: ")


def test_an_address_that_is_none(transport: HttpTransport) -> None:
    kind, _ = failed(transport.send(WireRequest("http://127.0.0.1:99999999/")))
    assert kind is FailureKind.REFUSED


def test_closed_without_a_word(transport: HttpTransport) -> None:
    with serving(lambda connection, _: None) as server:
        kind, text = failed(transport.send(WireRequest(server.url, body=b"{}")))
    assert (kind, text) == (FailureKind.CLOSED, "the merchant closed the connection with no answer")


def test_closed_in_the_middle_of_the_body(transport: HttpTransport) -> None:
    half = answer(b'{"result": {}}')[:-5]
    with serving(lambda connection, _: connection.sendall(half)) as server:
        kind, _ = failed(transport.send(WireRequest(server.url, body=b"{}")))
    assert kind is FailureKind.CLOSED


@pytest.mark.parametrize(
    "garbage", [b"hello\r\n\r\n", b"HTTP/9.9 what\r\n\r\n", b"\x16\x03\x01\x02\x00" * 20]
)
def test_garbage_instead_of_http(transport: HttpTransport, garbage: bytes) -> None:
    with serving(lambda connection, _: connection.sendall(garbage)) as server:
        kind, text = failed(transport.send(WireRequest(server.url, body=b"{}")))
    assert kind is FailureKind.NOT_HTTP
    assert text.startswith("the answer is not HTTP: ")


def test_ten_megabytes_are_not_read_to_the_end(transport: HttpTransport) -> None:
    with serving(lambda connection, _: connection.sendall(answer(b" " * 10_000_000))) as server:
        kind, text = failed(transport.send(WireRequest(server.url, body=b"{}")))
    assert (kind, text) == (FailureKind.TOO_LARGE, "the answer is larger than 1,048,576 bytes")


def test_a_mebibyte_is_not_too_large(transport: HttpTransport) -> None:
    body = b" " * LARGEST_ANSWER
    with serving(lambda connection, _: connection.sendall(answer(body))) as server:
        outcome = transport.send(WireRequest(server.url, body=b"{}"))
    assert isinstance(outcome, WireAnswer)
    assert len(outcome.body) == LARGEST_ANSWER


def test_a_bomb_is_given_up(transport: HttpTransport) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    packed = answer(bomb, "200 OK", "Content-Encoding: gzip")
    with serving(lambda connection, _: connection.sendall(packed)) as server:
        kind, _ = failed(transport.send(WireRequest(server.url, body=b"{}")))
    assert kind is FailureKind.TOO_LARGE


def test_an_answer_that_drips_is_too_slow_as_a_whole() -> None:
    now = 0

    def clock() -> int:
        return now

    def drip(connection: socket.socket, _: bytes) -> None:
        nonlocal now
        connection.sendall(answer(b"x" * 100)[:-99])
        for _round in range(99):
            now += 2000
            connection.sendall(b"x")

    with serving(drip) as server, HttpTransport(10_000, clock) as transport:
        kind, text = failed(transport.send(WireRequest(server.url, body=b"{}")))
    assert (kind, text) == (FailureKind.TIMEOUT, "no whole answer within 10000 ms")


@pytest.mark.parametrize("handler", [HEADERS, CONTINUES])
def test_one_that_trickles_has_no_more_time_by_that(handler: Handler) -> None:
    with serving(handler) as server, HttpTransport(300) as short:
        kind, text = failed(short.send(WireRequest(server.url, body=b"{}")))
    assert (kind, text) == (FailureKind.TIMEOUT, "no whole answer within 300 ms")


def test_one_that_reads_the_call_by_and_by_has_no_more_time_by_that() -> None:
    taken = 0
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def swallow() -> None:
            nonlocal taken
            connection, _ = listener.accept()
            with connection:
                while not over.wait(0.002) and (part := connection.recv(200_000)):
                    taken += len(part)

        reader = threading.Thread(target=swallow)
        reader.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with HttpTransport(300) as short:
            kind, _ = failed(short.send(WireRequest(url, body=b" " * 60_000_000)))
        over.set()
        reader.join()
    assert kind is FailureKind.TIMEOUT
    assert taken < 60_000_000


def test_each_call_on_a_kept_connection_has_its_own_time() -> None:
    now = 0

    def clock() -> int:
        return now

    with serving(_keep_alive) as server, HttpTransport(1000, clock) as transport:
        for _ in range(3):
            assert isinstance(transport.send(WireRequest(server.url, body=b"{}")), WireAnswer)
            now += 900
        assert len(server.requests) == 1
        transport.drop_connections()


def test_a_merchant_that_never_answers() -> None:
    over = threading.Event()

    def hang(connection: socket.socket, _: bytes) -> None:
        over.wait()

    with serving(hang) as server, HttpTransport(50) as short:
        kind, text = failed(short.send(WireRequest(server.url, body=b"{}")))
        over.set()
    assert (kind, text) == (FailureKind.TIMEOUT, "no whole answer within 50 ms")


def _keep_alive(connection: socket.socket, _: bytes) -> None:
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    connection.sendall(whole)
    while connection.recv(65536):
        connection.sendall(whole)


def test_connections_are_kept_until_they_are_dropped(transport: HttpTransport) -> None:
    with serving(_keep_alive) as server:
        request = WireRequest(server.url, body=b"{}")
        for _ in range(3):
            assert isinstance(transport.send(request), WireAnswer)
        assert len(server.requests) == 1
        transport.drop_connections()
        assert isinstance(transport.send(request), WireAnswer)
        assert len(server.requests) == 2
        transport.drop_connections()


def test_a_call_under_way_survives_the_dropping(transport: HttpTransport) -> None:
    arrived, go_on = threading.Event(), threading.Event()

    def late(connection: socket.socket, _: bytes) -> None:
        arrived.set()
        go_on.wait()
        connection.sendall(answer(b"{}"))

    outcomes: list[WireAnswer | WireFailure] = []
    with serving(late) as server:
        request = WireRequest(server.url, body=b"{}")
        call = threading.Thread(target=lambda: outcomes.append(transport.send(request)))
        call.start()
        arrived.wait()
        transport.drop_connections()
        go_on.set()
        call.join()
    (outcome,) = outcomes
    assert isinstance(outcome, WireAnswer)
