"""Starting, watching and stopping real merchants."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from simulator.config.log import LogConfig
from simulator.config.models import ProcessConfig
from simulator.observers.groups import Child
from simulator.observers.log import open_log
from simulator.observers.log_lines import Mark
from simulator.observers.process import MerchantProcess, ProcessDied, ProcessError

SERVER = """
import os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        print("GET", self.path)
        ready = self.path == "/ready"
        self.send_response(200 if ready else 503)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *args):
        pass

print("starting", os.environ.get("SHOP"), os.getcwd())
print("warning", file=sys.stderr)
HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""

Start = Callable[..., MerchantProcess]


@pytest.fixture
def port() -> int:
    """A port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        number: int = free.getsockname()[1]
        return number


@pytest.fixture
def merchant(port: int, tmp_path: Path) -> Iterator[Start]:
    """Describe a process; it is closed after the test."""
    made: list[MerchantProcess] = []

    def describe(
        code: str = SERVER,
        command: list[str] | None = None,
        ready: str | None = None,
        environ: Mapping[str, str] | None = None,
        cwd: Path = tmp_path,
        **more: Any,
    ) -> MerchantProcess:
        config = ProcessConfig.model_validate(
            {
                "command": command or [sys.executable, "-c", code],
                "cwd": cwd,
                "env": {"PORT": str(port), "SHOP": "booth"},
                "ready_url": f"http://127.0.0.1:{port}{ready}" if ready else None,
            }
        )
        url = f"http://127.0.0.1:{port}/payme"
        made.append(MerchantProcess(config, url, environ=environ, **more))
        return made[-1]

    yield describe
    for process in made:
        process.close()


def running(pid: int) -> bool:
    """Whether that process runs; one that nobody has waited for yet has ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize("ready", [None, "/ready"])
def test_a_merchant_starts_becomes_ready_and_stops(
    merchant: Start, port: int, ready: str | None, tmp_path: Path
) -> None:
    process = merchant(ready=ready)
    assert not process.alive()
    process.start()
    process.wait_ready(30)
    assert process.alive()
    assert process.died() is None
    assert f"starting booth {tmp_path}" in process.tail()
    assert "warning" in process.tail()
    process.stop()
    assert not process.alive()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=1)
    assert "starting" in process.tail()
    process.stop()


TRICKLES = """
import os, socket, time
listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
listener.settimeout(60)
while True:
    connection, _ = listener.accept()
    try:
        connection.sendall(b"HTTP/1.1 200 OK\\r\\n")
        for _ in range(80):
            connection.sendall(b"X-A: b\\r\\n")
            time.sleep(0.05)
        connection.sendall(b"Content-Length: 0\\r\\n\\r\\n")
    except OSError:
        pass
"""


def test_one_that_trickles_at_its_ready_url_is_not_ready(merchant: Start) -> None:
    process = merchant(TRICKLES, ready="/ready")
    process.start()
    merchant(TRICKLES).wait_ready(30)  # its port answers
    with pytest.raises(ProcessError, match=r"not ready after 0.1 s: .*(timed out|had its time)"):
        process.wait_ready(0.1)


def test_it_can_be_started_again_into_the_same_output(merchant: Start) -> None:
    process = merchant()
    for _ in range(2):
        process.start()
        process.wait_ready(30)
        process.stop()
    assert process.tail().count("starting booth") == 2


def test_its_output_is_a_log(merchant: Start) -> None:
    process = merchant(ready="/ready")
    process.start()
    process.wait_ready(30)
    log = open_log(LogConfig(output=True), process.output)
    assert "output:1 starting booth" in [f"{li.place} {li.text[:14]}" for li in log.since(Mark(0))]
    log.close()


def test_a_busy_port_is_somebody_elses(merchant: Start, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        process = merchant()
        with pytest.raises(ProcessError) as caught:
            process.start()
    assert f"something already answers at http://127.0.0.1:{port}/payme" in str(caught.value)
    assert "stop it, or remove [process]" in str(caught.value)
    assert not process.alive()


def test_a_merchant_that_dies_early_shows_its_last_words(merchant: Start) -> None:
    code = "for n in range(30): print('line', n)\nraise SystemExit(7)"
    process = merchant(code)
    process.start()
    with pytest.raises(ProcessDied) as caught:
        process.wait_ready(30)
    text = str(caught.value)
    assert caught.value.code == 7
    assert "ended before it was ready with exit code 7; it printed:" in text
    assert text.splitlines()[1:] == [f"line {n}" for n in range(10, 30)]
    assert process.died() is not None


def test_a_command_that_goes_to_the_background_cannot_be_watched(merchant: Start) -> None:
    process = merchant("print('started in the background')")
    process.start()
    with pytest.raises(ProcessDied, match="goes to the background cannot be watched"):
        process.wait_ready(30)


def test_a_killed_merchant_says_by_which_signal(merchant: Start) -> None:
    process = merchant("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    process.start()
    with pytest.raises(ProcessDied, match="with signal 9; it printed:\n\\(nothing\\)"):
        process.wait_ready(30)


@pytest.mark.parametrize(
    ("code", "ready", "words"),
    [
        ("import time; print('hm'); time.sleep(60)", None, "nothing answers at http://127.0.0.1"),
        (SERVER, "/other", "/other answers HTTP 503"),
        ("import time; time.sleep(60)", "/ready", "/ready: "),
    ],
)
def test_a_merchant_that_is_never_ready(
    merchant: Start, code: str, ready: str | None, words: str
) -> None:
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        time.sleep(0.001)

    process = merchant(code, ready=ready, clock=lambda: now, sleep=sleep)
    process.start()
    with pytest.raises(ProcessError) as caught:
        process.wait_ready(5)
    assert "not ready after 5 s: " in str(caught.value)
    assert words in str(caught.value)
    assert "--wait" in str(caught.value)


def test_a_command_that_is_not_there(merchant: Start, tmp_path: Path) -> None:
    with pytest.raises(ProcessError, match="no-such-program was not found; write its full path"):
        merchant(command=["no-such-program"]).start()
    (tmp_path / "plain").write_text("no program")
    with pytest.raises(ProcessError, match="cannot be started: Permission denied"):
        merchant(command=["./plain"]).start()
    with pytest.raises(ProcessError, match=r"nowhere is not a folder; it is relative to the"):
        merchant(cwd=tmp_path / "nowhere").start()


def test_a_folder_of_path_that_may_not_be_entered(merchant: Start) -> None:
    def denied(*_: object) -> Child:
        raise PermissionError(errno.EACCES, "Permission denied")

    with pytest.raises(ProcessError, match="no-such-program was not found; write its full path"):
        merchant(command=["no-such-program"], spawn=denied).start()


def test_a_program_beside_cwd_is_found(merchant: Start, tmp_path: Path) -> None:
    script = tmp_path / "run.sh"
    script.write_text("#!/bin/sh\necho started by $0; exit 3\n")
    script.chmod(0o755)
    process = merchant(command=["./run.sh"])
    process.start()
    with pytest.raises(ProcessDied, match=r"exit code 3; it printed:\nstarted by ./run.sh"):
        process.wait_ready(30)


def test_the_environment_is_ours_with_theirs_on_top(merchant: Start) -> None:
    code = "import os; print(sorted(k for k in os.environ if k[0] in 'PS'), os.environ['SHOP'])"
    process = merchant(code, environ={"SHOP": "other", "PATH": os.environ["PATH"]})
    process.start()
    with pytest.raises(ProcessDied, match=r"'PATH', 'PORT', 'PYTHONUNBUFFERED', 'SHOP'\] booth"):
        process.wait_ready(30)


def test_workers_and_deaf_ones_are_stopped_too(merchant: Start, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = (
        "import os, signal, subprocess, sys\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "worker = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{worker.pid}}')\n" + SERVER
    )
    process = merchant(code, grace=0.01)
    process.start()
    process.wait_ready(30)
    head, worker = map(int, pids.read_text().split())
    assert running(head)
    assert running(worker)
    process.stop()
    assert not running(head)
    while running(worker):  # the kernel needs a moment to bury it
        time.sleep(0.001)


def test_a_killed_merchant_gets_no_warning_and_takes_its_children_along(
    merchant: Start, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    worker = "import os, time; os.setsid(); print(os.getpid(), flush=True); time.sleep(600)"
    code = (
        "import os, signal, subprocess, sys\n"
        "signal.signal(signal.SIGTERM, lambda *_: print('was warned', flush=True))\n"
        f"worker = subprocess.Popen([sys.executable, '-c', {worker!r}], stdout=subprocess.PIPE)\n"
        "worker.stdout.readline()\n"  # by now it has left the group
        f"open({str(pids)!r}, 'a').write(f'{{os.getpid()}} {{worker.pid}} ')\n" + SERVER
    )
    process = merchant(code)
    process.start()
    process.wait_ready(30)
    process.kill()
    head, worker_pid = map(int, pids.read_text().split())
    assert not running(head)
    while running(worker_pid):
        time.sleep(0.001)
    assert process.died() is None
    process.start_again(30)
    assert process.alive()
    assert "was warned" not in process.tail()
    assert process.tail().count("starting booth") == 2
    process.kill()  # its child has left the group, where a gentle stop does not reach


def test_one_that_cannot_start_at_once_is_tried_again(merchant: Start, tmp_path: Path) -> None:
    left = tmp_path / "left"
    left.write_text("xx")
    code = (
        f"left = open({str(left)!r}).read()\n"
        f"open({str(left)!r}, 'w').write(left[1:])\n"
        "if left: raise SystemExit(3)\n" + SERVER
    )
    process = merchant(code, sleep=lambda _: time.sleep(0.001))
    process.start_again(30)
    assert process.alive()
    assert left.read_text() == ""


def test_one_that_never_starts_again_is_given_up(merchant: Start) -> None:
    process = merchant("print('once more')\nraise SystemExit(3)")
    told = "it did not come up within 1 s; at last: .*with exit code 3"
    with pytest.raises(ProcessDied, match=told):
        process.start_again(1)
    assert process.tail().count("once more") > 1
    assert not process.alive()


def test_workers_of_a_merchant_that_died_are_stopped(merchant: Start, tmp_path: Path) -> None:
    pids = tmp_path / "pid"
    code = (
        "import subprocess, sys\n"
        "worker = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(pids)!r}, 'w').write(str(worker.pid))\n"
    )
    process = merchant(code)
    process.start()
    with pytest.raises(ProcessDied):
        process.wait_ready(30)
    worker = int(pids.read_text())
    assert running(worker)
    process.stop()
    while running(worker):
        time.sleep(0.001)


def test_the_block_ends_it_whatever_happens(merchant: Start) -> None:
    def interrupted() -> None:
        with process:
            process.start()
            process.wait_ready(30)
            raise KeyboardInterrupt

    process = merchant()
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not process.alive()


def test_it_does_not_outlive_a_tool_that_forgets_it(port: int, tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from simulator.config.models import ProcessConfig\n"
        "from simulator.observers.process import MerchantProcess\n"
        "config = ProcessConfig(command=(sys.executable, '-c', 'import time; time.sleep(600)'))\n"
        f"process = MerchantProcess(config, 'http://127.0.0.1:{port}/')\n"
        "process.start()\n"
        "print(process._process.pid, flush=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    pid = int(done.stdout)
    while running(pid):
        time.sleep(0.001)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIG_DFL)
