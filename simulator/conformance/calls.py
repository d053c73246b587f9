"""From a step to the calls that it makes: Payme's own, or bent as the step says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from simulator.caller.client import JSON_TYPE, NOTHING, Call
from simulator.caller.faults import Fault, FaultKind
from simulator.conformance import format as fmt
from simulator.conformance.durations import parse_duration, parse_size
from simulator.conformance.values import Scope
from simulator.protocol.vocabulary import MUTATING


def build_call(step: fmt.Step, scope: Scope) -> Call:
    """The call of a step. Raises Unresolved and NotApplicable as values do."""
    http = step.http or fmt.Http()
    call = Call(
        scope.resolve(step.call) if step.call is not None else "",
        scope.resolve(step.params) if "params" in step.model_fields_set else NOTHING,
        auth=str(scope.resolve(step.auth)),
        envelope=_envelope(step.envelope, scope),
        http_method=http.method or "POST",
        content_type=str(scope.resolve(http.content_type or JSON_TYPE)),
        headers=http.headers,
        fault=_fault(step.fault, scope) if step.fault is not None else None,
    )
    return call if step.raw is None else _with_raw(call, str(scope.resolve(step.raw)))


def times_to_send(step: fmt.Step, call: Call) -> int:
    """Payme's sandbox sends Create, Perform and Cancel twice; bent calls go once."""
    if step.repeat is not None:
        return step.repeat
    if step.fault is not None or step.retry is not None:
        return 1
    plain = call.raw is None and call.http_method == "POST" and call.auth == "right"
    alone = step.loop is None and not call.envelope
    return 2 if plain and alone and call.method in set(MUTATING) else 1


def burst_calls(step: fmt.Step, scope: Scope) -> list[Call]:
    """All calls of a burst, the sides of a race in turns."""
    assert step.burst is not None
    first = build_call(step, scope)
    calls = [first]
    calls += [_copy(first, step, scope, index) for index in range(1, step.burst.count)]
    sides = [calls]
    for other in step.burst.against:
        against = Call(scope.resolve(other.call), scope.resolve(other.params))
        sides.append([against] * other.count)
    return _interleaved(sides)


def _copy(first: Call, step: fmt.Step, scope: Scope, index: int) -> Call:
    """The same call; params named in `fresh` are evaluated anew, `$loop` counts the copies."""
    assert step.burst is not None
    if not isinstance(first.params, dict) or not isinstance(step.params, dict):
        return first
    scope = replace(scope, loop=index)
    anew = {name: scope.resolve(step.params[name]) for name in step.burst.fresh}
    return replace(first, params={**first.params, **anew})


def _fault(wanted: fmt.Fault, scope: Scope) -> Fault:
    """The fault as the wire needs it: bytes and ms; what is not said is the kind's own."""
    plain = Fault(FaultKind(str(scope.resolve(wanted.kind))))

    def length(text: str | None, otherwise: int) -> int:
        return otherwise if text is None else parse_size(text)

    return replace(
        plain,
        after=length(wanted.after, plain.after),
        missing=length(wanted.missing, plain.missing),
        piece=length(wanted.piece, plain.piece),
        size=length(wanted.size, plain.size),
        pause_ms=plain.pause_ms if wanted.pause is None else parse_duration(wanted.pause),
        type=plain.type if wanted.type is None else str(scope.resolve(wanted.type)),
        depth=wanted.depth or plain.depth,
        count=wanted.count or plain.count,
    )


def _envelope(bent: fmt.Envelope | None, scope: Scope) -> dict[str, object]:
    if bent is None:
        return {}
    changed: dict[str, object] = dict.fromkeys(bent.omit, NOTHING)
    for name in bent.model_fields_set - {"omit"}:
        changed[name] = scope.resolve(getattr(bent, name))
    return changed


def _with_raw(call: Call, raw: str) -> Call:
    """The body as the file gives it; `{envelope}` in it is the call that it would have been."""
    envelope = {"jsonrpc": "2.0", "id": 1, "method": call.method, "params": call.params}
    if call.params is NOTHING:
        del envelope["params"]
    text = json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))
    return replace(call, raw=raw.replace("{envelope}", text))


def _interleaved(sides: Sequence[Sequence[Call]]) -> list[Call]:
    """All sides in turns, so that none has a head start."""
    rows = zip_longest(*sides)
    return [call for row in rows for call in row if call is not None]
