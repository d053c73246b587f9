"""Calls as they leave, the journal they leave behind, and ids that never repeat."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable

import pytest

from simulator.caller.auth import Credentials
from simulator.caller.client import NOTHING, Call, Caller, Made, rpc_ids
from simulator.caller.http import HttpTransport
from simulator.caller.masking import MASK, Masker
from simulator.caller.wire import Exchange, WireAnswer, WireFailure, WireRequest
from tests.simulator.caller.servers import answer, closed_port, serving

KEY = "kassa:key-of-36-characters-or-nearly"
CREDENTIALS = Credentials("Paycom", KEY)


class Scripted(HttpTransport):
    """Answers without a network and keeps what was sent."""

    def __init__(self, reply: Callable[[WireRequest], WireAnswer | WireFailure]) -> None:
        super().__init__(1000)
        self.reply = reply
        self.sent: list[WireRequest] = []

    def send(self, request: WireRequest) -> WireAnswer | WireFailure:
        self.sent.append(request)
        return self.reply(request)


class Run:
    """A caller over a scripted merchant."""

    def __init__(self, body: bytes = b"{}", headers: tuple[tuple[str, str], ...] = ()) -> None:
        self.transport = Scripted(lambda _: WireAnswer(200, headers, body))
        self.journal: list[Exchange] = []
        self.caller = Caller(
            "http://127.0.0.1:5000/payme",
            CREDENTIALS,
            self.transport,
            Masker(CREDENTIALS),
            self.journal.append,
            ids=iter(range(100, 200)),
            clock=lambda: 1_763_881_200_000,
        )

    def sent(self, call: Call) -> tuple[WireRequest, Made]:
        made = self.caller.call(call, "a.scenario", "a-step")
        return self.transport.sent[-1], made


def test_an_ordinary_call() -> None:
    request, made = Run().sent(Call("CheckTransaction", {"id": "x", "name": "Оʻz"}))
    assert request.method == "POST"
    assert request.body.decode() == (
        '{"jsonrpc":"2.0","id":100,"method":"CheckTransaction","params":{"id":"x","name":"Оʻz"}}'
    )
    assert [name for name, _ in request.headers] == ["Content-Type", "Authorization"]
    assert made.rpc_id == 100
    assert not made.leaked_key


@pytest.mark.parametrize(
    ("call", "body", "rpc_id"),
    [
        (Call("M"), {"jsonrpc": "2.0", "id": 100, "method": "M"}, 100),
        (Call("M", None), {"jsonrpc": "2.0", "id": 100, "method": "M", "params": None}, 100),
        (Call("M", envelope={"id": NOTHING}), {"jsonrpc": "2.0", "method": "M"}, NOTHING),
        (Call("M", envelope={"id": "a"}), {"jsonrpc": "2.0", "id": "a", "method": "M"}, "a"),
        (Call("M", envelope={"jsonrpc": NOTHING}), {"id": 100, "method": "M"}, 100),
        (Call("M", envelope={"method": 5}), {"jsonrpc": "2.0", "id": 100, "method": 5}, 100),
        (
            Call("M", {"a": 1}, envelope={"params": [1]}),
            {"jsonrpc": "2.0", "id": 100, "method": "M", "params": [1]},
            100,
        ),
    ],
)
def test_a_bent_envelope(call: Call, body: object, rpc_id: object) -> None:
    request, made = Run().sent(call)
    assert json.loads(request.body) == body
    assert made.rpc_id is rpc_id or made.rpc_id == rpc_id


def test_a_raw_body_goes_out_as_it_is() -> None:
    request, made = Run().sent(Call("M", raw="\ufeff{not json"))
    assert request.body == b"\xef\xbb\xbf{not json"
    assert made.rpc_id is NOTHING
    assert made.exchange.label == "raw body"


def test_other_http_methods_and_headers() -> None:
    call = Call("M", http_method="GET", content_type="", headers={"X-A": "b"}, auth="none")
    request, made = Run().sent(call)
    assert (request.method, request.body, request.headers) == ("GET", b"", (("X-A", "b"),))
    assert (made.exchange.label, made.rpc_id) == ("GET", NOTHING)


def test_the_journal_is_masked_and_judging_is_not() -> None:
    run = Run(f'{{"echo": "{KEY}"}}'.encode(), (("X-Key", KEY),))
    _, made = run.sent(Call("M"))
    assert made.leaked_key
    assert isinstance(made.answer, WireAnswer)
    assert KEY.encode() in made.answer.body
    (kept,) = run.journal
    assert kept is made.exchange
    assert KEY not in repr(kept)
    assert dict(kept.request.headers)["Authorization"] == f"Basic {MASK}"
    where = (kept.number, kept.scenario, kept.step, kept.sent_at)
    assert where == (1, "a.scenario", "a-step", 1_763_881_200_000)


def test_a_key_in_a_header_of_the_answer_is_a_leak_too() -> None:
    assert Run(headers=(("Set-Cookie", f"auth={KEY}"),)).sent(Call("M"))[1].leaked_key
    assert not Run(headers=(("Set-Cookie", "auth=x"),)).sent(Call("M"))[1].leaked_key


def test_numbers_rise_and_ids_never_repeat() -> None:
    run = Run()
    made = [run.caller.call(Call("M")) for _ in range(5)]
    assert [one.exchange.number for one in made] == [1, 2, 3, 4, 5]
    assert len({one.rpc_id for one in made}) == 5


def test_ids_start_anywhere_and_stay_in_31_bits() -> None:
    starts = {next(rpc_ids()) for _ in range(200)}
    assert len(starts) > 190
    assert min(starts) >= 1
    assert max(starts) + 4_000_000 < 2**31
    assert list(itertools.islice(rpc_ids(7), 3)) == [7, 8, 9]


def test_a_burst_is_journaled_in_the_order_of_its_calls() -> None:
    with serving(lambda connection, _: connection.sendall(answer(b"{}"))) as server:
        journal: list[Exchange] = []
        with HttpTransport(10_000) as transport:
            caller = Caller(server.url, CREDENTIALS, transport, Masker(CREDENTIALS), journal.append)
            calls = [Call("CreateTransaction", {"n": n}) for n in range(10)]
            made = caller.burst(calls, "race", "burst", note="then killed")
    assert [json.loads(one.exchange.request.body)["params"]["n"] for one in made] == list(range(10))
    assert [one.exchange.number for one in made] == list(range(1, 11))
    assert len({one.rpc_id for one in made}) == 10
    assert len({exchange.sent_at for exchange in journal}) == 1
    assert {exchange.notes for exchange in journal} == {("then killed",)}
    assert all(isinstance(one.answer, WireAnswer) for one in made)
    assert sorted(request.partition(b"\r\n\r\n")[2] for request in server.requests) == sorted(
        exchange.request.body for exchange in journal
    )


def test_a_burst_against_nobody_fails_call_by_call() -> None:
    with HttpTransport(1000) as transport:
        url = f"http://127.0.0.1:{closed_port()}/payme"
        caller = Caller(url, CREDENTIALS, transport, Masker(CREDENTIALS), lambda _: None)
        made = caller.burst([Call("CreateTransaction")] * 3)
    assert all(isinstance(one.answer, WireFailure) for one in made)
