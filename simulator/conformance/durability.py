"""After a restart, or trouble with the database: what was answered is there; what was not is whole
or absent, and can be repeated, as Payme will."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from simulator.caller.client import Call
from simulator.conformance.audit import statement_report
from simulator.conformance.books import Transaction, differences
from simulator.conformance.events import Outcome, Verdict
from simulator.conformance.judging import Judged, method_of
from simulator.conformance.ports import NotLooked
from simulator.conformance.recorder import Evidence
from simulator.conformance.session import Session
from simulator.protocol.finding import Finding, Report, show
from simulator.protocol.kinds import same_number
from simulator.protocol.vocabulary import MUTATING, Code, Method, State

STAYS = "durability.answered-stays"
WHOLE = "durability.whole-or-absent"
RETRY = "durability.retry-answered"
_BETWEEN_MS = 300
_TIMES = {
    Method.CREATE: "create_time",
    Method.PERFORM: "perform_time",
    Method.CANCEL: "cancel_time",
}


@dataclass(frozen=True, slots=True)
class Aftermath:
    """Of what: the rules it is judged by, the words for it, and how often a call is tried."""

    stays: str
    whole: str
    retry: str
    after: str
    cut: str
    by: str
    tries: int


CRASH = Aftermath(
    STAYS,
    WHOLE,
    RETRY,
    after="After a restart",
    cut="got no answer before the merchant was killed",
    by="a crash",
    tries=3,
)


def after_restart(
    session: Session, step: str, lost: Sequence[Call], what: Aftermath = CRASH
) -> list[Judged]:
    """Look at every transaction of the scenario, then send again what got no answer.

    The answers to what was sent again are given back.
    """
    cut = [call for call in lost if method_of(call) in MUTATING]
    _answered_stays(session, step, {_id_of(call) for call in cut}, what)
    looks = ((call, _look(session, step, call, what)) for call in cut)
    return [_sent_again(session, step, call, look, what) for call, look in looks]


def _id_of(call: Call) -> str:
    return str(call.params.get("id")) if isinstance(call.params, Mapping) else ""


def _numbers(*seen: Judged) -> Evidence:
    return Evidence(tuple(one.made.exchange.number for one in seen))


def _ask(session: Session, call: Call, step: str, what: Aftermath) -> Judged:
    """The answer; Payme makes a call again that is answered with a system error."""
    seen = session.call(call, step)
    for _ in range(what.tries - 1):
        if seen.answer.code != Code.SYSTEM:
            break
        session.pause(_BETWEEN_MS)
        seen = session.call(call, step)
    return seen


def _under(rule: str, report: Report, what: Aftermath) -> Report:
    """The same findings under a rule of this file, and of what they are the aftermath."""
    found = [replace(f, rule=rule, message=f"{what.after}: {f.message}") for f in report.findings]
    return Report(looked_at={rule}, findings=found)


def _answered_stays(session: Session, step: str, cut: Collection[str], what: Aftermath) -> None:
    shown: dict[str, Mapping[str, object]] = {}
    for tx in list(session.books.transactions.values()):
        if tx.sure and tx.payme_id not in cut:
            record = _still_there(session, step, tx, what)
            if record is not None:
                shown[tx.payme_id] = record
    if not shown:
        return
    listed = statement_report(session, shown, step)
    if listed is not None:
        report, seen = listed
        session.recorder.standing(
            step, _under(what.stays, report, what), Verdict.ANSWER, _numbers(seen)
        )
    _rows_stay(session, step, shown, cut, what)


def _still_there(
    session: Session, step: str, tx: Transaction, what: Aftermath
) -> Mapping[str, object] | None:
    seen = _ask(session, Call(Method.CHECK, {"id": tx.payme_id}), step, what)
    report = Report()
    record = seen.answer.result if isinstance(seen.answer.result, Mapping) else None
    if record is not None:
        report.findings += differences(tx, record, what.stays, session.now())
    else:
        text = "CheckTransaction does not know a transaction that was answered."
        found = show(seen.answer.error) if seen.answer.kind == "error" else "no answer"
        report.findings.append(Finding(what.stays, text, "CheckTransaction", "a result", found))
    told = _under(what.stays, report, what)
    session.recorder.standing(step, told, Verdict.ANSWER, _numbers(seen))
    return record


def _rows_stay(
    session: Session,
    step: str,
    shown: Mapping[str, Mapping[str, object]],
    cut: Collection[str],
    what: Aftermath,
) -> None:
    watch, books, now = session.watch, session.books, session.now()
    if watch is None:
        return
    report, rows = Report(), tuple[str, ...]()
    try:
        for payme_id, record in shown.items():
            tx = books.transactions[payme_id]
            mine = books.of_account(tx.account)
            rows += watch.record(tx, record, now, report)
            for order in session.all_orders:
                whole = not any(one.payme_id in cut for one in mine)
                if dict(order.account) == tx.account and whole:
                    rows += watch.order_fits(order, mine, now, report)
    except NotLooked as error:
        _unseen(session, step, what.stays, error)
        return
    session.recorder.standing(
        step, _under(what.stays, report, what), Verdict.DATABASE, Evidence(rows=rows)
    )


def _unseen(session: Session, step: str, rule: str, error: Exception) -> None:
    session.recorder.unseen(step, Verdict.DATABASE, rule, Outcome.NOT_TESTABLE, str(error))


def _look(session: Session, step: str, call: Call, what: Aftermath) -> Judged:
    """What a call that got no answer has left: all of it or nothing."""
    seen = _ask(session, Call(Method.CHECK, {"id": _id_of(call)}), step, what)
    known = session.books.transactions.get(_id_of(call))
    state = seen.answer.member("state") if seen.answer.kind == "result" else None
    absent = known is None and seen.answer.code == Code.NO_TRANSACTION
    allowed = {_after(call, known), *([known.state] if known else [])}
    report = Report()
    report.expect(
        absent or state in allowed,
        Finding(
            what.whole,
            f"{call.label} {what.cut}, and is half done.",
            "CheckTransaction",
            " or ".join([*(["error -31003"] if known is None else []), *map(str, sorted(allowed))]),
            show(seen.answer.error if seen.answer.kind == "error" else state),
        ),
    )
    session.recorder.standing(step, report, Verdict.ANSWER, _numbers(seen))
    if absent or state in allowed:
        _rows_whole(session, step, call, None if absent else seen, what)
    return seen


def _after(call: Call, known: Transaction | None) -> int:
    """The state that a call leads to."""
    method = method_of(call)
    if method is Method.CREATE:
        return known.state if known else State.CREATED
    if method is Method.PERFORM:
        return State.PERFORMED
    return -abs(known.state) if known else State.CANCELLED


def _rows_whole(
    session: Session, step: str, call: Call, seen: Judged | None, what: Aftermath
) -> None:
    """The rows of a call that got no answer, against what CheckTransaction shows of it."""
    watch, books, now = session.watch, session.books, session.now()
    if watch is None or not isinstance(call.params, Mapping):
        return
    known = books.transactions.get(_id_of(call))
    account = known.account if known else call.params.get("account")
    mine = [tx for tx in books.of_account(account) if tx is not known]
    report, rows = Report(), tuple[str, ...]()
    try:
        if seen is None:
            rows += watch.no_row(_id_of(call), report)
        else:
            tx = _as_shown(call, known, seen)
            mine.append(tx)
            record = seen.answer.result
            assert isinstance(record, Mapping)
            rows += watch.record(tx, record, now, report)
        for order in session.all_orders:
            if dict(order.account) == account:
                rows += watch.order_fits(order, mine, now, report)
    except NotLooked as error:
        _unseen(session, step, what.whole, error)
        return
    session.recorder.standing(
        step, _under(what.whole, report, what), Verdict.DATABASE, Evidence(rows=rows)
    )


def _as_shown(call: Call, known: Transaction | None, seen: Judged) -> Transaction:
    state = seen.answer.member("state")
    assert isinstance(state, int)
    if known is not None:
        return replace(known, state=state)
    params = call.params if isinstance(call.params, Mapping) else {}
    time = params.get("time")
    sent_at = time if type(time) is int else 0
    return Transaction(_id_of(call), params.get("account"), params.get("amount"), sent_at, state)


def _sent_again(session: Session, step: str, call: Call, look: Judged, what: Aftermath) -> Judged:
    """Send a call again that got no answer, as Payme does until it has one."""
    known = session.books.transactions.get(_id_of(call))
    wanted = _after(call, known)
    seen = _ask(session, call, step, what)
    state = seen.answer.member("state")
    report = Report()
    right = report.expect(
        seen.answer.kind == "result" and state == wanted,
        Finding(
            what.retry,
            f"{call.label} was cut off by {what.by}; sent again, it is not answered right.",
            "result.state",
            str(wanted),
            show(seen.answer.error if seen.answer.kind == "error" else state),
        ),
    )
    if right and look.answer.member("state") == wanted:
        report.findings += _same_time(call, look, seen, what)
    session.recorder.standing(step, report, Verdict.ANSWER, _numbers(look, seen))
    return seen


def _same_time(call: Call, look: Judged, seen: Judged, what: Aftermath) -> list[Finding]:
    """What the first call did before the crash is not done anew by the second."""
    method = method_of(call)
    assert method is not None
    name = _TIMES[method]
    before, now = look.answer.member(name), seen.answer.member(name)
    if same_number(before, now):
        return []
    text = f"{call.label} was done before {what.by}, and is done anew when it is sent again."
    return [Finding(what.retry, text, f"result.{name}", show(before), show(now))]
