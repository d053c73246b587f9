"""One payment as a payer and Payme make it: the calls, their order, and what may be answered.

Nothing here knows of sockets or of Locust: a `Line` sends, waits and counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Protocol

import msgspec

from loadtests.calls import Call, Reply
from loadtests.ledger import Why
from loadtests.pool import PoolOrder
from simulator.caller.retry import RetryPolicy
from simulator.config.load import Mix
from simulator.protocol.oracle import Book, Seen, Terms, after, explains
from simulator.protocol.vocabulary import Method, State

_FAILED_DEBIT = (1, 2, 3, 10)
_REFUND = 5
_LOSSES = ("drop-reply", "reset-reply", "hang-up")
_ENDS: dict[int, str] = {
    State.PERFORMED: "performed",
    State.CANCELLED: "cancelled",
    State.REFUNDED: "refunded",
}
_WINDOW_MS = 60_000


class Line(Protocol):
    """A payer's way to the merchant."""

    def send(self, call: Call) -> Reply:
        """Send one call, note it in the ledger, wait for what comes of it."""

    def together(self, calls: Sequence[Call]) -> list[Reply]:
        """Send several at one instant; the replies in the order of the calls."""

    def count(self, call: Call, reply: Reply, wrong: str = "", detail: str = "") -> None:
        """Count a call that was sent; `wrong` says what is wrong with its answer, in words that do
        not differ from call to call; `detail` what was seen of this one."""

    def pause(self, ms: int, *, retry: bool = False) -> None:
        """Wait; a wait before a retry is cut short when the load ends."""

    def now(self) -> int:
        """Payme's clock, ms."""

    def transaction_id(self) -> str:
        """A new one of Payme's."""


class Given(msgspec.Struct, frozen=True):
    """What all payments of a run have in common. pause_ms is the mean between two calls."""

    mix: Mix
    terms: Terms
    policy: RetryPolicy
    pause_ms: int


class Payment:
    """Pays one order. `run` tells what became of it."""

    def __init__(self, order: PoolOrder, given: Given, line: Line, rng: Random) -> None:
        self._order = order
        self._given = given
        self._line = line
        self._rng = rng
        self._book: Book = ()
        self._sure = True  # False once an answer is missing: nothing more can be foretold then
        self._asks = self._happens(given.mix.check)  # how it stands, after each step
        self._creates: dict[str, Call] = {}
        self._times: dict[str, dict[str, Any]] = {}

    def run(self) -> str:
        """performed, cancelled, refunded, refused, or suspended (no usable answer in the end)."""
        checked = self._check_order()
        if checked.kind != "result":
            return "suspended" if checked.flaw else "refused"
        self._wait()
        accepted = self._create()
        outcomes = [self._finish(payme_id) for payme_id in accepted]
        if self._happens(self._given.mix.statement):
            self._statement()
        if not outcomes:
            return "refused" if self._sure else "suspended"
        return outcomes[0]

    def _check_order(self) -> Reply:
        order = self._order
        call = Call(
            method=Method.CHECK_PERFORM,
            params={"amount": order.amount, "account": order.account},
            why="pay",
            order=order.number,
            account=order.account,
            amount=order.amount,
        )
        return self._asked(call, lambda it: "" if it.get("allow") is True else "allow is not true")

    def _create(self) -> list[str]:
        """Ids of the transactions that the merchant has accepted; more than one is its mistake."""
        first = self._new_create("pay")
        if not self._happens(self._given.mix.second_payer):
            replies = [(first, self._settle(first))]
        elif self._rng.random() < 0.5:
            both = [first, self._new_create("second-payer")]
            replies = list(zip(both, self._at_once(both), strict=True))
        else:
            replies = [(first, self._settle(first))]
            second = self._new_create("second-payer")
            replies.append((second, self._settle(second, plain=True)))
        return [str(call.id) for call, reply in replies if reply.state == State.CREATED]

    def _finish(self, payme_id: str) -> str:
        self._ask(payme_id)
        self._wait()
        if self._happens(self._given.mix.crossed):
            return self._cross(payme_id)
        if self._happens(self._given.mix.cancel_before):
            reply = self._settle(self._cancel(payme_id, self._rng.choice(_FAILED_DEBIT)))
            if reply.state != State.CANCELLED:
                return self._unfinished(reply)
            self._ask(payme_id)
            return "cancelled"
        reply = self._settle(self._call(Method.PERFORM, payme_id, "pay"))
        if reply.state != State.PERFORMED:
            return self._unfinished(reply)
        self._ask(payme_id)
        if not self._happens(self._given.mix.cancel_after):
            return "performed"
        self._wait()
        reply = self._settle(self._cancel(payme_id, _REFUND))
        if reply.state != State.REFUNDED:
            return "performed"
        self._ask(payme_id)
        return "refunded"

    def _cross(self, payme_id: str) -> str:
        """A call that was held up on its way meets a later one: whichever is first is right."""
        create = msgspec.structs.replace(self._creates[payme_id], why="retry")
        perform = self._call(Method.PERFORM, payme_id, "pay")
        cancel = self._cancel(payme_id, self._rng.choice(_FAILED_DEBIT))
        # the one that goes further comes last, for the last answer is what is known afterwards
        both = self._rng.choice([[create, perform], [create, cancel], [perform, cancel]])
        for call, reply in zip(both, self._at_once(both), strict=True):
            self._repeated(call, reply)
        return _ENDS.get(dict(self._book).get(payme_id, 0), "suspended")

    def _unfinished(self, reply: Reply) -> str:
        return "suspended" if reply.kind == "none" or reply.flaw else "refused"

    def _new_create(self, why: Why) -> Call:
        order, moment, payme_id = self._order, self._line.now(), self._line.transaction_id()
        params = {
            "id": payme_id,
            "time": moment,
            "amount": order.amount,
            "account": order.account,
        }
        call = self._creates[payme_id] = Call(
            method=Method.CREATE,
            params=params,
            why=why,
            id=payme_id,
            order=order.number,
            account=order.account,
            amount=order.amount,
            time=moment,
        )
        return call

    def _cancel(self, payme_id: str, reason: int) -> Call:
        return self._call(Method.CANCEL, payme_id, "cancel", {"reason": reason})

    def _call(
        self, method: Method, payme_id: str, why: Why, more: dict[str, Any] | None = None
    ) -> Call:
        params = {"id": payme_id, **(more or {})}
        order = self._order
        return Call(
            method=method,
            params=params,
            why=why,
            id=payme_id,
            order=order.number,
            amount=order.amount,
        )

    def _settle(self, call: Call, *, plain: bool = False) -> Reply:
        """Until there is an answer that settles the matter, or Payme gives up."""
        mix = self._given.mix
        if not plain and self._happens(mix.double):
            replies = self._at_once([call, msgspec.structs.replace(call, why="double")])
            reply = next((one for one in replies if one.kind != "none"), replies[0])
        elif not plain and self._happens(mix.lost):
            reply = self._line.send(msgspec.structs.replace(call, fault=self._rng.choice(_LOSSES)))
            self._line.count(call, reply)
        else:
            reply = self._judged(call, self._line.send(call))
        return self._repeated(call, reply)

    def _repeated(self, call: Call, reply: Reply) -> Reply:
        policy = self._given.policy
        again = msgspec.structs.replace(call, why="retry")
        for attempt in range(2, policy.attempts + 1):
            if not (reply.lost or (reply.flaw is not None and reply.flaw in policy.on)):
                return reply
            self._line.pause(policy.pause_before(attempt), retry=True)
            reply = self._judged(again, self._line.send(again))
        if reply.kind == "none":
            self._sure = False
        return reply

    def _at_once(self, calls: list[Call]) -> list[Reply]:
        replies = self._line.together(calls)
        seen = [_seen(call, reply) for call, reply in zip(calls, replies, strict=True)]
        known = [one for one in seen if one is not None]
        wrong = ""
        if self._sure and len(known) == len(calls):
            if not explains(self._book, known, None, self._given.terms):
                wrong = _together(known)
            elif _equal(calls):
                wrong = _differing(replies)
        for call, reply in zip(calls, replies, strict=True):
            self._line.count(call, reply, wrong if call is calls[-1] else "")
        self._learn(known)
        if len(known) < len(calls) and not _equal(calls):
            self._sure = False  # who has the order now, and how it stands, is not known any more
        return replies

    def _judged(self, call: Call, reply: Reply) -> Reply:
        seen = _seen(call, reply)
        wrong = ""
        if self._sure and seen is not None:
            if after(self._book, seen, self._given.terms) is None:
                wrong = f"{_words(seen)}, the order having {_states(self._book)}"
            else:
                wrong = self._changed(call, reply)
        self._line.count(call, reply, wrong)
        if seen is not None:
            self._learn([seen])
        return reply

    def _changed(self, call: Call, reply: Reply) -> str:
        """A time that another answer about the same transaction had given differently."""
        known = self._times.setdefault(str(call.id), {})
        for name in ("create_time", "perform_time", "cancel_time"):
            told = (reply.result or {}).get(name)
            if told and known.setdefault(name, told) != told:
                return f"{name} differs from the one answered before"
        return ""

    def _learn(self, known: Sequence[Seen]) -> None:
        """What is known of the order now; the last answer about a transaction counts."""
        book = dict(self._book)
        for seen in known:
            if seen.state is not None:
                book[seen.payme_id] = seen.state
        self._book = tuple(sorted(book.items()))

    def _ask(self, payme_id: str) -> None:
        if not self._asks:
            return
        self._wait()
        state = dict(self._book).get(payme_id)
        call = self._call(Method.CHECK, payme_id, "check")
        self._asked(call, lambda it: _unlike(it, state) if self._sure else "")

    def _statement(self) -> None:
        now = self._line.now()
        call = Call(
            method=Method.STATEMENT,
            params={"from": now - _WINDOW_MS, "to": now},
            why="statement",
        )
        wrong = "transactions is no list"
        self._asked(call, lambda it: "" if isinstance(it.get("transactions"), list) else wrong)

    def _asked(self, call: Call, judged: Callable[[dict[str, Any]], str]) -> Reply:
        """A call that changes nothing: sent until answered; `judged` says what is wrong with its
        result, or nothing."""
        reply = self._line.send(call)
        self._line.count(call, reply, _refused_or(judged, reply))
        for attempt in range(2, self._given.policy.attempts + 1):
            if reply.flaw is None or reply.flaw not in self._given.policy.on:
                break
            self._line.pause(self._given.policy.pause_before(attempt), retry=True)
            again = msgspec.structs.replace(call, why="retry")
            reply = self._line.send(again)
            self._line.count(again, reply, _refused_or(judged, reply))
        return reply

    def _happens(self, percent: int) -> bool:
        return percent > 0 and self._rng.randrange(100) < percent

    def _wait(self) -> None:
        mean = self._given.pause_ms
        if mean:
            self._line.pause(self._rng.randint(0, 2 * mean))


def _equal(calls: Sequence[Call]) -> bool:
    return len({(call.method, call.id) for call in calls}) == 1


def _seen(call: Call, reply: Reply) -> Seen | None:
    """As the oracle takes it; None if there was no answer."""
    if reply.kind == "none":
        return None
    code = reply.code if type(reply.code) is int else 0
    if reply.kind == "result":
        return Seen(call.method, str(call.id), state=reply.state, code=None)
    return Seen(call.method, str(call.id), code=code)


def _refused_or(judged: Callable[[dict[str, Any]], str], reply: Reply) -> str:
    if reply.kind == "none" or reply.flaw is not None:
        return ""
    if reply.kind == "error":
        return f"refused with {code_words(reply.code)}"
    return judged(reply.result or {})


def _unlike(result: dict[str, Any], state: int | None) -> str:
    """A state that is not the one which was answered last."""
    told = result.get("state")
    if told == state:
        return ""
    seen = f"state {told}" if type(told) is int and told in set(State) else "no state"
    return f"{seen}, state {state} having been answered before"


def code_words(code: Any) -> str:
    """An error's code; what is no number may hold anything, and is not repeated."""
    return str(code) if type(code) is int else "a code that is no number"


def _words(seen: Seen) -> str:
    if seen.state is None and seen.code is None:
        return "a result whose state is no number"
    return f"state {seen.state}" if seen.state is not None else f"refused with {seen.code}"


def _states(book: Book) -> str:
    return "a transaction in state " + ", ".join(str(s) for _, s in book) if book else "none"


def _together(known: Sequence[Seen]) -> str:
    """The order of the answers is chance and is left out, so that equal troubles look equal."""
    shown = " and ".join(sorted(_words(seen) for seen in known))
    same = len({seen.payme_id for seen in known}) == 1
    return f"{shown} for {'one transaction' if same else 'two of one order'} at once"


def _differing(replies: Sequence[Reply]) -> str:
    first, second = (one.result or {} for one in replies)
    for name in ("transaction", "create_time", "perform_time", "cancel_time"):
        if first.get(name) != second.get(name):
            return f"two equal calls at once got different answers: {name}"
    return ""
