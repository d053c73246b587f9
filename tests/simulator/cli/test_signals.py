"""Runs that are ended from outside: the merchant is stopped, the reports are there."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence

import pytest

from tests.simulator.caller.servers import closed_port
from tests.simulator.cli.command import BLIND, ROOT, Command

REPORTS = ("--json", "report.json", "--html", "report.html")
SLOW = """
import json, pathlib, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/pay":
            pathlib.Path("called").touch()
            time.sleep(0.3)
        raw = json.dumps({"id": call.get("id"), "result": {"allow": True}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)
    def log_message(self, *args):
        pass

ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


@pytest.mark.parametrize(
    ("signals", "code"),
    [([signal.SIGTERM], 143), ([signal.SIGHUP], 129), ([signal.SIGINT] * 3, 130)],
)
def test_a_run_is_ended(command: Command, signals: Sequence[signal.Signals], code: int) -> None:
    port = closed_port()
    command.write("slow.py", SLOW)
    words = json.dumps([sys.executable, "slow.py", str(port)])
    command.merchant(f"http://127.0.0.1:{port}/pay", f"[process]\ncommand = {words}\n", BLIND)
    called = command.folder / "called"
    with command.start("check", "--only", "check-perform.*", *REPORTS) as process:
        while not called.exists() and process.poll() is None:
            time.sleep(0.02)
        for number in signals:
            process.send_signal(number)
        out, err = process.communicate(timeout=100)
    assert process.returncode == code, err
    assert "Traceback" not in out + err
    assert "interrupted" in out
    data = json.loads((command.folder / "report.json").read_text(encoding="utf-8"))
    assert data["exit_code"] == code
    assert (command.folder / "report.html").exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_one_that_has_hardly_begun(name: str, code: int) -> None:
    """The signal comes while something is still being imported."""
    program = (
        "import signal, sys, types\n"
        "from simulator.__main__ import main\n"
        "class Importing(types.ModuleType):\n"
        "    def __getattr__(self, _):\n"
        f"        signal.raise_signal(signal.{name})\n"
        "sys.modules['simulator.cli.check'] = Importing('check')\n"
        "sys.argv = ['payme-sandbox', 'check']\n"
        "main()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (ran.returncode, ran.stderr.strip()) == (code, "interrupted")
