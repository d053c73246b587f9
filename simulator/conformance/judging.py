"""What every exchange must keep to, whatever the scenario is about."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from simulator.caller.client import NOTHING, Call, Made
from simulator.caller.wire import FailureKind, WireAnswer, WireFailure
from simulator.conformance.books import Sent
from simulator.protocol.answer import NO_ID, Answer, check_http, check_id, read_answer
from simulator.protocol.errors import check_error
from simulator.protocol.finding import Finding, Report, show
from simulator.protocol.kinds import payme_would_send
from simulator.protocol.members import check_result
from simulator.protocol.vocabulary import OPTIONAL, Method, as_method

UNSENT = "transport.unsent-answer"
_FAILURE_RULES = {
    FailureKind.TIMEOUT: "transport.in-time",
    FailureKind.TOO_LARGE: "transport.size",
}

ENGINE_RULES = (
    "transport.answers",
    "transport.in-time",
    "transport.http-200",
    "transport.json-object",
    "transport.content-type",
    "transport.size",
    "transport.unsent-answer",
    "envelope.result-xor-error",
    "envelope.id-same",
    "envelope.id-present",
    "envelope.id-type",
    "envelope.no-strays",
    "error.code-integer",
    "error.message-present",
    "error.message-localised",
    "error.message-languages",
    "error.data-account-member",
    "error.code-known",
    "types.result-object",
    "types.state",
    "types.times",
    "types.times-numeric-string",
    "types.unset-times",
    "types.unset-times-zero",
    "types.transaction-present",
    "types.transaction-string",
    "types.transaction-not-zero",
    "types.reason",
    "types.reason-null",
    "types.allow-boolean",
    "types.amount",
    "types.detail",
    "types.receivers",
    "log.nothing-forbidden",
    "log.no-key",
    "answer.no-key",
    "order.one-live-transaction",
    "invariant.user",
    "create.repeat-changes-nothing",
    "perform.repeat-changes-nothing",
    "cancel.repeat-changes-nothing",
    "create.repeat-same-answer",
    "perform.repeat-same-answer",
    "cancel.repeat-same-answer",
    "refusal.changes-nothing",
    "create.refused-leaves-nothing",
    "create.number-distinct",
    "check.kept",
    "check.matches-answers",
    "statement.matches-check",
    "statement.transactions-array",
    "statement.item-members",
    "database.matches-answers",
    "database.time-zone",
    "database.one-row",
    "order.status-fits",
    "order.amount-stays",
    "accumulating.balance",
    "auth.right-key",
    "durability.starts-again",
    "durability.answered-stays",
    "durability.whole-or-absent",
    "durability.retry-answered",
    "trouble.whole-or-absent",
    "trouble.recovers",
)
"""The rules that the engine judges by itself; each must have a row in `rules.yaml`."""


_Ours = tuple[Collection[str], Sequence[Sent]]


@dataclass(frozen=True, slots=True)
class Judged:
    """One exchange with its answer read and judged."""

    made: Made
    answer: Answer
    report: Report
    earlier: tuple[int, ...] = ()  # the journal's numbers of the attempts before this one

    @property
    def numbers(self) -> tuple[int, ...]:
        """The journal's numbers of all attempts."""
        return (*self.earlier, self.made.exchange.number)

    @property
    def method(self) -> Method | None:
        return method_of(self.made.call)

    @property
    def failure(self) -> WireFailure | None:
        return self.made.answer if isinstance(self.made.answer, WireFailure) else None

    @property
    def is_lost(self) -> bool:
        """True if a fault of ours keeps us from knowing what became of the call."""
        fault = self.made.call.fault
        if fault is None or self.failure is None:
            return False
        return fault.loses_reply or self.failure.kind is FailureKind.TIMEOUT

    @property
    def is_refused_by_silence(self) -> bool:
        """True if the call was one that hanging up is a right answer to."""
        fault = self.made.call.fault
        silent = fault is not None and fault.is_strange and self.answer.kind == "nothing"
        return silent and not self.is_lost


def method_of(call: Call) -> Method | None:
    """The method that the call is meant to be, or None if it is bent beyond recognition."""
    bent = call.raw is not None or call.http_method != "POST" or "method" in call.envelope
    return None if bent else as_method(call.method)


def payme_sends(call: Call) -> bool:
    """True if Payme itself could send this: only then do the rules of the wire bind fully."""
    method = method_of(call)
    bent = set(call.envelope) - {"jsonrpc"}
    if method is None or bent or call.envelope.get("jsonrpc", NOTHING) is not NOTHING:
        return False
    return payme_would_send(method, call.params)


def judge(
    made: Made,
    members: Collection[str],
    own: Collection[str],
    unsent: bool,
    sent: Sequence[Sent] = (),
) -> Judged:
    """Read the answer and hold it against every rule that needs no scenario.

    Of a statement only the scenario's own transactions are judged: `own` are their Payme ids,
    `sent` is what their Creates said.
    """
    report = Report()
    if isinstance(made.answer, WireFailure):
        answer = _no_answer(made.answer, report)
    else:
        answer = _judge_answer(made, made.answer, members, (own, sent), report)
        report.expect(
            not made.leaked_key,
            Finding("answer.no-key", "The kassa's key never leaves the merchant.", "body"),
        )
    fault = made.call.fault
    if fault is not None and fault.is_strange:
        report = _excused(report)
    elif unsent or not payme_sends(made.call) or _has_not(made.call, answer):
        report = _softened(report)
    return Judged(made, answer, report)


def _has_not(call: Call, answer: Answer) -> bool:
    """A merchant need not know the method, so how it says so binds less."""
    return method_of(call) in OPTIONAL and answer.kind != "result"


def _no_answer(failure: WireFailure, report: Report) -> Answer:
    if failure.kind is FailureKind.INJECTED:
        return Answer("nothing")
    rule = _FAILURE_RULES.get(failure.kind, "transport.answers")
    report.expect(
        False, Finding(rule, "The call got no usable answer.", "", "an answer", failure.text)
    )
    return Answer("nothing")


def _judge_answer(
    made: Made, wire: WireAnswer, members: Collection[str], ours: _Ours, report: Report
) -> Answer:
    report.looked_at |= {"transport.answers", "transport.in-time", "transport.size"}
    check_http(wire.status, wire.header("content-type"), report)
    answer = read_answer(wire.status, wire.body, report)
    check_id(NO_ID if made.rpc_id is NOTHING else made.rpc_id, answer, report)
    _no_strays(answer, report)
    method = method_of(made.call)
    if answer.kind == "error":
        check_error(method, answer, members, report)
    elif answer.kind == "result" and method is not None:
        only = _own_items(method, answer.result, *ours)
        check_result(method, answer.result, report, _amount(made.call), only)
    return answer


def _amount(call: Call) -> object:
    return call.params.get("amount") if isinstance(call.params, Mapping) else None


def _no_strays(answer: Answer, report: Report) -> None:
    if not isinstance(answer.body, Mapping):
        return
    strays = sorted(set(answer.body) - {"jsonrpc", "id", "result", "error"})
    report.expect(
        not strays,
        Finding(
            "envelope.no-strays",
            "An answer has no members beside jsonrpc, id, result and error.",
            "body",
            "nothing else",
            ", ".join(show(name) for name in strays),
        ),
    )


def _own_items(
    method: Method, result: object, own: Collection[str], sent: Sequence[Sent]
) -> frozenset[int] | None:
    """Which items of a statement are judged: not other people's. None means all."""
    items = result.get("transactions") if isinstance(result, Mapping) else None
    if method is not Method.STATEMENT or not isinstance(items, list):
        return None
    return frozenset(
        index
        for index, item in enumerate(items)
        if not isinstance(item, Mapping) or _is_ours(item, own, sent)
    )


def _is_ours(item: Mapping[str, object], own: Collection[str], sent: Sequence[Sent]) -> bool:
    """By the id. One without an id may be left over from an earlier run, so it is ours only if
    it shows an account, or a time and an amount, that this scenario has sent."""
    payme_id = item.get("id")
    if isinstance(payme_id, str):
        return payme_id in own
    account, amount, time = (item.get(name) for name in ("account", "amount", "time"))
    return any(
        (account is not None and account == one.account)
        or (time is not None and (amount, time) == (one.amount, one.time))
        for one in sent
    )


def _excused(report: Report) -> Report:
    """Whatever a call like this is answered is right, but for a hang and for the key in it."""
    kept = Report(looked_at={"answer.no-key", UNSENT})
    for finding in report.findings:
        if finding.rule == "answer.no-key":
            kept.findings.append(finding)
        elif finding.rule == "transport.in-time":
            kept.findings.append(replace(finding, rule=UNSENT))
    return kept


def _softened(report: Report) -> Report:
    """A fault on a request that Payme never sends warns, unless it is a hang or a leak."""
    hard = {"transport.in-time", "answer.no-key", "transport.size"}
    soft = Report(looked_at={r for r in report.looked_at if r in hard} | {UNSENT})
    for finding in report.findings:
        keep = finding.rule in hard
        soft.findings.append(finding if keep else replace(finding, rule=UNSENT))
    return soft
