"""What every exchange must keep to, and what softens when Payme itself would not send it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.caller.client import NOTHING, Call, Made
from simulator.caller.wire import Exchange, FailureKind, WireAnswer, WireFailure, WireRequest
from simulator.conformance.books import Sent
from simulator.conformance.events import Outcome
from simulator.conformance.judging import (
    ENGINE_RULES,
    UNSENT,
    Judged,
    judge,
    method_of,
    payme_sends,
)
from simulator.conformance.load import load_catalogue
from simulator.protocol.vocabulary import Method
from tests.simulator.conformance import bends
from tests.simulator.conformance.merchant import stage
from tests.simulator.conformance.runs import CREATE, run, scenario
from tests.simulator.conformance.world import NOW

A = "a" * 24
CHECK = Call("CheckTransaction", {"id": A})
STATEMENT = Call("GetStatement", {"from": NOW, "to": NOW})
GOOD = {
    "create_time": NOW,
    "perform_time": 0,
    "cancel_time": 0,
    "transaction": "771",
    "state": 1,
    "reason": None,
}


def judged(
    call: Call,
    body: object,
    *,
    status: int = 200,
    kind: str = "application/json",
    rpc_id: object = 7,
    leaked: bool = False,
    unsent: bool = False,
) -> Judged:
    """The judgement of an answer; a body that is no bytes goes as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = WireAnswer(status, (("Content-Type", kind),), raw)
    return _judged(call, answer, rpc_id, leaked, unsent)


def _judged(
    call: Call, answer: WireAnswer | WireFailure, rpc_id: object, leaked: bool, unsent: bool
) -> Judged:
    exchange = Exchange(1, "s", "t", call.label, NOW, 0, WireRequest("http://x/"), answer)
    made = Made(call, exchange, answer, rpc_id, leaked)
    return judge(made, {"order_id"}, {A}, unsent)


def broken(seen: Judged) -> list[str]:
    return [finding.rule for finding in seen.report.findings]


def result(**changed: Any) -> dict[str, Any]:
    return {"id": 7, "result": {**GOOD, **changed}}


@pytest.mark.parametrize(
    ("body", "options", "rules"),
    [
        (result(), {}, []),
        ({**result(), "jsonrpc": "2.0", "error": None}, {}, []),
        (result(state=3), {}, ["types.state"]),
        (result(), {"status": 201}, ["transport.http-200"]),
        (result(), {"kind": "text/html"}, ["transport.content-type"]),
        (b"<html>", {}, ["transport.json-object"]),
        (b"<html>", {"status": 500}, ["transport.http-200", "transport.json-object"]),
        ({"id": 8, "result": GOOD}, {}, ["envelope.id-same"]),
        ({**result(), "detail": {}, "more": 1}, {}, ["envelope.no-strays"]),
        ({"id": 7}, {}, ["envelope.result-xor-error"]),
        ({"id": 7, "error": {"code": -31003}}, {}, []),
        ({"id": 7, "error": {"code": "-31003"}}, {}, ["error.code-integer"]),
        ({"id": 7, "error": {"code": -31008}}, {}, ["error.code-known"]),
        (result(), {"leaked": True}, ["answer.no-key"]),
    ],
)
def test_rules_of_every_exchange(body: object, options: dict[str, Any], rules: list[str]) -> None:
    assert broken(judged(CHECK, body, **options)) == rules


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        (FailureKind.TIMEOUT, "transport.in-time"),
        (FailureKind.REFUSED, "transport.answers"),
        (FailureKind.CLOSED, "transport.answers"),
        (FailureKind.NOT_HTTP, "transport.answers"),
        (FailureKind.TOO_LARGE, "transport.size"),
    ],
)
def test_calls_without_an_answer(kind: FailureKind, rule: str) -> None:
    seen = _judged(CHECK, WireFailure(kind, "so it was"), 7, False, False)
    assert broken(seen) == [rule]
    assert seen.report.findings[0].actual == "so it was"
    assert seen.failure is not None
    assert seen.answer.kind == "nothing"


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b"<html>", UNSENT),
        (result(state=3), UNSENT),
        ({"id": 8, "error": {"code": -32600}}, UNSENT),
    ],
)
def test_a_fault_on_what_payme_never_sends_has_a_rule_of_its_own(body: object, kept: str) -> None:
    assert broken(judged(CHECK, body, unsent=True)) == [kept]
    assert broken(judged(Call("CheckTransaction", {"id": 5}), body)) == [kept]


def test_a_hang_or_a_leak_stays_what_it_is() -> None:
    for kind in (FailureKind.TIMEOUT, FailureKind.TOO_LARGE):
        (rule,) = broken(_judged(CHECK, WireFailure(kind, "x"), 7, False, True))
        assert rule in ("transport.in-time", "transport.size")
    assert broken(judged(CHECK, result(), unsent=True, leaked=True)) == ["answer.no-key"]
    assert broken(_judged(CHECK, WireFailure(FailureKind.CLOSED, "x"), 7, False, True)) == [UNSENT]


def test_a_call_without_an_id_needs_none_in_its_answer() -> None:
    assert broken(judged(CHECK, {"result": GOOD}, rpc_id=NOTHING)) == []
    assert broken(judged(CHECK, {"result": GOOD})) == ["envelope.id-present"]


def test_how_a_merchant_says_that_it_has_no_such_method_binds_less() -> None:
    fiscal = Call("SetFiscalData", {"id": A})
    assert broken(judged(fiscal, {"id": 8, "error": {"code": -32601}})) == [UNSENT]
    assert broken(judged(fiscal, {"id": 8, "result": {}})) == ["envelope.id-same"]


def test_the_goods_of_a_receipt_are_held_against_the_amount_that_was_asked() -> None:
    goods = {"title": "x", "price": 5, "count": 1, "code": "1" * 17, "package_code": "1"}
    detail = {"receipt_type": 0, "items": [{**goods, "vat_percent": 0}]}
    body = {"id": 7, "result": {"allow": True, "detail": detail}}
    for amount, rules in ((5, []), (6, ["types.detail"])):
        call = Call("CheckPerformTransaction", {"amount": amount, "account": {"order_id": "1"}})
        assert broken(judged(call, body)) == rules


def test_a_finding_tells_where_and_what() -> None:
    found = [
        judged(CHECK, {**result(), "more": 1, "detail": {}}),
        judged(CHECK, result(), leaked=True),
        _judged(CHECK, WireFailure(FailureKind.CLOSED, "gone"), 7, False, False),
    ]
    assert [(f.path, f.expected, f.actual) for seen in found for f in seen.report.findings] == [
        ("body", "nothing else", '"detail", "more"'),
        ("body", "", ""),
        ("", "an answer", "gone"),
    ]


def test_rules_that_were_kept_are_remembered() -> None:
    kept = judged(CHECK, result()).report.looked_at
    assert {"transport.http-200", "envelope.id-same", "types.times", "answer.no-key"} <= kept
    softened = judged(CHECK, result(), unsent=True).report.looked_at
    assert softened == {UNSENT, "answer.no-key", "transport.in-time", "transport.size"}


@pytest.mark.parametrize(
    ("call", "sends"),
    [
        (CHECK, True),
        (STATEMENT, True),
        (Call("CheckTransaction", {"id": A}, envelope={"jsonrpc": NOTHING}), True),
        (Call("CheckTransaction", {"id": A}, envelope={"jsonrpc": "1.0"}), False),
        (Call("CheckTransaction", {"id": A}, envelope={"id": "a"}), False),
        (Call("CheckTransaction", {"id": A}, envelope={"params": [1]}), False),
        (Call("CheckTransaction", {"id": A.upper()}), False),
        (Call("CheckTransaction"), False),
        (Call("Unheard", {"id": A}), False),
        (Call("CheckTransaction", {"id": A}, raw="{"), False),
        (Call("CheckTransaction", {"id": A}, http_method="GET"), False),
    ],
)
def test_what_payme_could_send(call: Call, sends: bool) -> None:
    assert payme_sends(call) is sends


def test_the_method_that_a_call_is_meant_to_be() -> None:
    assert method_of(CHECK) is Method.CHECK
    assert method_of(Call("CheckTransaction", envelope={"method": 5})) is None
    assert method_of(Call(5)) is None


def test_other_peoples_items_of_a_statement_are_not_judged() -> None:
    mine = {**GOOD, "id": A, "time": NOW, "amount": 5, "account": {}}
    for strange in ({"id": "b" * 24, "state": "old"}, {"id": "legacy-1"}):
        body = {"id": 7, "result": {"transactions": [mine, strange]}}
        assert broken(judged(STATEMENT, body)) == []
    for wrong in ({**mine, "state": 9}, {k: v for k, v in mine.items() if k != "state"}):
        body = {"id": 7, "result": {"transactions": [wrong]}}
        assert broken(judged(STATEMENT, body)) == ["types.state"]


ODD = [5, None, ["x"], {"$oid": A}]
OURS = Sent({"order_id": "7"}, 5, NOW)


def listed(*items: object) -> Judged:
    answer = WireAnswer(200, (), json.dumps({"id": 7, "result": {"transactions": items}}).encode())
    exchange = Exchange(1, "s", "t", STATEMENT.label, NOW, 0, WireRequest("http://x/"), answer)
    made = Made(STATEMENT, exchange, answer, 7, False)
    return judge(made, {"order_id"}, {A}, False, [OURS, Sent(None, None, None)])


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("shown", [{"account": {"order_id": "7"}}, {"amount": 5, "time": NOW}])
def test_an_item_with_an_odd_id_is_ours_if_it_shows_what_was_sent(
    odd: object, shown: dict[str, object]
) -> None:
    others = [{"id": "b" * 24}, {"id": None}]
    seen = listed(*others, {"id": odd, **shown})
    found = [f for f in seen.report.findings if f.rule in ("types.state", "statement.item-members")]
    assert "types.state" in {finding.rule for finding in found}
    assert {finding.path.split("]")[0] for finding in found} == {"result.transactions[2"}


@pytest.mark.parametrize("odd", ODD)
def test_an_item_with_an_odd_id_is_left_over_from_somebody_else(odd: object) -> None:
    left = {"id": odd, "amount": 5, "time": NOW - 1, "account": {"order_id": "6"}}
    assert broken(listed(left, {"id": odd}, {"id": odd, "amount": 5})) == []


def test_every_rule_of_the_engine_has_a_row() -> None:
    rules = load_catalogue().rules
    assert [rule for rule in ENGINE_RULES if rule not in rules] == []
    assert len(set(ENGINE_RULES)) == len(ENGINE_RULES)


def test_an_error_with_strange_members_ends_no_run() -> None:
    on = stage()
    strange = {"code": -31050, "message": {"ru": ["x"]}, "data": {"a": ["b"]}}
    on.merchant.bends["CreateTransaction"] = lambda call, reply: {
        "id": call["id"],
        "error": strange,
        "\ud800": {"x": "\udfff"},
    }
    seen = run(scenario(CREATE + "  expect: {error: {data: {$account_member: true}}}\n"), on=on)
    assert {rule for rule, _ in seen.failed} >= {
        "some.rule",
        "error.data-account-member",
        "error.message-languages",
        "envelope.no-strays",
    }
    for check in seen.checks:
        assert "\ud800" not in check.actual + check.message
        (check.actual + check.expected + check.message).encode()
    assert seen.by(Outcome.NOT_TESTABLE) == []


def test_items_with_strange_ids_end_no_run() -> None:
    on = stage()
    steps = """
- use: created
- id: list
  call: GetStatement
  params: {from: {$ago: 1m}, to: $now}
  expect: {result: {transactions: {$own: [{id: $create.params.id}]}}}
"""
    on.merchant.bends["GetStatement"] = bends.items(
        lambda items: [{"id": {"$oid": 1}}, {"id": ["x"]}, *items]
    )
    seen = run(scenario(steps), on=on)
    assert ("some.rule", "list") not in seen.failed
