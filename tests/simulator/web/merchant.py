"""A merchant on a port of its own, right unless a test plans otherwise for its next calls."""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "kassa:key-of-36@#%&?^=-characters-1"
PRICE = 100_000

Answer = dict[str, Any]


def error(code: int, message: object = "no", data: object = None) -> Answer:
    return {"error": {"code": code, "message": message, "data": data}}


def result(**members: Any) -> Answer:
    return {"result": members}


class Merchant:
    """Orders cost PRICE. `plan` gives the next answers to a method; the rest are right.

    A plan is an answer, `silent` (obeyed, and hung up on before the answer), `deaf` (hung up on
    before it was obeyed), `hang` (obeyed, and nothing more), a number (obeyed, and answered with
    that HTTP status), or text (obeyed, and answered with that instead of JSON; a lone surrogate in
    it is a byte that is no UTF-8).
    """

    def __init__(self) -> None:
        self.plans: defaultdict[str, deque[Any]] = defaultdict(deque)
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.transactions: dict[str, dict[str, Any]] = {}
        self.shift_ms = 0
        self.url = ""
        self.headers: dict[str, str] = {}  # sent with each answer
        self.lock = threading.Lock()

    def plan(self, method: str, *answers: Any) -> None:
        self.plans[method].extend(answers)

    def sent(self, method: str) -> list[dict[str, Any]]:
        """The params of every call of that method."""
        return [params for name, params in self.calls if name == method]

    def state(self, payme_id: str) -> int | None:
        known = self.transactions.get(payme_id)
        return known["state"] if known else None

    def obey(self, method: str, params: dict[str, Any]) -> Answer:
        return getattr(self, method)(params)  # type: ignore[no-any-return]

    def CheckPerformTransaction(self, params: dict[str, Any]) -> Answer:
        if params["amount"] != PRICE:
            return error(-31001)
        number = str(params["account"].get("order_id"))
        if number.startswith("none"):
            return error(-31050, {"ru": "нет", "uz": "yo'q", "en": "none"}, "order_id")
        if any(t["account"] == params["account"] and t["state"] > 0 for t in self._all):
            return error(-31051, {"ru": "занят", "uz": "band", "en": "busy"}, "order_id")
        items = [{"title": "Photo", "price": PRICE, "count": 1, "code": "0", "vat_percent": 12}]
        return result(
            allow=True, additional={"name": "Ali"}, detail={"receipt_type": 0, "items": items}
        )

    def CreateTransaction(self, params: dict[str, Any]) -> Answer:
        known = self.transactions.get(params["id"])
        if known is None:
            refused = self.CheckPerformTransaction(params)
            if "error" in refused:
                return refused
            number = str(len(self.transactions) + 1)
            known = self.transactions[params["id"]] = {
                **params,
                "create_time": self.now,
                "perform_time": 0,
                "cancel_time": 0,
                "transaction": number,
                "state": 1,
                "reason": None,
            }
        elif known["state"] != 1:
            return error(-31008)
        return self._told(known, "create_time")

    def PerformTransaction(self, params: dict[str, Any]) -> Answer:
        known = self.transactions.get(params["id"])
        if known is None:
            return error(-31003)
        if known["state"] < 0:
            return error(-31008)
        if known["state"] == 1:
            known.update(state=2, perform_time=self.now)
        return self._told(known, "perform_time")

    def CancelTransaction(self, params: dict[str, Any]) -> Answer:
        known = self.transactions.get(params["id"])
        if known is None:
            return error(-31003)
        if known["state"] > 0:
            known.update(state=-known["state"], cancel_time=self.now, reason=params["reason"])
        return self._told(known, "cancel_time")

    def CheckTransaction(self, params: dict[str, Any]) -> Answer:
        known = self.transactions.get(params["id"])
        if known is None:
            return error(-31003)
        times = ("create_time", "perform_time", "cancel_time")
        return self._told(known, *times, "reason")

    def GetStatement(self, params: dict[str, Any]) -> Answer:
        inside = [t for t in self._all if params["from"] <= t["time"] <= params["to"]]
        return result(transactions=sorted(inside, key=lambda t: t["time"]))

    def SetFiscalData(self, params: dict[str, Any]) -> Answer:
        return result(success=True) if params["id"] in self.transactions else error(-32001)

    @property
    def now(self) -> int:
        return time.time_ns() // 1_000_000 + self.shift_ms

    @property
    def _all(self) -> list[dict[str, Any]]:
        return list(self.transactions.values())

    def _told(self, known: dict[str, Any], *members: str) -> Answer:
        return result(**{name: known[name] for name in ("transaction", "state", *members)})


@contextmanager
def serving(merchant: Merchant) -> Iterator[Merchant]:
    """The merchant, at its url."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            return

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with merchant.lock:
                method, params = asked["method"], asked["params"]
                merchant.calls.append((method, params))
                plan = merchant.plans[method].popleft() if merchant.plans[method] else None
                obeyed = plan != "deaf" and not isinstance(plan, dict)
                answer = merchant.obey(method, params) if obeyed else plan
            if plan in ("deaf", "silent", "hang"):
                self.close_connection = True
                if plan == "hang":
                    self.rfile.read(1)  # until the caller hangs up
                return
            status, body = 200, json.dumps({**(answer or {}), "id": asked["id"]})
            if isinstance(plan, int):
                status = plan
            elif isinstance(plan, str):
                body = plan
            data = body.encode("utf-8", "surrogateescape")
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **merchant.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    merchant.url = f"http://127.0.0.1:{server.server_port}/payme"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield merchant
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
