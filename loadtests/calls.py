"""One call of Payme's under load, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from loadtests.ledger import Ended, Why
from simulator.caller.retry import Flaw
from simulator.protocol.vocabulary import Code, Method
from simulator.reports.text import shortened

Kind = Literal["result", "error", "none"]
_ANSWER = msgspec.json.Decoder()
_ENVELOPE = msgspec.json.Encoder()
_LOOKED_AT = 2000  # bytes
_CUT = 500  # the last of them may be the half of a secret, which then is not known as one
_SHOWN = 200
_OTHER_ID = "the answer has another id than the call"


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be sent. id: Payme's, None where a method has none. why: as in the ledger.

    order: its number, or "". amount: tiyin. fault: how its reply gets lost, or None.
    """

    method: Method
    params: dict[str, Any]
    why: Why
    id: str | None = None
    order: str = ""
    account: dict[str, Any] | None = None
    amount: int | None = None
    time: int | None = None
    fault: str | None = None

    def body(self, rpc_id: int) -> bytes:
        """The bytes that Payme sends."""
        return _ENVELOPE.encode(
            {"jsonrpc": "2.0", "id": rpc_id, "method": self.method, "params": self.params}
        )


class Reply(msgspec.Struct, frozen=True):
    """What came back. "none" is no usable answer; `flaw` is how Payme sees it, `text` says why.

    flaw is None for an answer that settles the matter, and for a reply that we lost on purpose.
    down: whether we had killed the merchant meanwhile. body: how an unusable answer begins.
    """

    kind: Kind
    result: dict[str, Any] | None = None
    code: Any = None
    error: dict[str, Any] | None = None
    text: str = ""
    flaw: Flaw | None = None
    lost: bool = False
    took_us: int = 0
    down: bool = False
    body: bytes = b""

    def said(self, mask: Callable[[str], str]) -> str:
        """How the result, the error or an unusable answer begins, on one line; empty if there was
        no answer."""
        content = self.result if self.error is None else self.error
        body = self.body if content is None else _ENVELOPE.encode(content)[:_LOOKED_AT]
        told = mask(body.decode("utf-8", "replace"))
        text = " ".join((told if len(body) < _LOOKED_AT else told[:-_CUT]).split())
        return f"the answer was: {shortened(text, _SHOWN)}" if text else ""

    @property
    def state(self) -> int | None:
        """The state in the result, if there is one."""
        state = self.result.get("state") if self.result is not None else None
        return state if type(state) is int else None


def read_reply(status: int, body: bytes, rpc_id: int) -> Reply:
    """What an HTTP answer to the call of that id says. Never raises for what a merchant sends."""
    if status != 200:
        return _unusable(f"HTTP {status}", body, Flaw.NOT_200)
    if not body.strip():
        return _unusable("an empty answer")
    try:
        answer = _ANSWER.decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return _unusable("not JSON", body)
    if not isinstance(answer, dict):
        return _unusable("no JSON object", body)
    result, error = answer.get("result"), answer.get("error")
    # none at all, or a number as a text, is a fault of each answer, which `check` tells;
    # that of another call is what happens under load, and nobody knows then whose answer it is
    text = "" if str(answer.get("id") or rpc_id) == str(rpc_id) else _OTHER_ID
    if isinstance(result, dict) and error is None:
        return Reply("result", result=result, text=text)
    if isinstance(error, dict) and result is None:
        code = error.get("code")
        if code == Code.SYSTEM:
            flaw, text = Flaw.SYSTEM_ERROR, f"system error {code}"
            return Reply("error", code=code, error=error, text=text, flaw=flaw)
        return Reply("error", code=code, error=error, text=text)
    return _unusable("neither a result nor an error", body)


def _unusable(text: str, body: bytes = b"", flaw: Flaw = Flaw.UNREADABLE) -> Reply:
    return Reply("none", text=text, flaw=flaw, body=body[:_LOOKED_AT])


def ended(call: Call, reply: Reply, at: int, sent: int, took_us: int) -> Ended:
    """The ledger's line. Times in ms, but took_us."""
    result = reply.result or {}
    return Ended(
        at=at,
        sent=sent,
        took_us=took_us,
        method=call.method.value,
        answer=reply.kind,
        why=call.why,
        id=call.id,
        order=call.order,
        account=call.account,
        amount=call.amount,
        time=call.time,
        state=result.get("state"),
        code=reply.code,
        create_time=result.get("create_time"),
        perform_time=result.get("perform_time"),
        cancel_time=result.get("cancel_time"),
        reason=result.get("reason"),
        transaction=result.get("transaction"),
        fault=call.fault,
    )
