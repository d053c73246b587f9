"""Exchanges as a scenario file: `payme-sandbox check --scenarios DIR` makes the same calls again.

Each order that was paid for becomes a fresh one of the run, each transaction a new id; an account
that the merchant never took, and an amount that it refused, stay as they were. What came back is
what is expected, as far as it can be the same (states and codes, not times and numbers).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from simulator.caller.faults import NOTE, FaultKind
from simulator.protocol.answer import read_answer
from simulator.protocol.finding import Report
from simulator.protocol.vocabulary import MUTATING, Code, Method, as_method, is_account_code
from simulator.web.problems import Problem
from simulator.web.store import Exchange
from simulator.web.texts import clean

_RULES = {
    Method.CHECK_PERFORM: "check-perform.allow",
    Method.CREATE: "create.works",
    Method.PERFORM: "perform.works",
    Method.CANCEL: "cancel.works",
    Method.CHECK: "check.matches-answers",
    Method.STATEMENT: "statement.transactions-array",
    Method.FISCAL: "fiscal.success-true",
}
_KEPT = ("allow", "state", "reason", "success")
_MOST = 200


class _Writer:
    """Names orders and transactions as they come."""

    def __init__(self, refused: Collection[str]) -> None:
        """`refused`: accounts, by their keys, that no fresh order may stand for."""
        self._refused = refused
        self.orders: dict[str, str] = {}
        self.created: dict[str, str] = {}
        self.steps: list[dict[str, Any]] = []
        self.rules: list[str] = []

    def add(self, exchange: Exchange) -> None:
        """One exchange as a step. What is no call of the protocol's is left out."""
        method = as_method(exchange.method)
        sent = _params(exchange.request_body)
        if method is None or sent is None:
            return
        step = f"{_slug(method)}-{len(self.steps) + 1}"
        made: dict[str, Any] = {"id": step, "call": method.value}
        made["params"] = self._referring(method, sent, step, _code(exchange))
        made |= _bent(exchange)
        if method in MUTATING:
            made["repeat"] = 1
        if _RULES[method] not in self.rules:
            self.rules.append(_RULES[method])
        made["rule"] = _RULES[method]
        expected = _expected(exchange)
        if expected is not None:
            made["expect"] = expected
        made["stop"] = "never"
        self.steps.append(made)

    def _referring(
        self, method: Method, sent: Mapping[str, Any], step: str, code: int | None
    ) -> dict[str, Any]:
        params = dict(sent)
        if "account" in params and _key(params["account"]) not in self._refused:
            order = self._order(params["account"])
            params["account"] = f"${order}.account"
            if "amount" in params and code != Code.AMOUNT:
                params["amount"] = f"${order}.amount"
        if method is Method.CREATE:
            self._create(params, step)
        elif isinstance(params.get("id"), str):
            known = self.created.get(params["id"])
            params["id"] = f"${known}.params.id" if known else "$new.transaction_id"
        if method is Method.STATEMENT:
            params = {"from": "$now", "to": "$now"}
        return params

    def _create(self, params: dict[str, Any], step: str) -> None:
        known = self.created.get(str(params.get("id")))
        if known is None:
            self.created[str(params.get("id"))] = step
            params |= {"id": "$new.transaction_id", "time": "$now"}
        else:
            params |= {"id": f"${known}.params.id", "time": f"${known}.params.time"}

    def _order(self, account: Any) -> str:
        key = _key(account)
        name = "order" if not self.orders else f"order{len(self.orders) + 1}"
        return self.orders.setdefault(key, name)


def scenario(exchanges: Sequence[Exchange], name: str = "recorded") -> str:
    """The file's text. Problem if there is nothing in it that could be made again."""
    writer = _Writer(_never_taken(exchanges[:_MOST]))
    for exchange in exchanges[:_MOST]:
        writer.add(exchange)
    if not writer.steps:
        raise Problem(
            409, "nothing to replay", "no call of the protocol's is among these exchanges"
        )
    document = {
        "id": f"recorded.{name}",
        "title": f"Recorded by payme-sandbox serve: {len(writer.steps)} calls",
        "rules": writer.rules,
        "tags": ["recorded"],
        "given": {order: {} for order in writer.orders.values()} or {"order": {}},
        "steps": writer.steps,
    }
    out = StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 100
    yaml.dump(document, out)
    return out.getvalue()


def _never_taken(exchanges: Sequence[Exchange]) -> set[str]:
    """The accounts that the merchant refused, and never answered for otherwise."""
    refused: set[str] = set()
    taken: set[str] = set()
    for exchange in exchanges:
        sent = _params(exchange.request_body)
        if sent is not None and "account" in sent and exchange.failure is None:
            (refused if is_account_code(_code(exchange)) else taken).add(_key(sent["account"]))
    return refused - taken


def _key(account: Any) -> str:
    return json.dumps(account, sort_keys=True)


def _code(exchange: Exchange) -> int | None:
    """The error's code, if it was answered with one."""
    if exchange.failure is not None:
        return None
    read = read_answer(exchange.status or 0, exchange.answer_body, Report())
    return read.code if read.kind == "error" and isinstance(read.code, int) else None


def _params(body: bytes) -> Mapping[str, Any] | None:
    try:
        sent = json.loads(body)
    except ValueError:
        return None
    params = sent.get("params") if isinstance(sent, Mapping) else None
    return params if isinstance(params, Mapping) else None


def _bent(exchange: Exchange) -> dict[str, Any]:
    """What was spoiled on purpose, as far as a scenario can say it."""
    for note in exchange.notes:
        kind = note.removeprefix(NOTE).partition(":")[0]
        if note.startswith(NOTE) and kind in set(FaultKind):
            return {"fault": {"kind": kind}}
        if note == "auth: wrong-key":
            return {"auth": "wrong-key"}
    return {}


def _expected(exchange: Exchange) -> dict[str, Any] | None:
    if exchange.failure is not None:
        return None
    read = read_answer(exchange.status or 0, exchange.answer_body, Report())
    if read.kind == "error":
        return {"error": read.code} if isinstance(read.code, int) else None
    if read.kind == "result" and isinstance(read.result, Mapping):
        return {"result": {name: clean(read.result[name]) for name in _KEPT if name in read.result}}
    return None


def _slug(method: Method) -> str:
    return method.name.lower().replace("_", "-")
