"""Calling the reference merchant in a test: within this process, or as a server of its own."""

from __future__ import annotations

import base64
import itertools
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from backend.app import create_app
from backend.settings import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
KEY = "t3st:key@#%&?^="
MORE: dict[str, str] = {}  # more variables of a process; for a test to replace
"""Holds a colon on purpose: only the first colon of the credentials separates."""

Answer = dict[str, Any]
_numbers = itertools.count(1)


def basic(login: str = "Paycom", key: str = KEY) -> str:
    """The value of an Authorization header."""
    return "Basic " + base64.b64encode(f"{login}:{key}".encode()).decode()


def new_id() -> str:
    """A Payme transaction id that no other test has: 24 hexadecimal digits."""
    return f"{os.getpid():08x}{next(_numbers):016x}"


def new_number() -> str:
    """An order's number that no other test has."""
    return f"photobooth-{os.getpid()}-{next(_numbers)}"


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: int = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now

    def move(self, ms: int) -> None:
        self.now += ms


def envelope(method: object, params: object, id: object = 1) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": id, "method": method, "params": params}


class Calls:
    """The calls that tests make, whoever carries them."""

    def call(self, method: str, params: dict[str, Any]) -> Answer:
        raise NotImplementedError

    def make_order(self, number: str, amount: int) -> dict[str, Any]:
        raise NotImplementedError

    def now(self) -> int:
        raise NotImplementedError

    def order(self, amount: int = 1000) -> str:
        number = new_number()
        self.make_order(number, amount)
        return number

    def result(self, method: str, **params: Any) -> Answer:
        answer = self.call(method, params)
        assert "error" not in answer, answer
        result: Answer = answer["result"]
        return result

    def error(self, method: str, **params: Any) -> Answer:
        answer = self.call(method, params)
        assert "result" not in answer, answer
        error: Answer = answer["error"]
        return error

    def code(self, method: str, **params: Any) -> int:
        code: int = self.error(method, **params)["code"]
        return code

    def creation(self, number: str, **other: Any) -> dict[str, Any]:
        """Params of a CreateTransaction for an order of 1000 sum."""
        return {
            "id": new_id(),
            "time": self.now(),
            "amount": 100_000,
            "account": {"order_id": number},
        } | other

    def created(self, number: str, **other: Any) -> str:
        params = self.creation(number, **other)
        self.result("CreateTransaction", **params)
        payme_id: str = params["id"]
        return payme_id

    def performed(self, number: str, **other: Any) -> str:
        payme_id = self.created(number, **other)
        self.result("PerformTransaction", id=payme_id)
        return payme_id

    def check(self, payme_id: str) -> Answer:
        return self.result("CheckTransaction", id=payme_id)


@dataclass
class Merchant(Calls):
    """The application within this process, with a clock that the test moves."""

    settings: Settings
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.app = create_app(self.settings, self.clock)
        self.client: FlaskClient = self.app.test_client()

    def close(self) -> None:
        self.app.extensions["backend.database"].engine.dispose()

    def now(self) -> int:
        return self.clock.now

    def post(self, document: object, authorization: str | None = None) -> Answer:
        """Send a JSON document, with the right key unless told otherwise."""
        header = basic() if authorization is None else authorization
        return self.raw(json.dumps(document).encode(), Authorization=header)

    def raw(self, body: bytes, **headers: str) -> Answer:
        """Send bytes, with the right key unless told otherwise."""
        sent = {"Authorization": basic(), "Content-Type": "application/json"} | headers
        answer = self.client.post("/payme", data=body, headers=sent)
        assert answer.status_code == 200
        return dict(answer.get_json())

    def call(self, method: str, params: dict[str, Any]) -> Answer:
        return self.post(envelope(method, params))

    def make_order(self, number: str, amount: int) -> dict[str, Any]:
        sent = {"order_id": number, "paymentType": "payme", "amount": amount}
        answer = self.client.post("/api/generate-qr", data=json.dumps(sent))
        assert answer.status_code == 200, answer.text
        return dict(answer.get_json())

    def status(self, number: str) -> dict[str, Any]:
        return dict(self.client.get(f"/api/payment-status/{number}").get_json())

    def log(self) -> list[str]:
        """The log so far, each line without its time."""
        lines = Path(self.settings.log_file).read_text(encoding="utf-8").splitlines()
        return [line.split(" ", 2)[2] for line in lines]


class Server(Calls):
    """The merchant as a process; every thread may call it, each over a connection of its own."""

    def __init__(self, port: int, log_file: Path, process: subprocess.Popen[str]) -> None:
        self.port = port
        self.log_file = log_file
        self.process = process
        self.key = KEY
        self._own = threading.local()

    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def send(
        self, verb: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Answer]:
        """Status and JSON of the answer to one request, with the right key."""
        if not hasattr(self._own, "connection"):
            self._own.connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection: HTTPConnection = self._own.connection
        connection.request(
            verb, path, body, {"Authorization": basic(key=self.key)} | (headers or {})
        )
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    def close(self) -> None:
        """Close this thread's connection."""
        if hasattr(self._own, "connection"):
            self._own.connection.close()
            del self._own.connection

    def call(self, method: str, params: dict[str, Any]) -> Answer:
        status, answer = self.send("POST", "/payme", json.dumps(envelope(method, params)))
        assert status == 200
        return answer

    def make_order(self, number: str, amount: int) -> dict[str, Any]:
        sent = {"order_id": number, "paymentType": "payme", "amount": amount}
        status, answer = self.send("POST", "/api/generate-qr", json.dumps(sent))
        assert status == 200, answer
        return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(folder: Path, *options: str, port: int | None = None) -> subprocess.Popen[str]:
    """`python -m backend` in a folder, its output captured."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PAYME_BACKEND_")}
    return subprocess.Popen(
        [sys.executable, "-m", "backend", "--port", str(port or free_port()), *options],
        cwd=folder,
        env=environ | {"PAYME_BACKEND_KEY": KEY, "PYTHONPATH": str(ROOT)} | MORE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def serving(folder: Path, *options: str, port: int | None = None) -> Iterator[Server]:
    """A server that answers, stopped at the end whatever happened."""
    port = port or free_port()
    process = start(folder, *options, port=port)
    server = Server(port, folder / "photobooth.log", process)
    try:
        ready(server)
        yield server
    finally:
        server.close()
        process.terminate()
        process.communicate(timeout=10)


def listening(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def ready(server: Server) -> None:
    """Wait until it answers."""
    while True:
        try:
            assert server.send("GET", "/healthz") == (200, {"status": "ok"})
        except OSError:
            server.close()
            if server.process.poll() is not None:
                raise AssertionError(server.process.communicate()) from None
            time.sleep(0.01)
        else:
            return
