"""What an answer means for a payment: done, refused, or nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.caller.retry import Flaw, RetryPolicy, flaw_of
from simulator.caller.wire import FailureKind, WireFailure
from simulator.protocol.answer import read_answer
from simulator.protocol.finding import Report
from simulator.protocol.kinds import is_int
from simulator.protocol.vocabulary import GENERAL_CODES, State
from simulator.web.texts import clean
from simulator.web.voice import Spoken

UNAVAILABLE, WRONG = -31622, -31623
"""What the payer is told: the merchant's service is unavailable, or works incorrectly."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """kind: `done` (a usable result), `refused` (an error that is a decision), `unclear`.

    error is what the payer is told; told: the call may have reached the merchant.
    again: Payme's policy repeats it soon.
    """

    kind: str
    result: Mapping[str, Any] = field(default_factory=dict)
    error: dict[str, Any] | None = None
    told: bool = True
    again: bool = True

    @property
    def code(self) -> object:
        return self.error["code"] if self.error else None


def outcome_of(spoken: Spoken, policy: RetryPolicy, *states: State) -> Outcome:
    """Read an answer. With `states`, a result that shows none of them is of no use.

    What it says is kept with the payment and shown to the payer: without the kassa's secrets.
    """
    answer, mask = spoken.made.answer, spoken.masker.value
    flaw = flaw_of(answer)
    if isinstance(answer, WireFailure):
        told = answer.kind is not FailureKind.REFUSED
        return _unclear(UNAVAILABLE, mask(answer.text), told, Flaw.NO_ANSWER in policy.on)
    read = read_answer(answer.status, answer.body, Report())
    if flaw is not None:
        code = WRONG if flaw is Flaw.UNREADABLE else UNAVAILABLE
        return _unclear(code, _FLAWS[flaw].format(status=answer.status), True, flaw in policy.on)
    if read.kind == "error":
        return _refused(mask(clean(read.error)))
    result = mask(clean(read.result))
    if not isinstance(result, Mapping):
        return _unclear(WRONG, "the result is not an object", True)
    if states and (not is_int(result.get("state")) or result["state"] not in states):
        shown = ", ".join(str(int(state)) for state in states)
        return _unclear(WRONG, f"the result's state is not {shown}", True)
    return Outcome("done", result)


def _refused(error: object) -> Outcome:
    code = error.get("code") if isinstance(error, Mapping) else None
    if not isinstance(error, Mapping) or not is_int(code):
        return _unclear(WRONG, "the error has no integer code", True)
    if code in GENERAL_CODES:
        return _unclear(WRONG, f"the merchant refuses the call itself: {code}", True)
    told = {"code": code, "message": error.get("message"), "data": error.get("data")}
    return Outcome("refused", error=told | {"by": "merchant"})


def _unclear(code: int, text: str, told: bool, again: bool = True) -> Outcome:
    error = {"code": code, "message": text, "data": None, "by": "payme"}
    return Outcome("unclear", error=error, told=told, again=again)


_FLAWS = {
    Flaw.NOT_200: "the merchant answers HTTP {status}",
    Flaw.UNREADABLE: "the answer is not a JSON-RPC answer",
    Flaw.SYSTEM_ERROR: "the merchant answers that its system fails (-32400)",
    Flaw.NO_ANSWER: "no answer",
}


def number_of(value: object) -> int | None:
    """A time or state as the merchant gave it, if it is a whole number that fits a column."""
    return value if isinstance(value, int) and is_int(value) and abs(value) < 2**62 else None


def text_of(value: object) -> str | None:
    """The merchant's own transaction number, however it is typed."""
    return None if value is None else str(value)[:200]
