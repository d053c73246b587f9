"""A payment: the calls that Payme makes, and which answers to them are errors."""

from __future__ import annotations

from random import Random

import msgspec
import pytest

from loadtests.calls import Call, Reply, read_reply
from loadtests.payment import Given, Payment
from loadtests.pool import PoolOrder
from simulator.caller.retry import Flaw, RetryPolicy
from simulator.config.load import Mix
from simulator.protocol.oracle import Terms
from simulator.protocol.vocabulary import Method
from tests.loadtests.shop import BUSY, Line, Shop

_ORDER = PoolOrder("A-1", 100_000, {"order_id": "A-1"})
_PLAIN = Mix(**dict.fromkeys(Mix.model_fields, 0))


def _pay(line: Line, mix: Mix = _PLAIN, seed: int = 1, terms: Terms | None = None) -> str:
    given = Given(mix, terms or Terms(), RetryPolicy(), 100)
    return Payment(_ORDER, given, line, Random(seed)).run()


def _mix(**percent: int) -> Mix:
    return Mix(**{**_PLAIN.model_dump(), **percent})


def test_a_plain_payment() -> None:
    line = Line(Shop())
    assert _pay(line) == "performed"
    assert line.methods == ["CHECK_PERFORM", "CREATE", "PERFORM"]
    create = line.sent[1]
    assert create.params == {
        "id": create.id,
        "time": create.time,
        "amount": 100_000,
        "account": {"order_id": "A-1"},
    }
    assert line.sent[2].params == {"id": create.id}
    assert not line.wrongs


def test_a_body_is_what_payme_sends() -> None:
    line = Line(Shop())
    _pay(line)
    assert msgspec.json.decode(line.sent[2].body(77)) == {
        "jsonrpc": "2.0",
        "id": 77,
        "method": "PerformTransaction",
        "params": {"id": line.sent[2].id},
    }


@pytest.mark.parametrize(
    ("mix", "outcome", "methods"),
    [
        (_mix(cancel_before=100), "cancelled", ["CHECK_PERFORM", "CREATE", "CANCEL"]),
        (_mix(cancel_after=100), "refunded", ["CHECK_PERFORM", "CREATE", "PERFORM", "CANCEL"]),
        (_mix(check=100), "performed", ["CHECK_PERFORM", "CREATE", "CHECK", "PERFORM", "CHECK"]),
        (_mix(statement=100), "performed", ["CHECK_PERFORM", "CREATE", "PERFORM", "STATEMENT"]),
    ],
)
def test_other_ends(mix: Mix, outcome: str, methods: list[str]) -> None:
    line = Line(Shop())
    assert _pay(line, mix) == outcome
    assert line.methods == methods
    assert not line.wrongs


def test_double_sends_go_together_and_count_as_two() -> None:
    line = Line(Shop())
    assert _pay(line, _mix(double=100)) == "performed"
    assert line.methods == ["CHECK_PERFORM", "CREATE", "CREATE", "PERFORM", "PERFORM"]
    assert [call.why for call in line.sent] == ["pay", "pay", "double", "pay", "double"]
    assert line.sent[1].params == line.sent[2].params
    assert not line.wrongs


def test_a_lost_reply_is_repeated_later_with_the_same_params() -> None:
    line = Line(Shop())
    assert _pay(line, _mix(lost=100)) == "performed"
    assert line.methods == ["CHECK_PERFORM", "CREATE", "CREATE", "PERFORM", "PERFORM"]
    assert [call.why for call in line.sent] == ["pay", "pay", "retry", "pay", "retry"]
    assert line.sent[1].fault in ("drop-reply", "reset-reply", "hang-up")
    assert line.sent[2].fault is None
    assert line.sent[1].params == line.sent[2].params
    assert line.retries == [1000, 1000]
    assert not line.wrongs


@pytest.mark.parametrize("seed", range(6))
def test_a_second_payer_is_refused_and_that_is_no_error(seed: int) -> None:
    line = Line(Shop())
    assert _pay(line, _mix(second_payer=100), seed) == "performed"
    first, second = line.sent[1:3]
    assert (first.why, second.why) == ("pay", "second-payer")
    assert first.id != second.id
    assert [reply.code for _, reply, _ in line.counted if reply.kind == "error"] == [BUSY]
    assert not line.wrongs


@pytest.mark.parametrize("seed", range(6))
def test_two_payers_of_one_order_that_are_both_accepted_are_an_error(seed: int) -> None:
    line = Line(Shop(one_time=False))
    _pay(line, _mix(second_payer=100), seed)
    assert len(line.wrongs) == 1
    assert line.methods.count("PERFORM") == 2  # as Payme would, so that the reckoning sees it


@pytest.mark.parametrize("refunds", [True, False])
def test_a_call_that_was_held_up_crosses_the_next_and_either_may_be_first(refunds: bool) -> None:
    crossed, outcomes = set(), set()
    for seed in range(40):
        line = Line(Shop(refunds=refunds))
        outcomes.add(_pay(line, _mix(crossed=100), seed, Terms(refunds=refunds)))
        crossed.add(tuple(line.methods[2:]))
        assert not line.wrongs
        assert len({call.id for call in line.sent[1:]}) == 1
    assert crossed == {("CREATE", "PERFORM"), ("CREATE", "CANCEL"), ("PERFORM", "CANCEL")}
    assert outcomes == {"performed", "cancelled"} | ({"refunded"} if refunds else set())


def test_crossing_calls_that_no_order_of_them_explains_are_an_error() -> None:
    def spoil(call: Call, _number: int, reply: Reply) -> Reply:
        if call.method is not Method.CANCEL or reply.result is None:
            return reply
        return msgspec.structs.replace(reply, result={**reply.result, "state": -1})

    wrongs = []
    for seed in range(20):
        line = Line(Shop(), spoil)
        _pay(line, _mix(crossed=100), seed)
        wrongs += line.wrongs
    assert "state -1 and state 2 for one transaction at once" in wrongs


def test_a_balance_may_be_paid_twice() -> None:
    line = Line(Shop(one_time=False))
    _pay(line, _mix(second_payer=100), terms=Terms(one_time=False))
    assert not line.wrongs


def test_a_merchant_without_refunds_may_refuse_one() -> None:
    line = Line(Shop(refunds=False))
    outcome = _pay(line, _mix(cancel_after=100), terms=Terms(refunds=False))
    assert outcome == "performed"
    assert not line.wrongs


def _silent(method: Method, times: int, flaw: Flaw = Flaw.NO_ANSWER) -> Line:
    left = [times]

    def spoil(call: Call, _number: int, reply: Reply) -> Reply:
        if call.method is method and left[0] > 0:
            left[0] -= 1
            return Reply("none", text="silence", flaw=flaw)
        return reply

    return Line(Shop(), spoil)


@pytest.mark.parametrize("method", [Method.CHECK_PERFORM, Method.CREATE, Method.PERFORM])
def test_what_was_not_answered_is_asked_again(method: Method) -> None:
    line = _silent(method, 2)
    assert _pay(line) == "performed"
    assert line.methods.count(method.name) == 3
    assert line.retries == [1000, 5000]
    assert not line.wrongs


@pytest.mark.parametrize("method", [Method.CHECK_PERFORM, Method.CREATE, Method.PERFORM])
def test_payme_gives_up_in_the_end(method: Method) -> None:
    line = _silent(method, 99)
    assert _pay(line) == "suspended"
    assert line.methods.count(method.name) == 3


def _changed(method: Method, **changes: object) -> Line:
    def spoil(call: Call, _number: int, reply: Reply) -> Reply:
        if call.method is not method or reply.result is None:
            return reply
        return msgspec.structs.replace(reply, result={**reply.result, **changes})

    return Line(Shop(), spoil)


@pytest.mark.parametrize(
    ("method", "changes", "wrong"),
    [
        (Method.CHECK_PERFORM, {"allow": False}, "allow is not true"),
        (Method.CREATE, {"state": 2}, "state 2"),
        (Method.PERFORM, {"state": 1}, "state 1"),
        (Method.PERFORM, {"create_time": 6}, "create_time differs"),
        (Method.CANCEL, {"state": 2}, "state 2"),
        (Method.CHECK, {"state": 1}, "state 1, state 2 having been answered before"),
        (Method.CHECK, {"state": 2}, "state 2, state -2 having been answered before"),
        (Method.CHECK, {"state": "1"}, "no state, state 1 having been answered before"),
    ],
)
def test_wrong_answers_are_errors(method: Method, changes: dict[str, object], wrong: str) -> None:
    line = _changed(method, **changes)
    _pay(line, _mix(cancel_after=100, check=100))
    assert any(wrong in one for one in line.wrongs)


def test_equal_calls_that_are_answered_differently_are_an_error() -> None:
    def spoil(call: Call, number: int, reply: Reply) -> Reply:
        result = {**(reply.result or {}), "transaction": str(number)}
        return msgspec.structs.replace(reply, result=result) if call.id else reply

    line = Line(Shop(), spoil)
    _pay(line, _mix(double=100))
    assert "two equal calls at once got different answers: transaction" in line.wrongs


@pytest.mark.parametrize(
    ("status", "body", "kind", "flaw"),
    [
        (500, b"{}", "none", Flaw.NOT_200),
        (200, b"<html>", "none", Flaw.UNREADABLE),
        (200, b"[" * 100_000, "none", Flaw.UNREADABLE),
        (200, b"\xff\xfe", "none", Flaw.UNREADABLE),
        (200, b"", "none", Flaw.UNREADABLE),
        (200, b"[1]", "none", Flaw.UNREADABLE),
        (200, b'{"result": {}, "error": {}}', "none", Flaw.UNREADABLE),
        (200, b'{"error": {"code": -32400}}', "error", Flaw.SYSTEM_ERROR),
        (200, b'{"error": {"code": -31008}}', "error", None),
        (200, b'{"result": {"state": "1"}}', "result", None),
    ],
)
def test_what_answers_say(status: int, body: bytes, kind: str, flaw: Flaw | None) -> None:
    reply = read_reply(status, body, 7)
    assert (reply.kind, reply.flaw, reply.state) == (kind, flaw, None)


@pytest.mark.parametrize("id_", [7, "7", None])
def test_an_answer_without_an_id_or_with_its_own_is_taken(id_: object) -> None:
    body = msgspec.json.encode({"id": id_, "result": {"state": 1}})
    assert (read_reply(200, body, 7).text, read_reply(200, body, 7).state) == ("", 1)


@pytest.mark.parametrize("answer", [{"result": {"state": 1}}, {"error": {"code": -31008}}])
def test_an_answer_to_another_call_is_an_error(answer: dict[str, object]) -> None:
    body = msgspec.json.encode({"id": 8, **answer})
    assert read_reply(200, body, 7).text == "the answer has another id than the call"


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (500, b"<h1>\n  Oops</h1>", "the answer was: <h1> Oops</h1>"),
        (200, b"not json, key-of-the-shop", "the answer was: not json, ••••"),
        (200, b"x" * 190 + b"key-of-the-shop" * 9, f"{'x' * 190}••••••••"),
        (200, b"x" + b" " * 1991 + b"key-of-the-shop", "the answer was: x"),
        (200, b" ", ""),
        (200, b'{"error": {"code": -31001}}', 'the answer was: {"code":-31001}'),
        (200, b'{"result": {"state": "2"}}', 'the answer was: {"state":"2"}'),
    ],
)
def test_what_an_answer_says_is_shown_without_the_key(status: int, body: bytes, said: str) -> None:
    told = read_reply(status, body, 7).said(lambda text: text.replace("key-of-the-shop", "••••"))
    assert said in told
    assert bool(said) == bool(told)
    assert "key" not in told
