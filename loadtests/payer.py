"""A payer as a Locust user: FastHttpUser's connections, one payment after the other.

Import this only in a process that Locust may patch for gevent.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

import gevent
import msgspec
from gevent import GreenletExit
from geventhttpclient.url import URL
from locust import FastHttpUser, task
from locust.contrib.fasthttp import FAILURE_EXCEPTIONS
from locust.exception import StopUser

from loadtests.calls import Call, Reply, ended, read_reply
from loadtests.payment import Payment, code_words
from loadtests.playing import Playing
from loadtests.pool import NoOrders
from loadtests.results import BEGUN_LATE
from loadtests.tally import Trouble
from loadtests.worker import Worker
from simulator.caller.faults import Fault, FaultKind
from simulator.caller.http import LARGEST_ANSWER
from simulator.caller.retry import Flaw
from simulator.caller.wire import FailureKind, WireRequest

_LONG_PAUSE_MS = 2_000
_STOPPED = Reply("none", text="the load ended before an answer came", lost=True)
_CONNECTIONS = 4
_LATE_US = 200_000  # less goes by while payers are made, or is the machine's
_NO_CONNECTION = "no connection: refused"


class WrongAnswer(Exception):
    """What Locust's own statistics show for an answer that was no good."""


class PayerLine:
    """One payer's way to the merchant; see `loadtests.payment.Line`."""

    def __init__(self, worker: Worker, client: Any, fire: Any) -> None:
        url = URL(worker.url)
        self._worker = worker
        self._client = client.client.clientpool.get_client(url)
        self._uri = url.request_uri
        self._fire = fire
        self._timeout_s = worker.timeout_ms / 1000
        self._due_us: int | None = None

    def due(self, at_us: int) -> None:
        """The next call was meant to be sent then, by the performance counter."""
        self._due_us = at_us

    def send(self, call: Call) -> Reply:
        """Latency counts from the moment at which the call was meant to be sent."""
        return self._send(call, self._begun())

    def together(self, calls: Sequence[Call]) -> list[Reply]:
        """Each on a connection of its own."""
        due = self._begun()
        sending = [gevent.spawn(self._send, call, due) for call in calls]
        try:
            gevent.joinall(sending, raise_error=True)
        finally:
            gevent.killall(sending)
        return [one.value for one in sending]

    def _begun(self) -> int | None:
        """When the call was meant to be sent. StopUser if it could not be noted."""
        if self._worker.unwritable:
            raise StopUser
        due, self._due_us = self._due_us, None
        return due

    def _send(self, call: Call, due_us: int | None) -> Reply:
        sent_us, sent = time.perf_counter_ns() // 1000, time.time_ns() // 1_000_000
        late = 0 if due_us is None else max(0, sent_us - due_us)
        reply = _STOPPED
        try:
            reply = self._lossy(call) if call.fault else self._exchange(call)
        finally:
            took = time.perf_counter_ns() // 1000 - sent_us
            self._worker.note_call(ended(call, reply, sent - late // 1000, sent, took))
        down = reply.kind == "none" and not reply.lost and self._worker.downtime.met(sent)
        return msgspec.structs.replace(reply, took_us=took + late, down=down)

    def _exchange(self, call: Call) -> Reply:
        rpc_id = next(self._worker.rpc_ids)
        body = call.body(rpc_id)
        limit, begun = gevent.Timeout(self._timeout_s), False
        waited = self._worker.timeout_ms
        try:
            with limit:
                response = self._client.request("POST", self._uri, body, self._worker.headers)
                begun = True
                try:
                    data = response.read(LARGEST_ANSWER + 1)
                finally:
                    response.release()
        except gevent.Timeout as timeout:
            if timeout is not limit and not isinstance(timeout, OSError):
                raise
            if begun:
                told = f"not all of the answer's body within {waited} ms, only its head"
                return _silence(f"{told}; is its Content-Length right?")
            return _silence(f"no answer within {waited} ms")
        except FAILURE_EXCEPTIONS as error:
            return _silence(_words(error, begun))
        if len(data) > LARGEST_ANSWER:
            return _silence(f"the answer is larger than {LARGEST_ANSWER:,} bytes")
        return read_reply(response.status_code, bytes(data), rpc_id)

    def _lossy(self, call: Call) -> Reply:
        worker = self._worker
        body = call.body(next(worker.rpc_ids))
        request = WireRequest(worker.url, "POST", tuple(worker.headers.items()), body)
        outcome = worker.faulty.send(request, Fault(FaultKind(str(call.fault))))
        if getattr(outcome, "kind", None) is FailureKind.INJECTED:
            return Reply("none", text="lost on purpose", lost=True)
        text = getattr(outcome, "text", "an answer where none was waited for")
        return _silence(_NO_CONNECTION if text.endswith("Connection refused") else text)

    def count(self, call: Call, reply: Reply, wrong: str = "", detail: str = "") -> None:
        """In our tally, and in Locust's own statistics."""
        if reply.lost:
            return
        tally, mask, method = self._worker.tally, self._worker.mask, call.method.value
        unanswered = reply.kind == "none"
        text = reply.text or wrong
        if text:
            trouble: Trouble = "unanswered" if unanswered else "wrong"
            tally.call(method, reply.took_us, "down" if reply.down else trouble)
            example = "; ".join(filter(None, (_example(call), mask(detail), reply.said(mask))))
            tally.trouble(method, text, "down" if reply.down else "merchant", example)
        else:
            tally.call(method, reply.took_us)
            if reply.kind == "error":
                tally.trouble(method, code_words(reply.code), "call")
        self._fire(
            request_type="payme",
            name=method,
            response_time=reply.took_us / 1000,
            response_length=0,
            exception=WrongAnswer(text) if text else None,
            context={},
        )

    def pause(self, ms: int, *, retry: bool = False) -> None:
        """A retry is due at once when the load ends; so is what would be long in coming."""
        due = time.perf_counter_ns() // 1000 + ms * 1000
        if retry or ms > _LONG_PAUSE_MS:
            if self._worker.stopping.wait(ms / 1000):
                due = time.perf_counter_ns() // 1000
        else:
            gevent.sleep(ms / 1000)
        self._due_us = due

    def now(self) -> int:
        """Payme's clock, ms."""
        return self._worker.now()

    def transaction_id(self) -> str:
        """A new one of Payme's."""
        return self._worker.ids.take()


def _example(call: Call) -> str:
    order = f"order {call.order}" if call.order else ""
    return f"{order}, transaction {call.id}" if call.id else order


def _silence(text: str) -> Reply:
    return Reply("none", text=text, flaw=Flaw.NO_ANSWER)


def _words(error: BaseException, begun: bool) -> str:
    """Without what differs from call to call. begun: the head of an answer has come."""
    if isinstance(error, ConnectionRefusedError):
        return _NO_CONNECTION
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return "the connection broke"
    name = type(error).__name__
    if name == "HTTPConnectionClosed":
        return "the merchant closed the connection with no answer"
    if name == "HTTPParseError":
        if begun:
            return "the answer breaks off before its end"
        return "the answer is not HTTP; had the one before it the right Content-Length?"
    if isinstance(error, OSError) and error.strerror:
        return f"no connection: {error.strerror}"
    return name


class Payer(FastHttpUser):
    """Pays orders until there are none left or the load ends."""

    worker: ClassVar[Worker]
    """Set before the first payer is made."""

    insecure = False
    max_retries = 0
    max_redirects = 0
    concurrency = _CONNECTIONS

    def __init__(self, environment: Any) -> None:
        self.host = "{0.scheme}://{0.netloc}".format(urlsplit(self.worker.url))
        self.network_timeout = self.connection_timeout = self.worker.timeout_ms / 1000
        super().__init__(environment)
        self._rng = self.worker.random(next(self.worker.payers))
        self._line = PayerLine(self.worker, self.client, environment.events.request.fire)

    def wait_time(self) -> float:
        """Between two payments of the closed model; the open one waits for arrivals."""
        mean = self.worker.given.pause_ms
        if self.worker.plan.rate is not None or not mean:
            return 0
        return self._rng.randint(0, 2 * mean) / 1000

    @task
    def pay(self) -> None:
        """One payment."""
        worker = self.worker
        worker.begun.wait()
        if worker.stopping.is_set():
            raise StopUser
        play = worker.pick(self._rng)
        try:
            orders = [worker.pool.take() for _ in range(play.orders if play else 1)]
        except NoOrders as error:
            if not worker.stopping.is_set():
                worker.cannot_go_on = str(error)
            raise StopUser from error
        due = worker.next_arrival()
        if due is not None:
            left = due - time.perf_counter_ns() // 1000
            if left > 0 and worker.stopping.wait(left / 1_000_000):
                raise StopUser
            if left < -_LATE_US:
                worker.tally.payment(BEGUN_LATE)
            self._line.due(due)
        try:
            if play is None:
                outcomes = [Payment(orders[0], worker.given, self._line, self._rng).run()]
            else:
                outcomes = Playing(play, orders, worker.given, self._line, self._rng).run()
        except GreenletExit:
            worker.tally.payment("broken off")
            raise
        for outcome in outcomes:
            worker.tally.payment(outcome)
