"""A merchant in memory, right by default, and a payer's line to it without a network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from loadtests.calls import Call, Reply, read_reply

BUSY = -31050


@dataclass
class Shop:
    """Answers calls one after the other. `refunds`, `one_time`: what it promises."""

    one_time: bool = True
    refunds: bool = True
    states: dict[str, int] = field(default_factory=dict)

    def answer(self, call: Call) -> dict[str, Any]:
        return getattr(self, f"_{call.method.name.lower()}")(call)  # type: ignore[no-any-return]

    def _check_perform(self, _call: Call) -> dict[str, Any]:
        return {"result": {"allow": True}}

    def _create(self, call: Call) -> dict[str, Any]:
        live = [s for i, s in self.states.items() if s > 0 and i != call.id]
        if live and self.one_time:
            return {"error": {"code": BUSY, "message": "busy", "data": "order_id"}}
        self.states.setdefault(str(call.id), 1)
        return self._told(call)

    def _perform(self, call: Call) -> dict[str, Any]:
        self.states[str(call.id)] = 2
        return self._told(call)

    def _cancel(self, call: Call) -> dict[str, Any]:
        state = self.states[str(call.id)]
        if state == 2 and not self.refunds:
            return {"error": {"code": -31007, "message": "no"}}
        self.states[str(call.id)] = -abs(state)
        return self._told(call)

    def _check(self, call: Call) -> dict[str, Any]:
        return self._told(call)

    def _statement(self, _call: Call) -> dict[str, Any]:
        return {"result": {"transactions": []}}

    def _told(self, call: Call) -> dict[str, Any]:
        return {
            "result": {
                "state": self.states[str(call.id)],
                "transaction": str(call.id)[-3:],
                "create_time": 5,
            }
        }


@dataclass
class Line:
    """Keeps what was sent, counted and waited. `spoil` may put another reply in an answer's place;
    it is given the call and how many were sent before."""

    shop: Shop
    spoil: Callable[[Call, int, Reply], Reply] = lambda _call, _number, reply: reply
    sent: list[Call] = field(default_factory=list)
    counted: list[tuple[Call, Reply, str]] = field(default_factory=list)
    retries: list[int] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    clock: int = 1_000
    ids: int = 0

    def send(self, call: Call) -> Reply:
        number = len(self.sent)
        self.sent.append(call)
        answer = {"jsonrpc": "2.0", "id": 1, **self.shop.answer(call)}
        if call.fault is not None:
            return Reply("none", text="lost on purpose", lost=True)
        return self.spoil(call, number, read_reply(200, msgspec.json.encode(answer), 1))

    def together(self, calls: Sequence[Call]) -> list[Reply]:
        return [self.send(call) for call in calls]

    def count(self, call: Call, reply: Reply, wrong: str = "", detail: str = "") -> None:
        self.counted.append((call, reply, wrong))
        self.details += [detail] if detail else []

    def pause(self, ms: int, *, retry: bool = False) -> None:
        self.clock += ms
        if retry:
            self.retries.append(ms)

    def now(self) -> int:
        self.clock += 1
        return self.clock

    def transaction_id(self) -> str:
        self.ids += 1
        return f"{self.ids:024x}"

    @property
    def wrongs(self) -> list[str]:
        """What was found wrong."""
        return [wrong for _, _, wrong in self.counted if wrong]

    @property
    def methods(self) -> list[str]:
        """What was sent."""
        return [call.method.name for call in self.sent]
