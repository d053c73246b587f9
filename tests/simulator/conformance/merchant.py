"""A small right merchant in place of the HTTP transport, which a test can bend, and its world."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.caller.auth import Credentials
from simulator.caller.burst import Watch
from simulator.caller.client import Call, Caller, Made
from simulator.caller.faults import Fault, FaultKind
from simulator.caller.http import HttpTransport
from simulator.caller.masking import Masker
from simulator.caller.wire import Exchange, FailureKind, WireAnswer, WireFailure, WireRequest
from simulator.conformance.events import Level, Rule
from simulator.conformance.health import Health
from simulator.conformance.judging import ENGINE_RULES
from simulator.conformance.logwatch import LogWatch
from simulator.conformance.session import Eyes, Terms, World
from simulator.observers.database import TimeValue
from tests.simulator.conformance.fakes import FakeDatabase, FakeLog
from tests.simulator.conformance.world import NOW, Clock, FakeOrder, fresh

KEY = "kassa:key-of-the-scripted-merchant"
URL = "http://127.0.0.1:5000/payme"
TEXTS = {"ru": "нет", "uz": "yoʻq", "en": "no"}
Reply = dict[str, Any] | WireAnswer | WireFailure
Bend = Callable[[dict[str, Any], Reply], Reply | None]


class Refused(Exception):
    """The merchant's own way to an error."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Merchant:
    """Right in everything, until `bends` (by method) replace an answer before it leaves."""

    clock: Clock
    database: FakeDatabase = field(default_factory=FakeDatabase)
    log: FakeLog = field(default_factory=FakeLog)
    one_time: bool = True
    bends: dict[str, Bend] = field(default_factory=dict)
    mends: set[str] = field(default_factory=set)
    calls: list[dict[str, Any]] = field(default_factory=list)
    transactions: dict[str, dict[str, Any]] = field(default_factory=dict)
    down: bool = False
    instead: Bend | None = None  # answers in place of any decision

    def reply(self, request: WireRequest) -> WireAnswer | WireFailure:
        if self.down:
            return WireFailure(FailureKind.CLOSED, "the connection broke")
        envelope = json.loads(request.body)
        self.calls.append(envelope)
        self.clock.ms += 7
        body: Reply
        put_off = self.instead(envelope, {}) if self.instead else None
        if put_off is not None:
            return _wired(put_off)
        try:
            self._login(dict(request.headers))
            body = {"result": self._decide(envelope["method"], envelope.get("params", {}))}
        except Refused as refused:
            body = {"error": _error(refused.code)}
        body["id"] = envelope.get("id")
        bend = self.bends.get(str(envelope["method"]))
        bent = bend(envelope, body) if bend else None
        return _wired(body if bent is None else bent)

    def _login(self, headers: Mapping[str, str]) -> None:
        token = base64.b64encode(f"Paycom:{KEY}".encode()).decode()
        if headers.get("Authorization") != f"Basic {token}":
            raise Refused(-32504)

    def _decide(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        if method == "CheckPerformTransaction":
            self._order(params)
            return {"allow": True}
        if method == "GetStatement":
            shown = [
                {"id": payme_id, "time": tx["time"], "amount": tx["amount"], **_record(tx)}
                for payme_id, tx in self.transactions.items()
                if params["from"] <= tx["time"] <= params["to"]
            ]
            return {"transactions": sorted(shown, key=lambda item: item["time"])}
        if method == "CreateTransaction":
            return self._create(params)
        tx = self.transactions.get(params["id"])
        if tx is None:
            raise Refused(-31003)
        decide = {"PerformTransaction": self._perform, "CancelTransaction": self._cancel}
        return decide[method](tx, params) if method in decide else _record(tx)

    def _order(self, params: dict[str, Any]) -> dict[str, Any]:
        number = params["account"].get("order_id")
        found = [row for row in self.database.orders if row["number"] == number]
        if not found:
            raise Refused(-31050)
        if params["amount"] != 100_000:
            raise Refused(-31001)
        return found[0]

    def _create(self, params: dict[str, Any]) -> dict[str, Any]:
        tx = self.transactions.get(params["id"])
        if tx is None:
            shop = self._order(params)
            if self.one_time and shop["status"] != "new":
                raise Refused(-31099)
            tx = {**params, "number": str(len(self.transactions) + 1), "state": 1, "reason": None}
            tx |= {"create_time": self.clock.ms, "perform_time": 0, "cancel_time": 0}
            self.transactions[params["id"]] = tx
            self.log.write(f"created {params['id']}")
            self._store(tx, "wait")
        elif tx["state"] != 1:
            raise Refused(-31008)
        return _shown(tx, "create_time")

    def _perform(self, tx: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
        if tx["state"] == 1:
            tx |= {"state": 2, "perform_time": self.clock.ms}
            self._store(tx, "paid")
        elif tx["state"] != 2:
            raise Refused(-31008)
        return _shown(tx, "perform_time")

    def _cancel(self, tx: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
        if tx["state"] > 0:
            status = "new" if tx["state"] == 1 else "back"
            tx |= {"state": -tx["state"], "cancel_time": self.clock.ms, "reason": params["reason"]}
            self._store(tx, status)
        return _shown(tx, "cancel_time")

    def age(self, payme_ids: Sequence[str], by_ms: int) -> None:
        """What becomes of the merchant's records when somebody shifts its rows."""
        for payme_id in payme_ids:
            tx = self.transactions[payme_id]
            times = ("time", "create_time", "perform_time", "cancel_time")
            tx |= {name: tx[name] - by_ms for name in times if tx[name]}
            self._store(tx, "wait")

    def _store(self, tx: dict[str, Any], status: str) -> None:
        """What the database holds of it."""
        kept = [row for row in self.database.rows if row["payme_id"] != tx["id"]]
        names = ("create_time", "perform_time", "cancel_time")
        times = {name: TimeValue(tx[name], "ms") for name in names}
        times["payme_time"] = TimeValue(tx["time"], "ms")
        row = {"payme_id": tx["id"], "amount": tx["amount"], "state": tx["state"], **times}
        self.database.rows = [*kept, {**row, "reason": tx["reason"]}]
        for shop in self.database.orders:
            if shop["number"] == tx["account"]["order_id"]:
                shop["status"] = status


def _shown(tx: dict[str, Any], *names: str) -> dict[str, Any]:
    return {"transaction": tx["number"], "state": tx["state"], **{name: tx[name] for name in names}}


def _record(tx: dict[str, Any]) -> dict[str, Any]:
    return _shown(tx, "create_time", "perform_time", "cancel_time", "reason")


def _error(code: int) -> dict[str, Any]:
    account = {"data": "order_id"} if -31099 <= code <= -31050 else {}
    return {"code": code, "message": TEXTS, **account}


def _wired(reply: Reply) -> WireAnswer | WireFailure:
    if isinstance(reply, WireAnswer | WireFailure):
        return reply
    headers = (("Content-Type", "application/json"),)
    return WireAnswer(200, headers, json.dumps(reply).encode())


class _Scripted(HttpTransport):
    def __init__(self, merchant: Merchant) -> None:
        super().__init__(1000)
        self._merchant = merchant

    def send(self, request: WireRequest) -> WireAnswer | WireFailure:
        return self._merchant.reply(request)


class _Losing:
    """Faults: the merchant gets the call, and a reply that is to be lost is lost."""

    def __init__(self, merchant: Merchant) -> None:
        self._merchant = merchant

    def send(self, request: WireRequest, fault: Fault) -> WireAnswer | WireFailure:
        if fault.kind is FaultKind.HALF_BODY and "half" not in self._merchant.mends:
            return WireFailure(FailureKind.INJECTED, "broken off on purpose")
        reply = self._merchant.reply(request)
        return WireFailure(FailureKind.INJECTED, "lost") if fault.loses_reply else reply


class _InTurn(Caller):
    """Bursts are made one after the other: what is judged is the answers, not the moment."""

    def burst(
        self,
        calls: Sequence[Call],
        scenario: str = "",
        step: str = "",
        watch: Watch | None = None,
        held: int = 0,
        note: str = "",
    ) -> list[Made]:
        made: list[Made] = []
        for call in calls:
            if watch is not None:
                watch(len(made), lambda: None)
            made.append(self.call(call, scenario, step))
        if watch is not None:
            watch(len(made), lambda: None)
        return made


@dataclass
class Stage:
    """A merchant and the world that a run has around it."""

    merchant: Merchant
    world: World
    journal: list[Exchange]
    pauses: list[int]

    def methods(self) -> list[str]:
        """The methods that were called, in order, without Payme's looks behind."""
        return [call["method"] for call in self.merchant.calls]


def rules_of(*more: str) -> dict[str, Rule]:
    """The engine's rules and a few more, all of them musts."""
    source = "https://developer.help.paycom.uz"
    return {
        rule: Rule(f"PM-XX-{number:02}", rule, Level.MUST, f"Keep {rule}.", source, "x")
        for number, rule in enumerate(dict.fromkeys((*ENGINE_RULES, *more)))
    }


def stage(
    *,
    rules: Mapping[str, Rule] | None = None,
    strict: bool = False,
    gone: Callable[[], str] = lambda: "",
    eyes: bool = True,
    **terms: Any,
) -> Stage:
    """A world in which everything is right."""
    clock = Clock()
    merchant = Merchant(clock, one_time=terms.get("one_time", True))
    merchant.database.ageing = merchant.age
    numbers = iter(range(1, 10_000))

    def make_order(amount_sum: int | None) -> FakeOrder:
        number = f"Psb-{next(numbers)}"
        merchant.database.orders.append({"number": number, "amount": 100_000, "status": "new"})
        return FakeOrder(number, account={"order_id": number})

    journal: list[Exchange] = []
    pauses: list[int] = []
    credentials = Credentials("Paycom", KEY)
    masker = Masker(credentials)
    caller = _InTurn(
        URL,
        credentials,
        _Scripted(merchant),
        masker,
        journal.append,
        clock=lambda: clock.ms,
        faulty=_Losing(merchant),
    )
    watch = LogWatch(
        merchant.log,
        masker,
        ["Traceback"],
        {"create": "created {payme_id}"},
        sleep=lambda _: None,
    )
    world = World(
        caller=caller,
        fresh=fresh(clock),
        make_order=make_order,
        members=frozenset({"order_id"}),
        terms=Terms(**terms),
        eyes=Eyes(merchant.database, watch) if eyes else Eyes(),
        rules=rules or rules_of("create.works", "perform.works", "cancel.works", "some.rule"),
        strict=strict,
        health=Health(gone),
        pause=pauses.append,
    )
    return Stage(merchant, world, journal, pauses)


__all__ = ["KEY", "NOW", "Merchant", "Refused", "Stage", "rules_of", "stage"]
