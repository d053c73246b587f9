"""Faults against real servers: what the merchant gets, what it notices, what comes of it."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable

import pytest

from simulator.caller.faults import Fault, FaultKind
from simulator.caller.faulty import FaultSender
from simulator.caller.wire import FailureKind, WireAnswer, WireFailure, WireRequest
from tests.simulator.caller.servers import (
    CONTINUES,
    HEADERS,
    answer,
    closed_port,
    serving,
    trickling,
)

BODY = b'{"jsonrpc":"2.0","id":1,"method":"PerformTransaction","params":{"id":"a"}}'
REPLY = answer(b'{"jsonrpc":"2.0","id":1,"result":{}}')
Handler = Callable[[socket.socket, bytes], None]


class Met:
    """What one faulty call met: the server's view of it, and ours."""

    def __init__(
        self, fault: Fault, handler: Handler | None = None, timeout_ms: int = 20_000
    ) -> None:
        self.noticed: list[bytes] = []
        self.over = threading.Event()
        self.slept: list[float] = []

        def handle(connection: socket.socket, request: bytes) -> None:
            try:
                (handler or self.reply)(connection, request)
            finally:
                self.over.set()

        request = WireRequest("", headers=(("Content-Type", "text/json"),), body=BODY)
        with serving(handle) as server:
            request = WireRequest(server.url, headers=request.headers, body=BODY)
            self.outcome = FaultSender(timeout_ms, self.slept.append).send(request, fault)
            assert self.over.wait(20)
            self.requests = list(server.requests)

    def reply(self, connection: socket.socket, request: bytes) -> None:
        """Answer, and notice how the caller leaves."""
        connection.sendall(REPLY)
        try:
            self.noticed.append(connection.recv(1))
        except ConnectionResetError:
            self.noticed.append(b"reset")

    @property
    def body(self) -> bytes:
        return self.requests[0].partition(b"\r\n\r\n")[2]

    @property
    def head(self) -> bytes:
        return self.requests[0].partition(b"\r\n\r\n")[0]


@pytest.mark.parametrize("kind", [FaultKind.DROP_REPLY, FaultKind.HANG_UP, FaultKind.RESET_REPLY])
def test_the_merchant_gets_all_and_we_hear_nothing(kind: FaultKind) -> None:
    met = Met(Fault(kind))
    assert met.body == BODY
    assert isinstance(met.outcome, WireFailure)
    assert met.outcome.kind is FailureKind.INJECTED
    assert met.outcome.text.endswith("on purpose")


def test_a_reply_that_is_cut_ends_in_a_reset() -> None:
    assert Met(Fault(FaultKind.RESET_REPLY, after=5)).noticed == [b"reset"]


def test_who_is_hung_up_on_can_see_it_before_the_answer() -> None:
    seen: list[bytes] = []

    def look(connection: socket.socket, request: bytes) -> None:
        seen.append(connection.recv(1))
        connection.sendall(REPLY)

    Met(Fault(FaultKind.HANG_UP), look)
    assert seen == [b""]


@pytest.mark.parametrize("kind", [FaultKind.DROP_REPLY, FaultKind.HANG_UP, FaultKind.RESET_REPLY])
def test_silence_is_the_merchants_own(kind: FaultKind) -> None:
    over = threading.Event()

    def wait(connection: socket.socket, request: bytes) -> None:
        over.wait(20)

    with serving(wait) as server:
        outcome = FaultSender(50).send(WireRequest(server.url, body=BODY), Fault(kind))
        over.set()
    assert outcome == WireFailure(FailureKind.TIMEOUT, "no whole answer within 50 ms")


@pytest.mark.parametrize(
    ("fault", "handler"),
    [
        (Fault(FaultKind.RESET_REPLY, after=50), trickling(b"H")),
        (Fault(FaultKind.CONTENT_TYPE), HEADERS),
        (Fault(FaultKind.CONTENT_TYPE), CONTINUES),
    ],
)
def test_one_that_trickles_has_no_more_time_by_that(fault: Fault, handler: Handler) -> None:
    with serving(handler) as server:
        outcome = FaultSender(300).send(WireRequest(server.url, body=BODY), fault)
    assert outcome == WireFailure(FailureKind.TIMEOUT, "no whole answer within 300 ms")


def test_hanging_up_without_an_answer_is_the_merchants_own() -> None:
    met = Met(Fault(FaultKind.DROP_REPLY), lambda connection, _: None)
    assert isinstance(met.outcome, WireFailure)
    assert met.outcome.kind is FailureKind.CLOSED


@pytest.mark.parametrize(("missing", "left"), [(0, BODY[: -(len(BODY) // 2)]), (2, BODY[:-2])])
def test_the_rest_of_the_body_never_comes(missing: int, left: bytes) -> None:
    met = Met(Fault(FaultKind.HALF_BODY, missing=missing), lambda connection, _: None)
    assert met.body == left
    assert f"Content-Length: {len(BODY)}".encode() in met.head
    assert isinstance(met.outcome, WireFailure)
    assert met.outcome.kind is FailureKind.INJECTED
    assert "broken off on purpose" in met.outcome.text


def test_what_is_said_to_half_a_body_is_heard() -> None:
    met = Met(Fault(FaultKind.HALF_BODY))
    assert isinstance(met.outcome, WireAnswer)


def test_a_slow_call_is_whole_in_the_end_and_its_answer_is_read() -> None:
    met = Met(Fault(FaultKind.SLOW_REQUEST, piece=30, pause_ms=7))
    assert met.body == BODY
    assert isinstance(met.outcome, WireAnswer)
    assert set(met.slept) == {0.007}
    assert len(met.slept) == -(-len(BODY) // 30)


def test_another_content_type_takes_the_place_of_the_right_one() -> None:
    met = Met(Fault(FaultKind.CONTENT_TYPE, type="text/csv"))
    assert met.head.lower().count(b"content-type:") == 1
    assert b"text/csv" in met.head


def test_an_oversized_call_is_the_same_call_with_padding() -> None:
    sent = json.loads(Met(Fault(FaultKind.OVERSIZED, size=300_000)).body)
    assert len(sent.pop("padding")) == 300_000
    assert sent == json.loads(BODY)


def test_a_nested_call_is_the_same_call_with_arrays_in_arrays() -> None:
    sent = json.loads(Met(Fault(FaultKind.NESTED, depth=50)).body)
    assert str(sent.pop("padding")).count("[") == 50
    assert sent == json.loads(BODY)


def test_a_flood_of_headers() -> None:
    met = Met(Fault(FaultKind.HEADER_FLOOD, count=200, size=10))
    assert met.head.lower().count(b"\r\nx-flood-") == 200
    assert met.body == BODY


def test_who_refuses_a_long_call_need_not_read_it() -> None:
    """The refusal is read although the call was not sent to its end."""
    refusal = answer(b"", "413 Content Too Large")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        may_leave = threading.Event()

        def refuse() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(refusal)
                may_leave.wait(20)

        thread = threading.Thread(target=refuse)
        thread.start()
        fault = Fault(FaultKind.OVERSIZED, size=30_000_000)
        outcome = FaultSender(20_000).send(WireRequest(url, body=BODY), fault)
        may_leave.set()
        thread.join()
    assert isinstance(outcome, WireAnswer)
    assert outcome.status == 413


def test_nobody_there() -> None:
    request = WireRequest(f"http://127.0.0.1:{closed_port()}/", body=BODY)
    outcome = FaultSender(1000).send(request, Fault(FaultKind.DROP_REPLY))
    assert isinstance(outcome, WireFailure)
    assert outcome.kind is FailureKind.REFUSED


def test_a_header_that_cannot_be_sent() -> None:
    request = WireRequest("http://127.0.0.1:9/", headers=(("X-A", "b\r\nX-B: c"),), body=BODY)
    outcome = FaultSender(1000).send(request, Fault(FaultKind.DROP_REPLY))
    assert isinstance(outcome, WireFailure)
    assert outcome.text.startswith("the call cannot be sent: ")


@pytest.mark.parametrize("kind", list(FaultKind))
def test_every_fault_is_told_in_words(kind: FaultKind) -> None:
    words = Fault(kind).words(len(BODY))
    assert words.startswith(f"fault: {kind.value}: ")
