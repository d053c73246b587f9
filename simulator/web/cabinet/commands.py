"""What the cabinet's buttons do, as commands for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.web.pages.commands import control_curl
from simulator.web.store import Fault, Payment

_WAIT = {"wait_ms": 10_000}
_DAY_MS = 86_400_000
Commands = list[tuple[str, str]]
"""The key of what a button says, and the command."""


def for_payment(payment: Payment, may: Mapping[str, bool], methods: Sequence[str]) -> Commands:
    """Those of the actions that the payment's page offers."""
    path = f"/payments/{payment.id}"
    told = may["told"]
    since = payment.payme_time or 0
    books = f"/kassas/{payment.kassa_id}/books?start={since}&end={since}"
    offered = {
        "payment.look": may["look"] and control_curl(f"{path}/look", verb="POST"),
        "payment.resume": may["resume"] and control_curl(f"{path}/resume", _WAIT),
        "payment.compare": told and control_curl(books),
        "payment.refund": may["refund"] and control_curl(f"{path}/refund", _WAIT),
        "payment.cancel": may["cancel"] and control_curl(f"{path}/cancel", {"reason": 3, **_WAIT}),
        "payment.repeat": methods and control_curl(f"{path}/repeat", {"method": methods[-1]}),
        "payment.pass": control_curl("/clock", {"advance_ms": _DAY_MS}),
        "payment.age": told and control_curl(f"{path}/age", {"by_ms": _DAY_MS}),
        "payment.fiscal": told and control_curl(f"{path}/fiscal", {"type": "PERFORM"}),
    }
    return [(name, command) for name, command in offered.items() if isinstance(command, str)]


def for_fault(rule: Fault) -> str:
    """What makes the same rule again; of those that are spent, for one call."""
    always = {"kind": rule.kind, "method": rule.method, "nth": rule.nth, "amount": rule.amount}
    body = {**always, "account_glob": rule.account_glob, "times": rule.times_left or None}
    body |= {"kassa": rule.kassa_id}
    if rule.percent < 100:
        body |= {"percent": rule.percent, "seed": rule.seed}
    if rule.kind == "delay":
        body["delay_ms"] = rule.delay_ms
    if rule.kind == "burst":
        body["count"] = rule.count
    if rule.times_left == 0:
        body["times"] = 1
    told = {name: value for name, value in body.items() if value is not None}
    return control_curl("/faults", told)
