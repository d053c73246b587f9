"""`payme-sandbox serve`, as a user starts it and ends it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.cli.command import Command

PATIENCE_S = 60


def _ask(url: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        return json.load(answer)


def _addresses(process: subprocess.Popen[str]) -> dict[str, str]:
    """What it prints once it is ready: one line an address."""
    assert process.stdout is not None
    lines = [process.stdout.readline().split(maxsplit=1) for _ in range(4)]
    assert all(len(line) == 2 for line in lines), (lines, process.communicate())
    return {name: url.strip() for name, url in lines}


def test_a_payment_of_the_reference_shop(command: Command) -> None:
    """Started with nothing, it has a merchant; what it did is there at the next start."""
    with command.start("serve", "--port", "0") as process:
        try:
            urls = _addresses(process)
            control = urls["sandbox"] + "control"
            order = _ask(f"{control}/orders", {})
            begun = _ask(
                f"{control}/payments", {"amount": order["amount"], "account": order["account"]}
            )
            assert begun["allowed"], begun
            paid = _ask(f"{control}/payments/{begun['id']}/pay", {"wait_ms": 30_000})
            assert paid["state"] == 4, paid
            books = _ask(f"{control}/kassas/{begun['kassa_id']}/books")
            assert (books["differing"], books["has_database"]) == (0, True)
            assert [line["verdict"] for line in books["lines"]] == ["agrees"]
            aged = _ask(f"{control}/payments/{begun['id']}/age", {"by_ms": 1000})
            assert aged["payme_time"] == paid["payme_time"] - 1000
            assert _ask(f"{control}/clock", {"advance_ms": 1000})["shift_ms"] == 1000
        finally:
            process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    merchant = urls["merchant"].split("/")[2]
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(merchant.partition(":")[2]))) != 0
    with command.start("serve", "--port", "0") as process:
        try:
            urls = _addresses(process)
            kept = _ask(f"{urls['sandbox']}control/payments")["payments"]
            assert [one["state"] for one in kept] == [4]
            books = _ask(f"{urls['sandbox']}control/kassas/{kept[0]['kassa_id']}/books")
            assert books["differing"] == 0
        finally:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 143


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--host", "0.0.0.0"], "can be reached by others"),
        (["--memory", "--database", "x.db"], "leave one out"),
        (["--reference", "one-time", "--url", "http://127.0.0.1:1/"], "leave out --config"),
        (["--config", "nowhere.toml"], "there is no such file"),
        (["--host", "no.such.host.invalid", "--password", "x"], "cannot listen at"),
    ],
    ids=str,
)
def test_what_cannot_be_served(command: Command, words: list[str], says: str) -> None:
    ran = command.within("serve", "--port", "0", *words)
    assert ran.code == 2
    assert says in ran.err
    assert ran.out == ""


def test_a_port_in_use(command: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ran = command.within("serve", "--port", port)
    assert ran.code == 2
    assert f"cannot listen at 127.0.0.1:{port}" in ran.err


def test_a_file_that_another_one_uses(command: Command, tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("no database", encoding="utf-8")
    ran = command("serve", "--port", "0", "--database", "x.db")
    assert ran.code == 2
    assert "x.db cannot be used as the server's database" in ran.err
