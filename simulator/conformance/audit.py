"""Looking again: after every refusal (it may have changed something all the same), and at the
end of a scenario, when the answers, CheckTransaction, GetStatement and the database must agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.caller.client import Call
from simulator.conformance.books import Transaction, changed, changes, differences
from simulator.conformance.events import Check, Outcome, Verdict
from simulator.conformance.judging import Judged
from simulator.conformance.ports import NotLooked
from simulator.conformance.recorder import Evidence, Recorder
from simulator.conformance.session import Session, World
from simulator.conformance.values import Scope
from simulator.protocol.finding import Finding, Report, show
from simulator.protocol.kinds import is_payme_id, is_unset, same_number
from simulator.protocol.vocabulary import TIMEOUT_MS, Code, Method

_MOST = 4  # transactions looked at after a refusal, and in the audit of a scenario with many
_MARGIN_MS = 1000  # whether the bounds belong to the period is judged by scenarios
_READING = frozenset({Method.CHECK, Method.STATEMENT, Method.CHECK_PERFORM})
_SHOWN = ("state", "transaction", "create_time", "perform_time", "cancel_time", "reason")


def after_refusal(session: Session, refused: Judged, step: str) -> None:
    """A refused call changes nothing, and a refused Create leaves nothing."""
    call = refused.made.call
    if refused.answer.kind == "result" or refused.method in _READING or refused.is_lost:
        return
    params = call.params if isinstance(call.params, Mapping) else {}
    payme_id = params.get("id")
    is_new = is_payme_id(payme_id) and str(payme_id) not in session.books.transactions
    if refused.method is Method.CREATE and is_new:
        _left_nothing(session, str(payme_id), params, step)
    touched = [
        tx
        for tx in session.books.transactions.values()
        if tx.sure and (tx.payme_id == payme_id or tx.is_live)
    ]
    said_unknown = payme_id if refused.answer.code == Code.NO_TRANSACTION.value else None
    for tx in touched[-_MOST:]:
        _unchanged(session, tx, step, lost_before=tx.payme_id == said_unknown)


def _left_nothing(session: Session, payme_id: str, params: Mapping[str, object], step: str) -> None:
    seen = session.call(Call(Method.CHECK, {"id": payme_id}), step)
    time = params.get("time")
    was_late = type(time) is int and session.now() - time > TIMEOUT_MS - 60_000
    if was_late and seen.answer.member("state") == -1:
        return  # stored as already lapsed, which no source forbids
    report = Report()
    report.expect(
        seen.answer.kind != "result",
        Finding(
            "create.refused-leaves-nothing",
            "CreateTransaction was refused, but CheckTransaction knows the transaction.",
            "CheckTransaction",
            f"error {Code.NO_TRANSACTION.value}",
            f"result {show(seen.answer.result)}",
        ),
    )
    session.recorder.standing(step, report, Verdict.ANSWER, _evidence(seen))


def _unchanged(session: Session, tx: Transaction, step: str, *, lost_before: bool) -> None:
    """`lost_before`: the call was refused because the merchant had lost the transaction already,
    which is no doing of the refusal; the audit tells of it."""
    before = tx.seen
    seen = session.call(Call(Method.CHECK, {"id": tx.payme_id}), step)
    rule = "refusal.changes-nothing"
    report = Report(looked_at={rule})
    if seen.answer.kind == "result":
        report.findings += changes(tx, before, session.now())
    elif seen.answer.kind == "error" and before is not None and not lost_before:
        message = "After a refused call the transaction is not found any more."
        report.findings.append(
            Finding(rule, message, "CheckTransaction", "a result", show(seen.answer.error))
        )
    session.recorder.standing(step, report, Verdict.ANSWER, _evidence(seen))


def _evidence(seen: Judged) -> Evidence:
    return Evidence((seen.made.exchange.number,))


def audit(session: Session) -> None:
    """The end of a scenario: all books say the same of each of its transactions."""
    books = session.books
    certain = [tx for tx in books.transactions.values() if tx.sure]
    chosen = certain if len(certain) <= _MOST else [*certain[:2], *certain[-2:]]
    shown: dict[str, Mapping[str, object]] = {}
    for tx in chosen:
        record = _check_transaction(session, tx)
        if record is not None:
            shown[tx.payme_id] = record
    if shown:
        _statement(session, shown)
    _keep(session, shown)
    _log(session)
    if session.watch is not None:
        try:
            _database(session, shown)
        except NotLooked as error:
            session.recorder.unseen(
                "audit",
                Verdict.DATABASE,
                "database.matches-answers",
                Outcome.NOT_TESTABLE,
                str(error),
            )
    eyes = session.world.eyes
    why = eyes.no_database or "; ".join(eyes.unsaid_tables.values())
    if why and certain:
        session.recorder.unseen(
            "audit", Verdict.DATABASE, "database.matches-answers", Outcome.NOT_TESTABLE, why
        )


def _keep(session: Session, shown: Mapping[str, Mapping[str, object]]) -> None:
    """The run's first transactions are looked at once more at its end."""
    books = session.books.transactions
    usual = not session.unsent and not session.moved and not session.disturbed
    kept = [(books[payme_id], record) for payme_id, record in shown.items() if usual]
    session.world.firsts.take(kept, len(books))


def look_again(world: World) -> list[Check]:
    """The end of the run: CheckTransaction of its first transactions is what it was."""
    name, rule, firsts = "at-the-end", "check.kept", world.firsts
    recorder = Recorder(name, world.rules, world.strict)
    session = Session(world, name, recorder, Scope(world.fresh, world.fresh.moment(), {}))
    for tx, before in firsts.worth_a_look():
        seen = session.call(Call(Method.CHECK, {"id": tx.payme_id}), "check")
        report = Report(looked_at={rule})
        if isinstance(seen.answer.result, Mapping):
            report.findings += changed(rule, tx, before, seen.answer.result, session.now())
        elif seen.answer.kind == "error":
            message = f"A transaction is not found any more, {firsts.later} others later."
            error = f"error {show(seen.answer.error)}"
            report.findings.append(Finding(rule, message, "CheckTransaction", "a result", error))
        recorder.standing("check", report, Verdict.ANSWER, _evidence(seen))
    return recorder.checks()


def judge_numbers(world: World) -> list[Check]:
    """No two transactions of the whole run have the same number, over its kills, too."""
    recorder = Recorder("whole-run", world.rules, world.strict)
    recorder.standing("numbers", world.numbers.judge(), Verdict.ANSWER)
    return recorder.checks()


def rest_of_log(world: World) -> list[Check]:
    """What the log got after the last step, if something is wrong with it."""
    watch = world.eyes.log
    if watch is None:
        return []
    report, bad = watch.judge(watch.reader().look(), unsent=False)
    if not report.findings:
        return []
    recorder = Recorder("after-the-run", world.rules, world.strict)
    recorder.standing("log", report, Verdict.LOG, Evidence(log_lines=bad))
    return recorder.checks()


def _log(session: Session) -> None:
    """The rest of the log; a log that cannot be read has nothing to say for the merchant."""
    eyes = session.world.eyes
    session.look_at_log("audit")
    why = eyes.log.problem() if eyes.log is not None else eyes.no_log
    rule = "log.nothing-forbidden"
    if why:
        session.recorder.unseen("audit", Verdict.LOG, rule, Outcome.NOT_TESTABLE, why)
    elif eyes.log is not None:
        session.recorder.standing("audit", Report(looked_at={rule, "log.no-key"}), Verdict.LOG)


def _check_transaction(session: Session, tx: Transaction) -> Mapping[str, object] | None:
    seen = session.call(Call(Method.CHECK, {"id": tx.payme_id}), "audit")
    report = Report(looked_at={"check.matches-answers"})
    if isinstance(seen.answer.result, Mapping):
        report.findings += differences(
            tx, seen.answer.result, "check.matches-answers", session.now()
        )
    elif seen.answer.kind == "error":
        message = "CheckTransaction does not know a transaction that was acknowledged."
        report.findings.append(
            Finding(
                "check.matches-answers",
                message,
                "CheckTransaction",
                "a result",
                f"error {show(seen.answer.error)}",
            )
        )
    session.recorder.standing("audit", report, Verdict.ANSWER, _evidence(seen))
    return seen.answer.result if isinstance(seen.answer.result, Mapping) else None


def _statement(session: Session, shown: Mapping[str, Mapping[str, object]]) -> None:
    listed = statement_report(session, shown, "audit")
    if listed is not None:
        report, seen = listed
        session.recorder.standing("audit", report, Verdict.ANSWER, _evidence(seen))


def statement_report(
    session: Session, shown: Mapping[str, Mapping[str, object]], step: str
) -> tuple[Report, Judged] | None:
    """GetStatement against what CheckTransaction has shown of each transaction, by Payme id.

    None if the merchant gives no statement.
    """
    chosen = [session.books.transactions[payme_id] for payme_id in shown]
    seen = session.call(Call(Method.STATEMENT, _period(session, chosen)), step)
    listed = seen.answer.member("transactions")
    if not isinstance(listed, list):
        return None
    items = [session.matching.identified(item) for item in listed]
    report = Report(looked_at={"statement.matches-check"})
    for payme_id, record in shown.items():
        mine = [i for i in items if isinstance(i, Mapping) and i.get("id") == payme_id]
        _item(session.books.transactions[payme_id], record, mine, report)
    for payme_id in session.books.refused:
        _no_item(payme_id, items, report)
    return report, seen


def _period(session: Session, chosen: Sequence[Transaction]) -> dict[str, int]:
    """The period of these transactions. Where Payme's time has no column of its own, an aged
    transaction may be listed by the time that was sent or by a column that was shifted."""
    database = session.world.eyes.database
    shifted = database is not None and database.has("payme_time")
    first = min(tx.time - tx.aged_ms for tx in chosen)
    last = max(tx.time - (tx.aged_ms if shifted else 0) for tx in chosen)
    return {"from": first - _MARGIN_MS, "to": last + _MARGIN_MS}


def _no_item(payme_id: str, items: list[object], report: Report) -> None:
    found = any(
        isinstance(i, Mapping) and i.get("id") == payme_id and i.get("state") in (1, 2)
        for i in items
    )
    report.expect(
        not found,
        Finding(
            "statement.matches-check",
            "The statement lists a transaction whose creation was refused.",
            "result.transactions",
            f"nothing with id {payme_id}",
            "an item with state 1 or 2",
        ),
    )


def _item(
    tx: Transaction,
    record: Mapping[str, object],
    items: list[Mapping[str, object]],
    report: Report,
) -> None:
    rule = "statement.matches-check"
    path = f"result.transactions[id={tx.payme_id}]"
    if len(items) != 1:
        message = "The statement lists each acknowledged transaction of its period once."
        report.findings.append(Finding(rule, message, path, "one item", f"{len(items)} items"))
        return
    item = items[0]
    pairs = [(name, record.get(name), item.get(name)) for name in _SHOWN if name in record]
    pairs.append(("amount", tx.amount, item.get("amount")))
    if not tx.aged_ms:
        pairs.append(("time", tx.time, item.get("time")))
    for name, wanted, seen in pairs:
        if not same_number(wanted, seen) and not (
            name.endswith("_time") and is_unset(wanted) and is_unset(seen)
        ):
            message = "The statement's item is not what CheckTransaction and the calls say."
            report.findings.append(
                Finding(rule, message, f"{path}.{name}", show(wanted), show(seen))
            )


def _database(session: Session, shown: Mapping[str, Mapping[str, object]]) -> None:
    watch, now = session.watch, session.now()
    assert watch is not None
    report = Report()
    rows: tuple[str, ...] = ()
    for payme_id, record in shown.items():
        rows += watch.record(session.books.transactions[payme_id], record, now, report)
    rows += watch.refused_left_nothing(session.books, now, report)
    certain = all(tx.sure for tx in session.books.transactions.values())
    certain = certain and not session.books.lost
    if certain and len(session.all_orders) <= _MOST:
        for order in session.all_orders:
            account = dict(order.account)
            if account in session.books.strays:
                continue
            mine = session.books.of_account(account)
            rows += watch.order_fits(order, mine, now, report)
    session.recorder.standing("audit", report, Verdict.DATABASE, Evidence(rows=rows))
