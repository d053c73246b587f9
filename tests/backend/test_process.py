"""The merchant as a process: it starts, keeps its state, stops with its children, and explains."""

from __future__ import annotations

import signal
import socket
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.backend.merchant import Server, basic, free_port, listening, serving, start

SERVERS = ["granian", "gunicorn", "werkzeug"]


def said(folder: Path, *options: str, port: int | None = None) -> tuple[int, str]:
    """The exit code and standard error of a start that fails."""
    process = start(folder, *options, port=port)
    out, err = process.communicate(timeout=20)
    assert out == ""
    assert "Traceback" not in err
    return process.returncode, err


def stop(server: Server, number: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
    """Exit code and output of a server that was told to stop, once nobody answers any more."""
    server.process.send_signal(number)
    out, err = server.process.communicate(timeout=10)
    while listening(server.port):
        time.sleep(0.01)
    return server.process.returncode, out, err


@pytest.mark.parametrize("kind", SERVERS)
def test_each_server_pays_an_order_and_stops_quietly(tmp_path: Path, kind: str) -> None:
    with serving(tmp_path, "--server", kind) as server:
        payme_id = server.performed(server.order())
        assert server.check(payme_id)["state"] == 2
        assert server.code("PerformTransaction", id="0" * 24) == -31003
        assert stop(server) == (0, "", "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_every_worker(tmp_path: Path, number: signal.Signals) -> None:
    with serving(tmp_path, "--workers", "2") as server:
        server.performed(server.order())
        assert stop(server, number) == (0, "", "")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_no_worker_outlives_a_killed_server(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, "--workers", "2", port=port) as server:
        payme_id = server.performed(server.order())
        stop(server, signal.SIGKILL)
    with serving(tmp_path, port=port) as server:
        assert server.check(payme_id)["state"] == 2


def test_a_restart_keeps_every_transaction_and_order(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        number = server.order()
        params = server.creation(number)
        created = server.result("CreateTransaction", **params)
        paid = server.performed(server.order())
        before = server.result("GetStatement", **{"from": 0, "to": 2**50})
    with serving(tmp_path) as server:
        assert server.result("GetStatement", **{"from": 0, "to": 2**50}) == before
        assert server.result("CreateTransaction", **params) == created
        assert server.code("CreateTransaction", **server.creation(number)) == -31052
        assert server.check(paid)["state"] == 2


def test_options_reach_the_workers(tmp_path: Path) -> None:
    options = ["--profile", "docs", "--no-refunds", "--database", "sqlite:///other.db"]
    with serving(tmp_path, *options, "--log", "photobooth.log", "--log-level", "INFO") as server:
        number = server.order()
        payme_id = server.created(number)
        assert server.code("CreateTransaction", **server.creation(number)) == -31008
        server.result("PerformTransaction", id=payme_id)
        assert server.code("CancelTransaction", id=payme_id, reason=5) == -31007
        assert server.log_file.read_text(encoding="utf-8") == ""
        assert (tmp_path / "other.db").exists()


def test_an_accumulating_merchant_with_limits(tmp_path: Path) -> None:
    options = ["--account-type", "accumulating", "--min", "100000", "--max", "200000"]
    with serving(tmp_path, *options) as server:
        number = server.order()
        assert server.created(number) != server.created(number)
        assert server.code("CreateTransaction", **server.creation(number, amount=200_001)) == -31001


def test_the_log_is_written_before_the_answer_leaves(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        for _ in range(20):
            number = server.order()
            payme_id = server.performed(number)
            last = server.log_file.read_text(encoding="utf-8").splitlines()[-2:]
            assert last[0].endswith(f"DEBUG: PerformTransaction transaction_id={payme_id}")
            assert last[1].endswith(f"DEBUG: Payment success for order_id={number}")


def test_a_huge_body_is_answered_and_the_server_lives(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        status, answer = server.send("POST", "/payme", b"x" * 10_000_000)
        assert (status, answer["error"]["code"]) == (200, -32700)
        assert server.performed(server.order())


def test_chunked_bodies_and_doubled_headers(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        body = b'{"id": 1, "method": "GetStatement", "params": {"from": 0, "to": 1}}'
        _, answer = server.send("POST", "/payme", iter([body[:9], body[9:]]))
        assert answer["result"] == {"transactions": []}
        headers = [("Authorization", basic(key="x")), ("Authorization", basic())]
        url = f"http://127.0.0.1:{server.port}/payme"
        doubled = httpx.post(url, content=body, headers=headers, trust_env=False)
        assert doubled.json()["error"]["code"] == -32504


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, err = said(tmp_path, port=port)
    assert code == 1
    assert f"127.0.0.1:{port}" in err
    assert "--port" in err


def test_a_second_server_at_the_port_is_refused(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, port=port):
        code, err = said(tmp_path, port=port)
    assert (code, "cannot listen" in err) == (1, True)


def test_the_key_may_come_from_another_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_KEY", "other key")
    with serving(tmp_path, "--key-env", "SHOP_KEY") as server:
        assert server.code("CheckTransaction", id="a") == -32504
        server.key = "other key"
        assert server.code("CheckTransaction", id="a") == -31003
