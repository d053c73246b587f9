"""Payme's voice: turns a method and its params into a call, sends it, writes it in the journal."""

from __future__ import annotations

import itertools
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from simulator.caller import auth
from simulator.caller.auth import Credentials
from simulator.caller.burst import BurstSender, Watch
from simulator.caller.faults import Fault
from simulator.caller.faulty import FaultSender, FaultTransport
from simulator.caller.http import HttpTransport
from simulator.caller.masking import Masker
from simulator.caller.wire import Exchange, WireAnswer, WireFailure, WireRequest

JSON_TYPE = "application/json; charset=UTF-8"
_LARGEST_ID = 2**31 - 1
_ROOM = 4_000_000

NOTHING = object()
"""A member that is left out of the envelope."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is to be sent. Only `method` and `params` are Payme's own; the rest bends the rules.

    `envelope` replaces members of the JSON-RPC envelope (NOTHING leaves one out), `raw` replaces
    the whole body. `rpc_id` is the JSON-RPC id of an attempt before; by default it is a new one.
    """

    method: object
    params: object = NOTHING
    auth: str = "right"
    envelope: Mapping[str, object] = field(default_factory=dict)
    raw: str | None = None
    http_method: str = "POST"
    content_type: str = JSON_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | None = None
    rpc_id: int | None = None

    @property
    def label(self) -> str:
        """How the journal names it."""
        if self.http_method != "POST":
            return self.http_method
        return "raw body" if self.raw is not None else str(self.method)


@dataclass(frozen=True, slots=True)
class Made:
    """A call that was made: the masked exchange for the journal, the true answer for judging."""

    call: Call
    exchange: Exchange
    answer: WireAnswer | WireFailure
    rpc_id: object
    leaked_key: bool = False


def rpc_ids(start: int | None = None) -> Iterator[int]:
    """JSON-RPC ids that a merchant has not seen: a random start, below 2^31 for a long run."""
    first = start if start is not None else secrets.randbelow(_LARGEST_ID - _ROOM) + 1
    return itertools.count(first)


class Caller:
    """Calls one merchant. Every call goes through here, so the journal is complete."""

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        transport: HttpTransport,
        masker: Masker,
        journal: Callable[[Exchange], None],
        ids: Iterator[int] | None = None,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        faulty: FaultTransport | None = None,
    ) -> None:
        self._url = url
        self._credentials = credentials
        self._transport = transport
        self._burst = BurstSender(transport.timeout_ms)
        self._faulty = faulty or FaultSender(transport.timeout_ms)
        self._masker = masker
        self._journal = journal
        self._ids = ids or rpc_ids()
        self._numbers = itertools.count(1)
        self._clock = clock
        self._lock = threading.Lock()

    @property
    def key_has_colon(self) -> bool:
        """Whether a merchant that splits login:key at every colon would lose part of the key."""
        return ":" in self._credentials.key

    @property
    def timeout_ms(self) -> int:
        """How long one call may take."""
        return self._burst.timeout_ms

    def call(self, call: Call, scenario: str = "", step: str = "") -> Made:
        """Send one call and wait for its answer. Never raises for what a merchant does."""
        rpc_id, request = self._request(call)
        sent_at, started = self._clock(), time.monotonic_ns()
        answer = self._send(request, call.fault)
        took = (time.monotonic_ns() - started) // 1_000_000
        return self._record(call, rpc_id, request, answer, sent_at, took, (scenario, step))

    def _send(self, request: WireRequest, fault: Fault | None) -> WireAnswer | WireFailure:
        if fault is None:
            return self._transport.send(request)
        self._transport.drop_connections()
        return self._faulty.send(request, fault)

    def burst(
        self,
        calls: Sequence[Call],
        scenario: str = "",
        step: str = "",
        watch: Watch | None = None,
        held: int = 0,
        note: str = "",
    ) -> list[Made]:
        """Send all calls at the same instant; the answers come in the order of the calls.

        `watch` is told, while they come, how many have; the last `held` calls go when it says so.
        `note` is kept with each in the journal.
        """
        self._transport.drop_connections()
        made = [self._request(call) for call in calls]
        arrivals = self._burst.send([request for _, request in made], watch, held)
        return [
            self._record(
                call, rpc_id, request, got.answer, got.released_at, got.took, (scenario, step), note
            )
            for call, (rpc_id, request), got in zip(calls, made, arrivals, strict=True)
        ]

    def forget_connections(self) -> None:
        """Begin anew: whoever was at their other end is gone."""
        self._transport.drop_connections()

    def _request(self, call: Call) -> tuple[object, WireRequest]:
        with self._lock:
            fresh = call.rpc_id if call.rpc_id is not None else next(self._ids)
        rpc_id, body = body_of(call, fresh)
        headers = [("Content-Type", call.content_type)] if call.content_type else []
        authorization = auth.header(call.auth, self._credentials)
        if authorization is not None:
            headers.append(("Authorization", authorization))
        headers += list(call.headers.items())
        return rpc_id, WireRequest(self._url, call.http_method, tuple(headers), body)

    def _record(
        self,
        call: Call,
        rpc_id: object,
        request: WireRequest,
        answer: WireAnswer | WireFailure,
        sent_at: int,
        took: int,
        where: tuple[str, str],
        note: str = "",
    ) -> Made:
        with self._lock:
            number = next(self._numbers)
        notes: tuple[str, ...] = () if call.auth == "right" else (f"auth: {call.auth}",)
        if call.fault is not None:
            notes += (call.fault.words(len(request.body)),)
        notes += (note,) if note else ()
        exchange = Exchange(number, *where, call.label, sent_at, took, request, answer, notes)
        masked = self._masker.exchange(exchange)
        self._journal(masked)
        leaked = isinstance(answer, WireAnswer) and (
            self._masker.holds_key(answer.body)
            or any(self._masker.holds_key(value.encode()) for _, value in answer.headers)
        )
        return Made(call, masked, answer, rpc_id, leaked)


def body_of(call: Call, fresh: int) -> tuple[object, bytes]:
    """The JSON-RPC id that an answer must echo (NOTHING if there is none), and the bytes sent."""
    if call.raw is not None:
        return NOTHING, call.raw.encode()
    if call.http_method == "GET":
        return NOTHING, b""
    envelope: dict[str, object] = {"jsonrpc": "2.0", "id": fresh, "method": call.method}
    envelope["params"] = call.params
    envelope.update(call.envelope)
    sent = {name: value for name, value in envelope.items() if value is not NOTHING}
    text = json.dumps(sent, ensure_ascii=False, separators=(",", ":"))
    return sent.get("id", NOTHING), text.encode("utf-8", "surrogatepass")
