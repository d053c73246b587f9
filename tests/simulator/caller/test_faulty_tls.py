"""Faults over https: the same as over http, but that half a body is answered to nobody."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from simulator.caller.faults import Fault, FaultKind
from simulator.caller.faulty import FaultSender
from simulator.caller.http import HttpTransport
from simulator.caller.wire import FailureKind, WireAnswer, WireFailure, WireRequest
from tests.simulator.caller.servers import (
    HEADERS,
    Handler,
    answer,
    closed_port,
    whole_request,
)

BODY = b'{"jsonrpc":"2.0","id":1,"method":"PerformTransaction","params":{"id":"a"}}'
pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl")


@dataclass
class Served:
    """One https call, answered; `body` is what came of it."""

    port: int = 0
    body: bytes = b""
    over: threading.Event = field(default_factory=threading.Event)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate of 127.0.0.1, in one file."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(path), "-out", f"{path}.crt"),
        ],
        check=True,
        capture_output=True,
    )
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


def _reply(connection: socket.socket, _: bytes) -> None:
    connection.sendall(answer(b"{}"))


@contextmanager
def serving(certificate: Path, reply: Handler = _reply) -> Iterator[Served]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    served = Served()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        served.port = listener.getsockname()[1]

        def one() -> None:
            connection, _ = listener.accept()
            try:
                with context.wrap_socket(connection, server_side=True) as secure:
                    secure.settimeout(20)
                    request = whole_request(secure)
                    served.body = request.partition(b"\r\n\r\n")[2]
                    reply(secure, request)
            except OSError:
                pass  # the caller has left, which is what is tested
            finally:
                served.over.set()

        thread = threading.Thread(target=one)
        thread.start()
        yield served
        thread.join()


def met(
    fault: Fault, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[bytes, WireAnswer | WireFailure]:
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
    with serving(certificate) as served:
        request = WireRequest(f"https://127.0.0.1:{served.port}/", body=BODY)
        outcome = FaultSender(20_000, lambda _: None).send(request, fault)
        assert served.over.wait(20)
    return served.body, outcome


@pytest.mark.parametrize("kind", [FaultKind.DROP_REPLY, FaultKind.HANG_UP, FaultKind.RESET_REPLY])
def test_the_merchant_gets_all_and_we_hear_nothing(
    kind: FaultKind, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body, outcome = met(Fault(kind), certificate, monkeypatch)
    assert body == BODY
    assert isinstance(outcome, WireFailure)
    assert outcome.kind is FailureKind.INJECTED


def test_one_that_trickles_after_we_hung_up_is_too_slow(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
    with serving(certificate, HEADERS) as served:
        request = WireRequest(f"https://127.0.0.1:{served.port}/", body=BODY)
        outcome = FaultSender(300).send(request, Fault(FaultKind.HANG_UP))
    assert outcome == WireFailure(FailureKind.TIMEOUT, "no whole answer within 300 ms")


@pytest.mark.parametrize("reply", [_reply, HEADERS])
def test_the_time_limit_of_an_ordinary_call(
    reply: Handler, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusting = ssl.create_default_context(cafile=f"{certificate}.crt")
    monkeypatch.setattr(httpx, "create_ssl_context", lambda **_: trusting)
    with serving(certificate, reply) as served, HttpTransport(1000) as transport:
        outcome = transport.send(WireRequest(f"https://127.0.0.1:{served.port}/", body=BODY))
    if reply is HEADERS:
        assert outcome == WireFailure(FailureKind.TIMEOUT, "no whole answer within 1000 ms")
    else:
        assert isinstance(outcome, WireAnswer)


def test_half_a_body(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body, outcome = met(Fault(FaultKind.HALF_BODY, missing=2), certificate, monkeypatch)
    assert body in (BODY[:-2], b"")  # TLS may tell of the end before the rest was read
    assert outcome == WireFailure(FailureKind.INJECTED, "the call was broken off on purpose")


@pytest.mark.parametrize("kind", [FaultKind.SLOW_REQUEST, FaultKind.OVERSIZED])
def test_what_is_sent_whole_is_answered(
    kind: FaultKind, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body, outcome = met(Fault(kind), certificate, monkeypatch)
    assert body.startswith(BODY[:-1])
    assert isinstance(outcome, WireAnswer)
    assert (outcome.status, outcome.body) == (200, b"{}")


def test_a_certificate_that_nobody_vouches_for(certificate: Path) -> None:
    with serving(certificate) as served:
        request = WireRequest(f"https://127.0.0.1:{served.port}/", body=BODY)
        outcome = FaultSender(20_000).send(request, Fault(FaultKind.DROP_REPLY))
        assert served.over.wait(20)
    assert isinstance(outcome, WireFailure)
    assert outcome.kind is FailureKind.REFUSED
    assert "certificate" in outcome.text


def test_nobody_there() -> None:
    request = WireRequest(f"https://127.0.0.1:{closed_port()}/", body=BODY)
    outcome = FaultSender(1000).send(request, Fault(FaultKind.DROP_REPLY))
    assert isinstance(outcome, WireFailure)
    assert outcome.kind is FailureKind.REFUSED
