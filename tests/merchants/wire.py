"""From an HTTP request to an HTTP answer: credentials, JSON, the envelope, the log."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.merchants.calls import Call, Refusal, Terms, error_object
from tests.merchants.habits import Habits, Members
from tests.merchants.methods import METHODS
from tests.merchants.store import Store, Work

LOGIN = "Paycom"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request."""

    verb: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer; `status` 0 means that the connection is closed without one."""

    status: int
    content_type: str
    body: bytes


@dataclass(slots=True)
class Shop:
    """The merchant: its folder with shop.db and shop.log, its key, its terms and its habits."""

    folder: Path
    key: str
    terms: Terms
    habits: Habits
    store: Store = field(init=False)
    latest: Members = field(default_factory=dict)
    choked: bool = False
    sulking: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        habits = self.habits
        path = self.folder / "shop.db"
        self.store = Store(path, habits.schema, unique=habits.unique, locks=habits.locks)

    def log(self, line: str) -> None:
        """Write one line, or several, into the log."""
        with self._lock, (self.folder / "shop.log").open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    @property
    def _secrets(self) -> dict[str, str]:
        return {"key": self.key}

    def draw_up(self, body: bytes) -> Reply:
        """A new bill, from {"bill": number, "tiyin": total}."""
        asked = json.loads(body)
        if self.terms.digits and not asked["bill"].isdigit():
            return Reply(422, "text/plain", b"a bill's number has digits only")
        try:
            with self.store.work() as work:
                work.draw_up(asked["bill"], asked["tiyin"])
                values = {"id": "", "account": {"bill": asked["bill"]}, "amount": asked["tiyin"]}
                self._call("", values, work).happened("drawn-up")
        except sqlite3.IntegrityError:
            return Reply(409, "text/plain", b"there is such a bill")
        return Reply(201, "application/json", b"{}")

    def _call(self, method: str, params: Members, work: Work) -> Call:
        return Call(method, params, work, self.habits, self.terms, self.log, self._secrets)

    def pay(self, request: Request) -> Reply:
        """The webhook."""
        body, method, why = self._peek(request), "", "result"
        try:
            self._swallow(request)
            if request.verb not in self.habits.verbs:
                raise Refusal("not-post")
            if self.habits.guards == "first":
                self._guard(request, "")
            body = self._parse(request)
            method = self._method(body)
            answer = {"result": self._decide(request, method, body)}
        except Refusal as refusal:
            why = refusal.why
            answer = {"error": error_object(self.habits, why, self._secrets, refusal.data)}
        except Exception as error:
            self.log(traceback.format_exc())
            answer, why = self._broken(error, method, body)
        return self._reply(body, answer, method, why)

    def abandon(self, request: Request) -> None:
        """What a bug does once it notices that the caller has left before the answer."""
        body = self._peek(request)
        method, params = str(body.get("method")), body.get("params")
        sql = self.habits.abandons.get(method)
        if sql and isinstance(params, dict):
            with self.store.work() as work:
                work.run(sql, self._call(method, params, work).values)

    def _swallow(self, request: Request) -> None:
        """A bug may have one call too many that nothing can be done after."""
        self.choked = self.choked or self.habits.chokes(request.body, request.headers)
        if self.choked:
            raise Refusal("broken")

    def _broken(self, error: Exception, method: str, body: Members) -> tuple[Members, str]:
        """The answer to a call that could not be decided."""
        of_database = isinstance(error, sqlite3.Error)
        self.sulking = self.sulking or (self.habits.sulks and of_database)
        if self.habits.pretends and of_database and method == "PerformTransaction":
            now = time.time_ns() // 1_000_000
            return {"result": {"transaction": "1", "perform_time": now, "state": 2}}, "result"
        return {"error": error_object(self.habits, "broken", self._secrets)}, "broken"

    def _guard(self, request: Request, method: str) -> None:
        ignored = self.habits.ignores & {"key", f"key:{method}"}
        header = request.headers.get("authorization")
        if not ignored and not self.habits.trusts(header, LOGIN, self.key):
            raise Refusal("no-rights")

    def _peek(self, request: Request) -> Members:
        """The body before anything is known of it: its id is given back even to strangers."""
        try:
            body = json.loads(request.body)
        except (ValueError, RecursionError):
            return {}
        return body if isinstance(body, dict) else {}

    def _parse(self, request: Request) -> Members:
        try:
            body = self.habits.parses(request.body, request.headers.get("content-type", ""))
        except (ValueError, RecursionError):
            raise Refusal("bad-json") from None
        if not isinstance(body, dict):
            raise Refusal("bad-request")
        return body

    def _method(self, body: Members) -> str:
        name = self.habits.method_named(body.get("method"))
        if not isinstance(name, str):
            raise Refusal("bad-request")
        if name not in METHODS:
            raise Refusal("no-method", name)
        return name

    def _decide(self, request: Request, method: str, body: Members) -> Members:
        if self.sulking:
            raise RuntimeError("the connection to the database is closed")
        params = body.get("params")
        if not isinstance(params, dict):
            if "type:params" not in self.habits.ignores:
                raise Refusal("bad-request")
            params = {}
        self.latest = params
        with self.store.work() as work:
            call = self._call(method, params, work)
            if self.habits.one_memory:
                call.think()
                call.params = self.latest
            if self.habits.guards == "method":
                self._guard(request, method)
            try:
                result = self._result(call)
            except Refusal as refusal:
                call.happened("refused", refusal.why)
                refused = refusal
            else:
                if self.habits.guards == "last":
                    self._guard(request, method)
                return result
        raise refused

    def _result(self, call: Call) -> Members:
        balk = self.habits.balks.get(call.method)
        why = balk(call) if balk else ""
        if why:
            raise Refusal(why)
        return METHODS[call.method](call)

    def _reply(self, body: Members, answer: Members, method: str, why: str) -> Reply:
        habits = self.habits
        time.sleep(habits.hangs_ms.get(method, 0) / 1000)
        whole = habits.envelope(body, {"jsonrpc": "2.0", "id": body.get("id"), **answer})
        status = 0 if method in habits.hangs_up else habits.status.get(why, 200)
        text = json.dumps(whole, ensure_ascii=False).encode()
        return Reply(status, habits.content_type, habits.before + text + habits.after)


Handler = Callable[[Request], Reply]
