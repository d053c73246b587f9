"""Whoever started the reference merchant is killed outright: the merchant ends by itself."""

from __future__ import annotations

import json
import sys
import time
from urllib.parse import urlsplit

import pytest

from tests.backend.merchant import listening
from tests.simulator.caller.servers import closed_port
from tests.simulator.cli.command import BLIND, Command

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
SLOW_ORDERS = """\
import pathlib, time
pathlib.Path("asked").touch()
while not pathlib.Path("over").exists():
    time.sleep(0.05)
"""


def test_no_shop_outlives_a_server_that_was_killed(command: Command) -> None:
    with command.start("serve", "--memory", "--port", "0") as process:
        assert process.stdout is not None
        said = dict(process.stdout.readline().split(maxsplit=1) for _ in range(5))
        port = urlsplit(said["shop"].strip()).port
        assert port is not None
        assert listening(port), said
        process.kill()
    while listening(port):
        time.sleep(0.02)


def test_nor_do_its_workers(command: Command) -> None:
    """A run of `check` that is killed while an order is made."""
    port = closed_port()
    merchant = [sys.executable, "-m", "backend", "--port", str(port), "--workers", "2"]
    command.variables["PAYME_BACKEND_KEY"] = "key"
    command.merchant(
        f"http://127.0.0.1:{port}/payme",
        f'[process]\ncommand = {json.dumps(merchant)}\nready_url = "http://127.0.0.1:{port}/healthz"',
        BLIND,
    )
    text = (command.folder / "payme-sandbox.toml").read_text(encoding="utf-8")
    command.write("order.py", SLOW_ORDERS)
    orders = json.dumps([sys.executable, "order.py"])
    command.write(
        "payme-sandbox.toml",
        text.partition("[orders.http]")[0] + f"[orders.command]\nrun = {orders}\n",
    )
    with command.start("check", "--only", "create.works") as process:
        while not (command.folder / "asked").exists():
            assert process.poll() is None, process.communicate()
            time.sleep(0.02)
        assert listening(port)
        process.kill()
    (command.folder / "over").touch()
    while listening(port):
        time.sleep(0.02)
