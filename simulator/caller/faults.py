"""Faults of our own side of the wire, as data: what breaks, and how badly.

Three groups. The reply gets lost (the merchant was told all, Payme hears nothing); the network is
slow or breaks off; the call itself is one that only a proxy or an attacker sends.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from simulator.caller.wire import WireRequest

NOTE = "fault: "
"""How a note on an exchange begins that had a fault of ours."""


class FaultKind(StrEnum):
    """What breaks."""

    DROP_REPLY = "drop-reply"
    HANG_UP = "hang-up"
    RESET_REPLY = "reset-reply"
    SLOW_REQUEST = "slow-request"
    HALF_BODY = "half-body"
    CONTENT_TYPE = "content-type"
    OVERSIZED = "oversized"
    NESTED = "nested"
    HEADER_FLOOD = "header-flood"


LOSES_REPLY = frozenset({FaultKind.DROP_REPLY, FaultKind.HANG_UP, FaultKind.RESET_REPLY})
"""The merchant got the whole call; what became of it is unknown to Payme."""

STRANGE = frozenset(
    {
        FaultKind.HALF_BODY,
        FaultKind.CONTENT_TYPE,
        FaultKind.OVERSIZED,
        FaultKind.NESTED,
        FaultKind.HEADER_FLOOD,
    }
)
"""Calls that a merchant may refuse in any way: an error, another HTTP status, hanging up."""

TAKES: dict[FaultKind, frozenset[str]] = {
    FaultKind.DROP_REPLY: frozenset(),
    FaultKind.HANG_UP: frozenset(),
    FaultKind.RESET_REPLY: frozenset({"after"}),
    FaultKind.SLOW_REQUEST: frozenset({"piece", "pause"}),
    FaultKind.HALF_BODY: frozenset({"missing"}),
    FaultKind.CONTENT_TYPE: frozenset({"type"}),
    FaultKind.OVERSIZED: frozenset({"size"}),
    FaultKind.NESTED: frozenset({"depth"}),
    FaultKind.HEADER_FLOOD: frozenset({"count", "size"}),
}
"""The parameters that a kind has."""

_SIZES = {FaultKind.OVERSIZED: 4_000_000, FaultKind.HEADER_FLOOD: 100_000}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. Lengths are bytes, `pause_ms` ms; a parameter of 0 stands for the kind's own.

    after: so much of the reply is read before the connection is reset.
    missing: so much of the body is never sent; 0 is half of it.
    piece, pause_ms: the body is sent in pieces so long, with a pause before each.
    type: the Content-Type. size: of the padding, or of each header. depth: arrays in arrays.
    count: headers more.
    """

    kind: FaultKind
    after: int = 20
    missing: int = 0
    piece: int = 16
    pause_ms: int = 10
    type: str = "text/plain"
    size: int = 0
    depth: int = 100_000
    count: int = 1

    @property
    def loses_reply(self) -> bool:
        return self.kind in LOSES_REPLY

    @property
    def is_strange(self) -> bool:
        return self.kind in STRANGE

    @property
    def length(self) -> int:
        """`size`, or what it is by default."""
        return self.size or _SIZES.get(self.kind, 0)

    def bent(self, request: WireRequest) -> WireRequest:
        """The request as this fault has it sent; most faults leave it as it is."""
        if self.kind is FaultKind.CONTENT_TYPE:
            rest = [(n, v) for n, v in request.headers if n.lower() != "content-type"]
            return replace(request, headers=(("Content-Type", self.type), *rest))
        if self.kind is FaultKind.OVERSIZED:
            return replace(request, body=_with_member(request.body, b'"%s"' % (b"x" * self.length)))
        if self.kind is FaultKind.NESTED:
            deep = b"[" * self.depth + b"]" * self.depth
            return replace(request, body=_with_member(request.body, deep))
        if self.kind is FaultKind.HEADER_FLOOD:
            more = tuple((f"X-Flood-{n + 1}", "x" * self.length) for n in range(self.count))
            return replace(request, headers=(*request.headers, *more))
        return request

    def words(self, body_length: int) -> str:
        """What was done to the call, for the reader of a report."""
        missing = self.missing or body_length // 2
        texts = {
            FaultKind.DROP_REPLY: "the whole call was sent, and as the reply began we hung up",
            FaultKind.HANG_UP: "the whole call was sent, and we hung up without waiting",
            FaultKind.RESET_REPLY: (
                f"after {self.after} bytes of the reply we reset the connection"
            ),
            FaultKind.SLOW_REQUEST: (
                f"the body was sent {self.piece} bytes at a time, {self.pause_ms} ms apart"
            ),
            FaultKind.HALF_BODY: f"the last {missing} bytes of the body were never sent",
            FaultKind.CONTENT_TYPE: f"sent with Content-Type: {self.type}",
            FaultKind.OVERSIZED: f"sent with a member more in it, of {self.length:,} bytes",
            FaultKind.NESTED: f"sent with a member more in it, {self.depth:,} arrays deep",
            FaultKind.HEADER_FLOOD: (
                f"sent with {self.count:,} headers more, {self.length:,} bytes each"
            ),
        }
        return f"{NOTE}{self.kind.value}: {texts[self.kind]}"


def fault_of(notes: Iterable[str]) -> str:
    """What the notes of an exchange say of a fault of ours: `drop-reply: …`, or an empty text."""
    return next((n.removeprefix(NOTE) for n in notes if n.startswith(NOTE)), "")


def _with_member(body: bytes, value: bytes) -> bytes:
    """The envelope with a member `padding`; a body that is no object gets it as blanks behind."""
    if body.endswith(b"}") and len(body) > 2:
        return body[:-1] + b',"padding":' + value + b"}"
    return body + b" " * len(value)
